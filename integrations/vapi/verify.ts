import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/ports/index.ts'

const MAX_SKEW_MS = 5 * 60_000

/**
 * Vapi signs as the server credential says; each way below needs the secret, and a request with none of them
 * is refused:
 * - HMAC: `x-signature` = hex(HMAC-SHA256(secret, `{timestamp}.{raw body}`)), `x-timestamp` beside it;
 * - `x-vapi-secret`: the secret as it is;
 * - `authorization: Bearer` and the secret.
 * Only the first covers body and time. Vapi has no id of a delivery.
 * Unconfirmed: whether the timestamp is in seconds or milliseconds (both are read).
 *
 * @see https://docs.vapi.ai/server-url/server-authentication
 * @see npm `@vapi-ai/server-sdk` 2.0.1, `HmacAuthenticationPlan`: header names, payload format, encoding
 */
export function verifyVapi(request: RawRequest, secret: string, now: Date): Verified {
  const signature = request.headers['x-signature']
  if (signature !== undefined) return verifySignature(request, signature, secret, now)

  const given = request.headers['x-vapi-secret'] ?? bearerOf(request.headers.authorization)
  if (given === undefined || given === '') return { ok: false, reason: 'unsigned' }
  return isSame(given, secret) ? { ok: true, deliveryId: null } : { ok: false, reason: 'wrong_signature' }
}

function verifySignature(request: RawRequest, signature: string, secret: string, now: Date): Verified {
  const timestamp = request.headers['x-timestamp']
  if (signature === '' || timestamp === undefined) return { ok: false, reason: 'unsigned' }

  const ageMs = now.getTime() - timeOf(timestamp)
  if (ageMs < -MAX_SKEW_MS) return { ok: false, reason: 'future' }
  if (!(ageMs <= MAX_SKEW_MS)) return { ok: false, reason: 'stale' } // NaN is stale too

  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(request.rawBody).digest('hex')
  const same = isSame(signature.replace(/^sha256=/, '').toLowerCase(), expected)
  return same ? { ok: true, deliveryId: null } : { ok: false, reason: 'wrong_signature' }
}

/** Milliseconds; until the year 5138 no time in seconds has more than eleven digits. */
function timeOf(timestamp: string): number {
  if (!/^\d{9,14}$/.test(timestamp)) return Number.NaN
  return timestamp.length <= 11 ? Number(timestamp) * 1000 : Number(timestamp)
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer (.+)$/i.exec(authorization ?? '')?.[1]
}

/** Hashed first: the lengths are then the same, and the length of the secret stays unknown. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
