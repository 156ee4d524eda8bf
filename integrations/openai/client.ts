import OpenAI, { APIConnectionError, APIError, APIUserAbortError } from 'openai'
import { backoff, never, type Retry, VendorError, type VendorErrorCode } from '../../src/ops/errors.ts'

const OPENAI_BASE_URL = 'https://api.openai.com/v1'
const TIMEOUT_MS = 120_000

export type Server = {
  name: string
  apiKey: string | undefined
  /** OpenAI's own if undefined. */
  baseUrl: string | undefined
  model: string
  /** Environment variable that names the model, for hints. */
  variable: string
}

/**
 * The vendor's client: no retries, a timeout, nothing from the process's environment. Every option that the SDK
 * would read there is given (npm openai 7.55.0 `client.js`): the second provider must not get the first's address.
 */
export function createOpenAiClient({ apiKey, baseUrl }: Pick<Server, 'apiKey' | 'baseUrl'>): OpenAI {
  return new OpenAI({
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl ?? OPENAI_BASE_URL,
    maxRetries: 0,
    timeout: TIMEOUT_MS,
    logLevel: 'off',
  })
}

export function isOpenAi(baseUrl: string | undefined): boolean {
  return baseUrl === undefined || new URL(baseUrl).hostname.endsWith('openai.com')
}

/** What a model server's failure means. A question changes nothing there, so no effect is ever in doubt. */
export function toVendorError(error: unknown, server: Server): VendorError {
  const fail = (code: VendorErrorCode, hint: string, retry: Retry = never) =>
    new VendorError({ code, vendor: server.name, retry, hint }, error)

  if (error instanceof APIUserAbortError)
    return fail('vendor_unavailable', 'The question was given up', backoff)
  if (error instanceof APIConnectionError || !(error instanceof APIError) || error.status === undefined) {
    return fail('vendor_unavailable', 'The model server cannot be reached or did not answer', backoff)
  }
  const { status, code } = error
  if (status === 401 || status === 403) {
    return fail('vendor_auth', `The model server refused the key (${status}): check ${keyOf(server)}`)
  }
  if (status === 404) {
    return fail(
      'vendor_not_found',
      `The server does not know the model ${server.model}: set ${server.variable} to one that it lists now`,
    )
  }
  if (status === 429) {
    // A 429 that no waiting cures (platform.openai.com/docs/guides/error-codes).
    if (code === 'insufficient_quota' || error.type === 'insufficient_quota') {
      return fail('vendor_rejected', 'The account with the model server has no credit left')
    }
    return fail('vendor_rate_limited', 'The model server asked us to slow down', retryAfter(error))
  }
  if (status === 408 || status === 409 || status >= 500) {
    return fail('vendor_unavailable', `The model server answered ${status}`, retryAfter(error))
  }
  if (code === 'context_length_exceeded') {
    return fail('vendor_rejected', `The question is longer than ${server.model} can take`)
  }
  return fail('vendor_rejected', `The model server refused: ${error.message.slice(0, 200)}`)
}

function keyOf(server: Server): string {
  return server.variable.replace(/MODEL$/, 'API_KEY').replace('EMBEDDING_', '')
}

/** `retry-after-ms` before `retry-after`, as the SDK itself reads them. */
function retryAfter(error: APIError): Retry {
  const header = (name: string) => Number(error.headers?.get(name) ?? Number.NaN)
  const ms = header('retry-after-ms')
  if (ms > 0) return { when: 'after', ms }
  const seconds = header('retry-after')
  return seconds > 0 ? { when: 'after', ms: Math.round(seconds * 1000) } : backoff
}
