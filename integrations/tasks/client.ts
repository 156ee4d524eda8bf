import { z } from 'zod'
import {
  backoff,
  never,
  neverSent,
  type Retry,
  VendorError,
  type VendorErrorCode,
} from '../../src/ops/errors.ts'
import type { TasksConfig } from './index.ts'

const TIMEOUT_MS = 15_000

export type TasksRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | number | undefined>
  body?: unknown
  /** `Idempotency-Key`. */
  key?: string
  /** `If-Match`. */
  version?: string
}

/** One request, one answer, no retries. Throws VendorError; `vendor_not_found` on 404. */
export type TasksClient = {
  host: string
  ask<Schema extends z.ZodType>(request: TasksRequest, schema: Schema): Promise<z.output<Schema>>
}

/** @param options.timeoutMs how long one request may take in all. */
export function createTasksClient(config: TasksConfig, options: { timeoutMs?: number } = {}): TasksClient {
  const base = config.TASKS_BASE_URL.replace(/\/+$/, '')

  async function exchange(request: TasksRequest) {
    const url = new URL(base + request.path)
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const headers = new Headers({
      accept: 'application/json',
      authorization: `Bearer ${config.TASKS_API_TOKEN}`,
    })
    if (request.body !== undefined) headers.set('content-type', 'application/json')
    if (request.key !== undefined) headers.set('idempotency-key', request.key)
    if (request.version !== undefined) headers.set('if-match', `"${request.version}"`)
    try {
      const response = await fetch(url, {
        method: request.method,
        headers,
        body: request.body === undefined ? null : JSON.stringify(request.body),
        // The token is for this address alone.
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
      })
      return { response, text: await response.text() }
    } catch (error) {
      const what =
        error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection'
      throw failed(request, 'vendor_unavailable', what, backoff, !neverSent(error), error)
    }
  }

  return {
    host: new URL(base).host,
    async ask(request, schema) {
      const { response, text } = await exchange(request)
      if (!response.ok) throw refused(request, response, text)
      const parsed = schema.safeParse(text === '' ? undefined : jsonOf(text))
      if (parsed.success) return parsed.data
      const what = 'answered in a shape that integrations/tasks/README.md does not know'
      throw failed(request, 'vendor_unavailable', what, backoff, true, parsed.error)
    },
  }
}

function refused(request: TasksRequest, response: Response, text: string): VendorError {
  const { status } = response
  const said = Problem.safeParse(jsonOf(text)).data
  const told = [status, said?.detail ?? said?.title].filter(Boolean).join(' ').slice(0, 200)
  const no = (code: VendorErrorCode, what: string, retry: Retry = never) =>
    failed(request, code, what, retry, false)
  if (status === 401 || status === 403) return no('vendor_auth', `${told}; check TASKS_API_TOKEN`)
  if (status === 404) return no('vendor_not_found', told)
  if (status === 412) return no('vendor_conflict', `${told}; somebody changed the task`, backoff)
  if (status === 429) return no('vendor_rate_limited', told, waitIn(response))
  if (status >= 500) return failed(request, 'vendor_unavailable', told, waitIn(response), true)
  return no('vendor_rejected', told)
}

/** `Retry-After` in seconds. */
function waitIn({ headers }: Response): Retry {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return seconds >= 0 ? { when: 'after', ms: Math.ceil(seconds * 1_000) } : backoff
}

function failed(
  { method, path }: TasksRequest,
  code: VendorErrorCode,
  what: string,
  retry: Retry,
  mayHaveHappened: boolean,
  cause?: unknown,
): VendorError {
  const effect = method !== 'GET' && mayHaveHappened ? 'unknown' : 'none'
  return new VendorError({ code, vendor: 'tasks', retry, effect, hint: `${method} ${path}: ${what}` }, cause)
}

const Problem = z.object({ title: z.string().optional(), detail: z.string().optional() })

/** @returns undefined for what is no JSON: a proxy's page, half an answer. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
