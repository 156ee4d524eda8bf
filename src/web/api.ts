import type { listedFlow } from '../inbound/api/flows.ts'
import type { runOfFlow } from '../inbound/api/run.ts'
import type { EscalationsTable, WorkTable } from '../store/index.ts'
import type { DeskFigures } from '../store/rows/figures.ts'
import { noteHubTime } from './hub-time.ts'
import { list, record, text } from './narrow.ts'
import { askForToken, token } from './token.ts'

/** The hub's answers. Its own code says their shape, so a change there that the page misses does not compile. */
export type Run = Awaited<ReturnType<typeof runOfFlow>>
export type Step = NonNullable<Run['flow']['steps']>[number]
export type LogLine = Run['logs'][number]
/** A run is answered with as many lines of its log, the first ones. */
export const RUN_LOGS = 500
export type FlowRow = ReturnType<typeof listedFlow>
export type Escalation = Omit<EscalationsTable, 'org'>
export type Figures = DeskFigures & {
  gaps: { desk: string; missed: number; recovered: number; polled_at: number | null }[]
}
export type DeadWork = Omit<WorkTable, 'org' | 'payload'> & { payload: unknown }
export type Page<T> = { data: T[]; nextCursor: string | null }

/** One part of what was sent that does not fit: where it stands, and what is wrong with it. */
export type Issue = { path: string; message: string }

/** An answer that is not 2xx, with what the hub says of it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** As docs/errors.md lists them; empty where no answer came. */
  readonly code: string
  readonly issues: readonly Issue[]
  constructor(status: number, message: string, code = '', issues: readonly Issue[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.issues = issues
  }
}

/** Sends the token where there is one; a 401 asks for it. */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal) {
  const bearer = token()
  const response = await fetch(`./api/v1${path}`, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  noteHubTime(response.headers.get('x-now'))
  if (response.status === 401) askForToken(bearer !== null)
  return response
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body).catch(() => {
    throw new ApiError(0, 'The hub cannot be reached.')
  })
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw problemOf(answer, response.status)
  // Both ends are built from the same types; nothing in between could change them.
  return answer as T
}

function problemOf(answer: unknown, status: number): ApiError {
  const problem = record(answer)
  const issues = list(problem.errors).map((issue) => ({
    path: text(record(issue).path) ?? '',
    message: text(record(issue).message) ?? '',
  }))
  const code = text(problem.type)?.replace(/^urn:switchboard:/, '') ?? ''
  return new ApiError(status, text(problem.detail) ?? `The hub answered ${status}.`, code, issues)
}

/** `?a=1&b=2` of what is given. */
export const query = (parameters: Record<string, string | undefined>) => {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

export const api = {
  flows: (filter: {
    status?: string
    ticket?: string
    /** Those below this flow, or `any`; else only flows of their own. */
    parent?: string
    cursor?: string | undefined
    limit?: string
  }) => call<Page<FlowRow>>('GET', `/ai/flows${query(filter)}`),
  run: (id: string) => call<Run>('GET', `/ai/flows/${id}/run`),
  cancel: (id: string, reason: string) => call<unknown>('POST', `/ai/flows/${id}/cancel`, { reason }),
  retry: (id: string) => call<unknown>('POST', `/ai/flows/${id}/retry`, {}),
  respond: (
    flow: string,
    step: string,
    response: { value: string; edit?: Record<string, string | number | boolean>; note?: string },
  ) => call<unknown>('POST', `/ai/flows/${flow}/steps/${step}/respond`, { response }),
  escalations: (filter: { status?: string; cursor?: string; limit?: string }) =>
    call<Page<Escalation>>('GET', `/escalations${query(filter)}`),
  escalation: (id: string) => call<Escalation>('GET', `/escalations/${id}`),
  claim: (id: string) => call<Escalation>('POST', `/escalations/${id}/claim`, {}),
  resolve: (id: string, note: string | null) =>
    call<Escalation>('POST', `/escalations/${id}/resolve`, { note }),
  dismiss: (id: string, reason: string) => call<Escalation>('POST', `/escalations/${id}/dismiss`, { reason }),
  figures: () => call<Figures>('GET', '/tickets/figures'),
  dead: () => call<Page<DeadWork>>('GET', '/work/dead?limit=20'),
  replay: (id: string) => call<unknown>('POST', `/work/dead/${id}/replay`, {}),
}
