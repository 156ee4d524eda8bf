import type { REST, RESTOptions } from '@discordjs/rest'
import type { z } from 'zod'
import { backoff, never, neverSent, VendorError, type VendorErrorCode } from '../../src/ops/errors.ts'

const TIMEOUT_MS = 15_000
const A_MOMENT_MS = 2_000

type MakeRequest = RESTOptions['makeRequest']

/** Discord's own error codes that ask for a particular answer (developers/topics/opcodes-and-status-codes). */
export const UNKNOWN_CHANNEL = 10003
export const ALREADY_HAS_THREAD = 160004

/** Whether a lost answer may hide an effect. */
export type CallKind = 'read' | 'write'

export type DiscordClient = {
  rest: REST
  /**
   * Runs a request and reads its answer; what goes wrong becomes a VendorError, whose cause carries no URL: a
   * webhook's has its token. An answer of another shape counts as none.
   */
  call<T>(kind: CallKind, answer: z.ZodType<T>, run: () => Promise<unknown>): Promise<T>
}

/**
 * The vendor's client, loaded when used: no retries, a timeout, on global fetch. It keeps to Discord's 50 requests a
 * second by itself; a wait that is longer than a moment is thrown, for the work's own queue to wait out.
 * `token`: the bot's; without one requests must say `auth: false`.
 */
export async function createDiscordClient(options: {
  token?: string
  apiUrl?: string | undefined
}): Promise<DiscordClient> {
  const sdk = await import('@discordjs/rest')
  const rest = new sdk.REST({
    ...(options.apiUrl && { api: options.apiUrl.replace(/(\/v\d+)?\/*$/, '') }),
    version: '10',
    retries: 0,
    timeout: TIMEOUT_MS,
    rejectOnRateLimit: ({ retryAfter, sublimitTimeout, timeToReset }) =>
      Math.max(retryAfter, sublimitTimeout, timeToReset) > A_MOMENT_MS,
    makeRequest: request,
  })

  function toVendorError(error: unknown, kind: CallKind): VendorError {
    if (error instanceof sdk.RateLimitError) {
      const ms = Math.max(error.retryAfter, error.sublimitTimeout, error.timeToReset, 0)
      return failure('vendor_rate_limited', 'Discord asked us to slow down', undefined, {
        retry: ms > 0 ? { when: 'after', ms } : backoff,
      })
    }
    if (error instanceof sdk.DiscordAPIError) return refusal(error.status, Number(error.code), error.message)
    if (error instanceof sdk.HTTPError) {
      return unavailable(`Discord answered ${error.status}; it may be down (discordstatus.com)`, kind)
    }
    if (neverSent(error)) return unavailable('Discord cannot be reached from here', 'read', error)
    return unavailable('Discord did not answer in time', kind, error)
  }

  return {
    rest,
    async call(kind, answer, run) {
      // A 401 makes the SDK forget the token, and every later call would fail with an error that hides why.
      if (options.token) rest.setToken(options.token)
      try {
        return answer.parse(await run())
      } catch (error) {
        throw toVendorError(error, kind)
      }
    },
  }
}

/** By global fetch, like every other vendor; the body is read here, so that the timeout covers it too. */
async function request(url: string, init: Parameters<MakeRequest>[1]): ReturnType<MakeRequest> {
  const headers = Object.entries(init.headers ?? {}).map(([name, value]) => [name, String(value)])
  const answer = await fetch(url, {
    method: init.method ?? 'GET',
    headers: Object.fromEntries(headers),
    redirect: 'error',
    ...(typeof init.body === 'string' && { body: init.body }),
    ...(init.signal && { signal: init.signal }),
  })
  const bytes = await answer.arrayBuffer()
  const text = async () => new TextDecoder().decode(bytes)
  return {
    body: null,
    bodyUsed: false,
    headers: answer.headers,
    ok: answer.ok,
    status: answer.status,
    statusText: answer.statusText,
    arrayBuffer: async () => bytes,
    json: async () => JSON.parse(await text()),
    text,
  }
}

function refusal(status: number, code: number, message: string): VendorError {
  const cause = new Error(`${status} ${code}: ${message}`)
  if (status === 401)
    return failure('vendor_auth', 'Discord refused the token: check DISCORD_BOT_TOKEN', cause)
  if (code === 50001 || code === 50013 || status === 403) {
    return failure('vendor_auth', 'The bot lacks a permission in that channel (see README)', cause)
  }
  if (code === 10015) {
    return failure('vendor_not_found', 'The webhook was deleted; make a new DISCORD_WEBHOOK_URL', cause)
  }
  if (code === UNKNOWN_CHANNEL) return failure('vendor_not_found', 'Discord knows no such channel', cause)
  if (status === 404) return failure('vendor_not_found', 'Discord does not have this any more', cause)
  if (code === 30046) {
    return failure('vendor_rate_limited', 'Too many edits to a message older than an hour', cause, {
      retry: backoff,
    })
  }
  return failure('vendor_rejected', `Discord refused (${code}): ${message.slice(0, 200)}`, cause)
}

function unavailable(hint: string, kind: CallKind, cause?: unknown): VendorError {
  return failure('vendor_unavailable', hint, cause, {
    retry: backoff,
    effect: kind === 'write' ? 'unknown' : 'none',
  })
}

function failure(
  code: VendorErrorCode,
  hint: string,
  cause: unknown,
  more: Partial<Pick<VendorError, 'retry' | 'effect'>> = {},
): VendorError {
  return new VendorError({ code, vendor: 'discord', retry: never, hint, ...more }, cause)
}

/** Discord's code inside a VendorError made here, to tell one 404 from another. */
export function discordCode(error: unknown): number | undefined {
  if (!(error instanceof VendorError) || !(error.cause instanceof Error)) return undefined
  const code = error.cause.message.match(/^\d+ (\d+):/)?.[1]
  return code === undefined ? undefined : Number(code)
}
