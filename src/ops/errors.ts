/**
 * The hub's errors, split by who must act: the caller (InputError), an operator or time (VendorError),
 * policy (Refused), a person who looks at the vendor (InDoubt), the person who configures (ConfigError).
 * Anything else that is thrown is a bug of ours.
 */

/** How a failure may be tried again. The work queue and the flow engine read this; nobody else decides. */
export type Retry = { when: 'never' } | { when: 'backoff' } | { when: 'after'; ms: number }

export const never: Retry = { when: 'never' }
export const backoff: Retry = { when: 'backoff' }

export type VendorErrorCode =
  | 'vendor_auth'
  | 'vendor_rejected'
  | 'vendor_not_found'
  | 'vendor_conflict'
  | 'vendor_rate_limited'
  | 'vendor_unavailable'

/** A vendor did not do what was asked. Built where its response is at hand. */
export class VendorError extends Error {
  override readonly name = 'VendorError'
  readonly code: VendorErrorCode
  readonly vendor: string
  readonly retry: Retry
  /**
   * Whether the vendor may have carried out the request all the same. `unknown` after a timeout, a broken
   * connection or a 5xx on a write: the effect ledger then asks the vendor before anything is repeated.
   */
  readonly effect: 'none' | 'unknown'
  /** For the person who must act: what to do, in one sentence, no secrets. */
  readonly hint: string

  constructor(
    fields: Pick<VendorError, 'code' | 'vendor' | 'retry' | 'hint'> & { effect?: 'none' | 'unknown' },
    cause?: unknown,
  ) {
    super(`${fields.vendor}: ${fields.hint}`, { cause })
    this.code = fields.code
    this.vendor = fields.vendor
    this.retry = fields.retry
    this.effect = fields.effect ?? 'none'
    this.hint = fields.hint
  }
}

/** The caller sent something that cannot be used; `issues` says which part and what to do. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code: string
  /** HTTP status that the REST door answers. */
  readonly status: number
  readonly issues: { path: string; message: string }[]
  readonly retry: Retry = never

  constructor(
    code: string,
    message: string,
    options: { status?: number; issues?: InputError['issues'] } = {},
  ) {
    super(message)
    this.code = code
    this.status = options.status ?? 400
    this.issues = options.issues ?? []
  }
}

/** Policy said no: the gate that held, and until when where time alone opens it (epoch ms). */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string
  readonly gate: string
  readonly until: number | null
  readonly retry: Retry

  constructor(gate: string, message: string, until: number | null = null) {
    super(message)
    this.code = `refused_${gate}`
    this.gate = gate
    this.until = until
    this.retry = never
  }
}

/** An effect nobody can tell about: it is not repeated, a person has been asked. */
export class InDoubt extends Error {
  override readonly name = 'InDoubt'
  readonly code = 'effect_in_doubt'
  readonly retry: Retry = never
}

/** The configuration cannot work; one line per mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'config'
  readonly mistakes: string[]

  constructor(mistakes: string[]) {
    super(`Configuration:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`)
    this.mistakes = mistakes
  }
}

/** How `error` may be tried again; what we did not foresee is tried again with backoff, then lands as dead work. */
export function retryOf(error: unknown): Retry {
  const isForeseen =
    error instanceof VendorError ||
    error instanceof InputError ||
    error instanceof Refused ||
    error instanceof InDoubt
  return isForeseen ? error.retry : backoff
}

/** One line for logs, rows and cards. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Whether a request that failed on the wire surely never reached the vendor: its name did not resolve or nobody
 * took the connection. Looks through `cause`, because fetch and the SDKs wrap what the socket said.
 */
export function neverSent(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = innerOf(at), depth += 1) {
    if ('code' in at && typeof at.code === 'string' && NEVER_SENT.has(at.code)) return true
  }
  return false
}

/** The Slack SDK calls it `original`; connecting to several addresses at once gives a list. */
function innerOf(error: Error): unknown {
  if (error instanceof AggregateError) return error.errors[0]
  return error.cause ?? ('original' in error ? error.original : undefined)
}
