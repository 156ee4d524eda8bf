import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/ports/index.ts'

/** Zendesk documents no age limit: this window is ours, both ways. */
const MAX_SKEW_MS = 5 * 60_000

/** Signs what "Test webhook" sends before the webhook is saved; printed in Zendesk's documentation. */
export const PUBLIC_TEST_SECRET = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='

/**
 * base64(HMAC-SHA256(secret, timestamp + raw body)), the ISO 8601 timestamp as it stands in its header.
 * developer.zendesk.com/documentation/webhooks/verifying; an older edition of that page had body + timestamp.
 * The invocation id is the delivery's id; unconfirmed that every retry carries the same one.
 */
export function verifyZendesk(request: RawRequest, secret: string, now: Date): Verified {
  const signature = request.headers['x-zendesk-webhook-signature']
  const timestamp = request.headers['x-zendesk-webhook-signature-timestamp']
  if (!signature || !timestamp) return { ok: false, reason: 'unsigned' }

  const expected = createHmac('sha256', secret).update(timestamp).update(request.rawBody).digest()
  const given = Buffer.from(signature, 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return { ok: false, reason: 'wrong_signature' }

  const ageMs = now.getTime() - Date.parse(timestamp)
  if (ageMs < -MAX_SKEW_MS) return { ok: false, reason: 'future' }
  // A signed timestamp that is no date has an age of NaN and lands here.
  if (!(ageMs <= MAX_SKEW_MS)) return { ok: false, reason: 'stale' }
  return { ok: true, deliveryId: request.headers['x-zendesk-webhook-invocation-id'] ?? null }
}
