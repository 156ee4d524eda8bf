import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import { backoff, never, neverSent, VendorError, type VendorErrorCode } from '../../src/ops/errors.ts'

const TIMEOUT_MS = 15_000

/** The vendor's client, loaded when used: no retries of its own, a timeout, and a 429 thrown instead of waited out. */
export async function createSlackClient(
  options: { token: string; apiUrl: string | undefined },
  log: Logger,
): Promise<{ client: WebClient; toVendorError: (error: unknown, kind: CallKind) => VendorError }> {
  const sdk = await import('@slack/web-api')
  const client = new sdk.WebClient(options.token, {
    ...(options.apiUrl && { slackApiUrl: options.apiUrl }),
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (...words) => log.debug({ vendor: 'slack' }, words.join(' ')),
      error: (...words) => log.debug({ vendor: 'slack' }, words.join(' ')),
      setLevel: () => {},
      getLevel: () => sdk.LogLevel.WARN,
      setName: () => {},
    },
  })
  return {
    client,
    toVendorError(error, kind) {
      if (error instanceof sdk.WebAPIPlatformError) return fromAnswer(error.data.error, kind, error)
      if (error instanceof sdk.WebAPIRateLimitedError) return limited(error.retryAfter, error)
      if (error instanceof sdk.WebAPIHTTPError) return fromStatus(error.statusCode, kind, error)
      // A 429 without a readable Retry-After is thrown as a plain Error (WebClient.js, `makeRequest`).
      if (error instanceof Error && error.message.includes('Retry header')) return limited(null, error)
      return unanswered(kind, error)
    },
  }
}

/** Whether a lost answer may hide an effect. */
export type CallKind = 'read' | 'write'

export function limited(retryAfterS: number | null, cause: unknown): VendorError {
  const retry = retryAfterS === null ? backoff : { when: 'after' as const, ms: retryAfterS * 1000 }
  return new VendorError(
    { code: 'vendor_rate_limited', vendor: 'slack', retry, hint: 'Slack asked us to slow down' },
    cause,
  )
}

export function fromStatus(status: number, kind: CallKind, cause: unknown): VendorError {
  if (status === 401 || status === 403) {
    return new VendorError(
      {
        code: 'vendor_auth',
        vendor: 'slack',
        retry: never,
        hint: `Slack refused the credentials (${status})`,
      },
      cause,
    )
  }
  if (status < 500) {
    return new VendorError(
      { code: 'vendor_rejected', vendor: 'slack', retry: never, hint: `Slack answered ${status}` },
      cause,
    )
  }
  return unavailable(`Slack answered ${status}; it may be down (slack-status.com)`, kind, cause)
}

export function unanswered(kind: CallKind, cause: unknown): VendorError {
  if (neverSent(cause)) return unavailable('Slack cannot be reached from here', 'read', cause)
  return unavailable('Slack did not answer in time', kind, cause)
}

function unavailable(hint: string, kind: CallKind, cause: unknown): VendorError {
  const effect = kind === 'write' ? 'unknown' : 'none'
  return new VendorError({ code: 'vendor_unavailable', vendor: 'slack', retry: backoff, effect, hint }, cause)
}

const ANSWERS: Record<string, { code: VendorErrorCode; hint: string }> = {
  missing_scope: {
    code: 'vendor_auth',
    hint: 'Add the missing bot scope (see README) and reinstall the app',
  },
  not_in_channel: { code: 'vendor_auth', hint: 'Invite the bot to the channel: /invite @<bot name>' },
  channel_not_found: {
    code: 'vendor_not_found',
    hint: 'Slack knows no such channel, or it is private and the bot is not in it',
  },
  is_archived: { code: 'vendor_rejected', hint: 'The channel is archived; choose another one' },
  message_not_found: { code: 'vendor_not_found', hint: 'The message was deleted in Slack' },
  thread_not_found: { code: 'vendor_not_found', hint: 'The message to answer to was deleted in Slack' },
  cant_update_message: { code: 'vendor_rejected', hint: 'The message was not posted by this bot' },
  edit_window_closed: { code: 'vendor_rejected', hint: 'The workspace forbids editing messages this old' },
}

const BAD_TOKEN = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'org_login_required',
  'restricted_action',
  'ekm_access_denied',
  'team_access_not_granted',
]

/** Slack says about `fatal_error` that a part of the operation may have succeeded. */
const ITS_OWN_FAULT = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]

/** A refusal comes as HTTP 200 with `ok: false` and a word (docs.slack.dev/apis/web-api). */
function fromAnswer(answer: string, kind: CallKind, cause: unknown): VendorError {
  if (answer === 'ratelimited' || answer === 'rate_limited') return limited(null, cause)
  if (ITS_OWN_FAULT.includes(answer)) return unavailable(`Slack failed: ${answer}`, kind, cause)
  const known = ANSWERS[answer]
  const code = known?.code ?? (BAD_TOKEN.includes(answer) ? 'vendor_auth' : 'vendor_rejected')
  const hint =
    known?.hint ??
    (code === 'vendor_auth' ? `Check SLACK_BOT_TOKEN: ${answer}` : `Slack refused: ${answer.slice(0, 100)}`)
  return new VendorError({ code, vendor: 'slack', retry: never, hint }, cause)
}
