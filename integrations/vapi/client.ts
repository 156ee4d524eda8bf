import type { VapiError } from '@vapi-ai/server-sdk'
import type { CallsClient } from '@vapi-ai/server-sdk/calls'
import type { PhoneNumbersClient } from '@vapi-ai/server-sdk/phoneNumbers'
import { z } from 'zod'
import {
  backoff,
  never,
  neverSent,
  type Retry,
  VendorError,
  type VendorErrorCode,
} from '../../src/ops/errors.ts'

export type VapiConfig = { VAPI_API_KEY: string; VAPI_BASE_URL: string }

const TIMEOUT_MS = 30_000
const VENDOR = 'vapi'

/** The parts of the SDK that are used, each loaded when it is: calls alone are 65 MB and a third of a second. */
type Sdk = { calls(): Promise<CallsClient>; phoneNumbers(): Promise<PhoneNumbersClient> }

/** @param write whether the request may have an effect although no answer came */
export type AskVapi = <T>(
  request: { write: boolean; answer: z.ZodType<T> },
  call: (sdk: Sdk, options: { abortSignal: AbortSignal }) => Promise<unknown>,
) => Promise<T>

/**
 * The SDK without its own retries (it would dial three times on a 500), with checked answers and our errors.
 * The time limit is a signal: the SDK's own ends with the headers and leaves the body without one.
 */
export function createVapiClient(config: VapiConfig, timeoutMs = TIMEOUT_MS): AskVapi {
  const options = { token: config.VAPI_API_KEY, baseUrl: config.VAPI_BASE_URL, maxRetries: 0 }
  let calls: Promise<CallsClient> | undefined
  let phoneNumbers: Promise<PhoneNumbersClient> | undefined
  const sdk: Sdk = {
    calls() {
      calls ??= import('@vapi-ai/server-sdk/calls').then((part) => new part.CallsClient(options))
      return calls
    },
    phoneNumbers() {
      phoneNumbers ??= import('@vapi-ai/server-sdk/phoneNumbers').then(
        (part) => new part.PhoneNumbersClient(options),
      )
      return phoneNumbers
    },
  }
  return async ({ write, answer }, call) => {
    const raw = await call(sdk, { abortSignal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
      throw vendorErrorOf(error, write)
    })
    const parsed = answer.safeParse(raw)
    if (parsed.success) return parsed.data
    const hint = 'Vapi answered something that its API does not describe; see status.vapi.ai'
    throw fail('vendor_unavailable', backoff, hint, write, parsed.error)
  }
}

/** A failure without a status is a broken connection, a timeout or an answer that is not JSON. */
function vendorErrorOf(error: unknown, write: boolean): VendorError {
  const status = isVapiError(error) ? error.statusCode : undefined
  const said = isVapiError(error) ? saidOf(error.body) : ''
  const hint = `Vapi answered ${status ?? 'nothing'}${said === '' ? '' : `: ${said}`}`
  if (status === undefined)
    return fail('vendor_unavailable', backoff, hint, write && !neverSent(error), error)
  if (status === 401 || status === 403)
    return fail('vendor_auth', never, `Vapi does not accept VAPI_API_KEY (${said || status})`, false, error)
  if (status === 404) return fail('vendor_not_found', never, hint, false, error)
  if (status === 409) return fail('vendor_conflict', never, hint, false, error)
  if (status === 429) return fail('vendor_rate_limited', waitOf(error), hint, false, error)
  if (status >= 400 && status < 500 && status !== 408)
    return fail('vendor_rejected', never, hint, false, error)
  return fail('vendor_unavailable', waitOf(error), hint, write, error)
}

/** By its shape: its class comes with the whole SDK. */
function isVapiError(error: unknown): error is VapiError {
  return error instanceof Error && 'statusCode' in error && 'rawResponse' in error
}

function fail(code: VendorErrorCode, retry: Retry, hint: string, maybeDone: boolean, cause: unknown) {
  return new VendorError({ code, vendor: VENDOR, retry, hint, effect: maybeDone ? 'unknown' : 'none' }, cause)
}

/** `message` is a text, or a list of them where several fields are wrong. */
const ErrorBodySchema = z.object({ message: z.union([z.string(), z.array(z.string())]) })

function saidOf(body: unknown): string {
  const parsed = ErrorBodySchema.safeParse(body)
  return parsed.success ? [parsed.data.message].flat().join('; ').slice(0, 300) : ''
}

/** `Retry-After` in seconds; Vapi documents none, proxies in front of it send it. */
function waitOf(error: unknown): Retry {
  const text = isVapiError(error) ? error.rawResponse?.headers.get('retry-after') : undefined
  return text && /^\d{1,6}$/.test(text) ? { when: 'after', ms: Number(text) * 1000 } : backoff
}
