import { Resend } from 'resend'
import { z } from 'zod'
import { backoff, never, type Retry, VendorError, type VendorErrorCode } from '../../src/ops/errors.ts'

export type ResendConfig = { RESEND_API_KEY: string; RESEND_BASE_URL: string }

/** The SDK itself waits for ever. */
const TIMEOUT_MS = 30_000
const HOUR_MS = 60 * 60_000
const VENDOR = 'resend'

/** What the SDK answers: it never throws, neither on an HTTP error nor on a broken connection. */
type SdkAnswer = { data: unknown; error: unknown; headers?: Record<string, string> | null }

/** @param write whether the request may have an effect although no answer came */
export type AskResend = <T>(
  request: { write: boolean; answer: z.ZodType<T> },
  call: (sdk: Resend, signal: AbortSignal) => Promise<SdkAnswer>,
) => Promise<T>

/** The SDK with a time limit, checked answers and our errors. */
export function createResendClient(config: ResendConfig, timeoutMs = TIMEOUT_MS): AskResend {
  const sdk = new Resend(config.RESEND_API_KEY, { baseUrl: config.RESEND_BASE_URL.replace(/\/+$/, '') })
  return async ({ write, answer }, call) => {
    const { data, error, headers } = await call(sdk, AbortSignal.timeout(timeoutMs))
    if (error) throw vendorErrorOf(error, headers ?? {}, write)
    const parsed = answer.safeParse(data)
    if (parsed.success) return parsed.data
    const hint = 'Resend answered something that its API does not describe; see status.resend.com'
    throw fail('vendor_unavailable', backoff, hint, write, parsed.error)
  }
}

/** Every field may be missing: the SDK passes on whatever JSON came with an error status. */
const SdkErrorSchema = z
  .object({
    name: z.string().catch(''),
    message: z.string().catch(''),
    statusCode: z.number().nullable().catch(null),
  })
  .catch({ name: '', message: '', statusCode: null })

/** Names at https://resend.com/docs/api-reference/errors that say more than their HTTP status. */
function vendorErrorOf(raw: unknown, headers: Record<string, string>, write: boolean): VendorError {
  const { name, message, statusCode } = SdkErrorSchema.parse(raw)
  const said = message === '' ? name : message.slice(0, 300)
  const waitMs = retryAfterMs(headers)
  switch (name) {
    case 'rate_limit_exceeded':
      return fail('vendor_rate_limited', afterOr(waitMs, backoff), `Too many requests: ${said}`, false, raw)
    case 'daily_quota_exceeded':
      return fail(
        'vendor_rate_limited',
        { when: 'after', ms: Math.max(waitMs ?? 0, HOUR_MS) },
        said,
        false,
        raw,
      )
    case 'monthly_quota_exceeded':
      return fail('vendor_rate_limited', never, `${said} Upgrade the plan at resend.com.`, false, raw)
    case 'missing_api_key':
    case 'invalid_api_key':
      return fail('vendor_auth', never, 'Resend does not accept RESEND_API_KEY', false, raw)
    case 'restricted_api_key':
      return fail(
        'vendor_auth',
        never,
        'RESEND_API_KEY may only send; replies need "Full access"',
        false,
        raw,
      )
    case 'invalid_access':
      return fail('vendor_auth', never, said, false, raw)
    case 'invalid_parameter':
    case 'validation_error':
    case 'invalid_idempotency_key':
      return fail('vendor_rejected', never, said, false, raw)
    // A mail with other content went out under this key before.
    case 'invalid_idempotent_request':
      return fail('vendor_conflict', never, said, true, raw)
    case 'concurrent_idempotent_requests':
      return fail('vendor_conflict', backoff, said, true, raw)
    default:
      return fromStatus(statusCode, said, waitMs, write, raw)
  }
}

function fromStatus(
  status: number | null,
  said: string,
  waitMs: number | null,
  write: boolean,
  raw: unknown,
) {
  const hint = `Resend answered ${status ?? 'nothing'}${said === '' ? '' : `: ${said}`}`
  if (status === 401 || status === 403) return fail('vendor_auth', never, hint, false, raw)
  if (status === 404) return fail('vendor_not_found', never, hint, false, raw)
  if (status === 409) return fail('vendor_conflict', backoff, hint, write, raw)
  if (status === 429) return fail('vendor_rate_limited', afterOr(waitMs, backoff), hint, false, raw)
  if (status !== null && status >= 400 && status < 500 && status !== 408)
    return fail('vendor_rejected', never, hint, false, raw)
  // Without a status all that is known is that somebody wants us to wait.
  const code = status === null && waitMs !== null ? 'vendor_rate_limited' : 'vendor_unavailable'
  return fail(code, afterOr(waitMs, backoff), hint, write, raw)
}

function fail(code: VendorErrorCode, retry: Retry, hint: string, maybeDone: boolean, cause: unknown) {
  return new VendorError({ code, vendor: VENDOR, retry, hint, effect: maybeDone ? 'unknown' : 'none' }, cause)
}

function afterOr(ms: number | null, otherwise: Retry): Retry {
  return ms === null ? otherwise : { when: 'after', ms }
}

/** `retry-after` in seconds: https://resend.com/docs/api-reference/rate-limit */
function retryAfterMs(headers: Record<string, string>): number | null {
  const text = headers['retry-after']
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null
}
