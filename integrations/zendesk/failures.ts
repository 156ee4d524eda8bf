import { z } from 'zod'
import { backoff, never, type Retry, VendorError, type VendorErrorCode } from '../../src/ops/errors.ts'

/** What was asked of Zendesk, without query and body: both can hold what customers wrote. */
export type Asked = { method: string; path: string; changes: boolean }

type Failure = { code: VendorErrorCode; retry: Retry; what: string; mayHaveHappened: boolean }

function failed(asked: Asked, failure: Failure, cause?: unknown): VendorError {
  const { code, retry, what, mayHaveHappened } = failure
  const effect = asked.changes && mayHaveHappened ? 'unknown' : 'none'
  return new VendorError(
    { code, vendor: 'zendesk', retry, effect, hint: `${asked.method} ${asked.path}: ${what}` },
    cause,
  )
}

/** Codes of a `fetch` that failed before anything can have been sent. */
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

const FetchFailure = z.object({ cause: z.object({ code: z.string() }) })

/** The request got no answer: `error` is what `fetch` threw. */
export function unanswered(asked: Asked, error: unknown): VendorError {
  const code = FetchFailure.safeParse(error).data?.cause.code
  const timedOut = error instanceof Error && error.name === 'TimeoutError'
  const what = timedOut ? 'no answer in time' : `no connection${code ? ` (${code})` : ''}`
  const mayHaveHappened = code === undefined || !NOT_CONNECTED.includes(code)
  return failed(asked, { code: 'vendor_unavailable', retry: backoff, what, mayHaveHappened }, error)
}

/** The answer is none that we know, although it says that all went well. */
export function unreadable(asked: Asked, error: unknown): VendorError {
  const what = 'answered in a shape we do not know'
  return failed(asked, { code: 'vendor_unavailable', retry: backoff, what, mayHaveHappened: true }, error)
}

/**
 * The answer is a refusal. developer.zendesk.com/api-reference/introduction/requests and …/rate-limits
 * @param renewable whether a 401 is worth another attempt, because that one comes with a new token.
 */
export function refused(asked: Asked, response: Response, text: string, renewable: boolean): VendorError {
  const { status } = response
  const said = saidIn(text)
  const told = said ? `${status} ${said}` : `${status}`
  const none = { mayHaveHappened: false }
  if (status === 401) {
    const retry = renewable ? backoff : never
    return failed(asked, {
      code: 'vendor_auth',
      retry,
      what: `${told}; check the OAuth client or token`,
      ...none,
    })
  }
  if (status === 403) {
    const what = `${told}; it takes an admin's token with the scopes read and tickets:write`
    return failed(asked, { code: 'vendor_auth', retry: never, what, ...none })
  }
  if (status === 404) return failed(asked, { code: 'vendor_not_found', retry: never, what: told, ...none })
  if (status === 409) return failed(asked, { code: 'vendor_conflict', retry: backoff, what: told, ...none })
  if (status === 429) {
    const retry = waitIn(response) ?? { when: 'after' as const, ms: 60_000 }
    return failed(asked, { code: 'vendor_rate_limited', retry, what: told, ...none })
  }
  if (status >= 500) {
    const retry = waitIn(response) ?? backoff
    return failed(asked, { code: 'vendor_unavailable', retry, what: told, mayHaveHappened: true })
  }
  return failed(asked, { code: 'vendor_rejected', retry: never, what: told, ...none })
}

/** Seconds, in `Retry-After` or, on some endpoints alone, `ratelimit-reset`. */
function waitIn({ headers }: Response): Retry | undefined {
  const seconds = headers.get('retry-after') ?? headers.get('ratelimit-reset')
  const ms = Math.ceil(Number(seconds) * 1000)
  return seconds !== null && ms >= 0 ? { when: 'after', ms } : undefined
}

const Refusal = z.object({
  error: z.union([z.string(), z.object({ title: z.string() }).transform(({ title }) => title)]).optional(),
  description: z.string().optional(),
  error_description: z.string().optional(),
})

/** Zendesk's own words, short; not its `details`, which quote the values that were sent. */
function saidIn(text: string): string {
  const { error, description, error_description } = Refusal.safeParse(jsonOf(text)).data ?? {}
  return [error, description ?? error_description]
    .filter((part) => part !== undefined)
    .join(': ')
    .slice(0, 200)
}

/** @returns undefined for what is no JSON: a proxy's page, half an answer. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
