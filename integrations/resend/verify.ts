import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/ports/index.ts'

const MAX_SKEW_S = 5 * 60

/**
 * `v1,` + base64(HMAC-SHA256(secret, `{id}.{timestamp}.{raw body}`)), timestamp in Unix seconds; several
 * signatures stand side by side, separated by spaces, while a secret is rotated. `svix-id` is the same for
 * every attempt of a delivery.
 * This is Standard Webhooks under Svix's header names. Not checked with npm `standardwebhooks` 1.1.1 itself:
 * it reads the system clock and decodes the body to text before it hashes.
 *
 * @see https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param secret `whsec_` and base64
 */
export function verifyResend(request: RawRequest, secret: string, now: Date): Verified {
  const id = request.headers['svix-id']
  const timestamp = request.headers['svix-timestamp']
  const signatures = request.headers['svix-signature']
  if (!id || !timestamp || !signatures) return { ok: false, reason: 'unsigned' }

  const ageS =
    Math.floor(now.getTime() / 1000) - (/^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN)
  if (ageS < -MAX_SKEW_S) return { ok: false, reason: 'future' }
  if (!(ageS <= MAX_SKEW_S)) return { ok: false, reason: 'stale' } // NaN is stale too

  const expected = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(request.rawBody)
    .digest()
  const matches = signatures.split(' ').some((signature) => isSame(signature, expected))
  return matches ? { ok: true, deliveryId: id } : { ok: false, reason: 'wrong_signature' }
}

function isSame(versioned: string, expected: Buffer): boolean {
  if (!versioned.startsWith('v1,')) return false
  const given = Buffer.from(versioned.slice('v1,'.length), 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
