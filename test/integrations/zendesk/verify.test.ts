import { describe, expect, it } from 'vitest'
import { PUBLIC_TEST_SECRET, verifyZendesk } from '../../../integrations/zendesk/verify.ts'
import { zendeskConfig } from './setup.ts'

const SECRET = 'k3y-öf-the-webhook'
const AT = '2026-03-02T09:00:00Z'
const BODY =
  '{"type":"zen:event-type:ticket.comment_added","detail":{"id":"5158","subject":"Zimmer für drei – bitte 🙏"}}'

/**
 * By openssl, not by us, for each timestamp:
 * printf '%s%s' "$TIMESTAMP" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64
 */
const SIGNED: Record<string, string> = {
  [AT]: 'fnNJLVVC5AS15KseQ0TNI9qe8BnARUnCiPBc4AtvknI=',
  yesterday: 'IHQHGIt1Bh5EyXhJUhk43deLmKQKtnd3S26K2wzYs/I=',
}
/** The same of the timestamp alone. */
const SIGNED_EMPTY = '/75BMZBEgMo4GhnfSYfHBSUCsSDiGzQKFX4XrUdVov0='

type Parts = { body?: string; at?: string; signature?: string | undefined; now?: string; secret?: string }

function verdict({ body = BODY, at = AT, now = AT, secret = SECRET, ...rest }: Parts = {}) {
  const signature = 'signature' in rest ? rest.signature : SIGNED[at]
  const headers = {
    'x-zendesk-webhook-signature': signature,
    'x-zendesk-webhook-signature-timestamp': at,
    'x-zendesk-webhook-invocation-id': '8350205582',
  }
  const request = { method: 'POST', url: '/', headers, query: {}, rawBody: Buffer.from(body) }
  return verifyZendesk(request, secret, new Date(now))
}

describe('a Zendesk webhook', () => {
  it('is genuine when timestamp and body carry the signature of our secret', () => {
    expect(verdict()).toEqual({ ok: true, deliveryId: '8350205582' })
  })

  it('may have no body', () => {
    expect(verdict({ body: '', signature: SIGNED_EMPTY })).toMatchObject({ ok: true })
  })

  it.each<[string, Parts, string]>([
    ['five minutes old', { now: '2026-03-02T09:05:00Z' }, 'ok'],
    ['a millisecond older', { now: '2026-03-02T09:05:00.001Z' }, 'stale'],
    ['five minutes ahead', { now: '2026-03-02T08:55:00Z' }, 'ok'],
    ['a millisecond further', { now: '2026-03-02T08:54:59.999Z' }, 'future'],
    ['signed with a time that is none', { at: 'yesterday' }, 'stale'],
    ['without a signature', { signature: undefined }, 'unsigned'],
    ['with an empty signature', { signature: '' }, 'unsigned'],
    ['without a timestamp', { at: '', signature: SIGNED[AT] }, 'unsigned'],
    ['with one letter of the body changed', { body: BODY.replace('drei', 'zwei') }, 'wrong_signature'],
    ['with its umlaut in another encoding', { body: BODY.replace('ü', 'u\u0308') }, 'wrong_signature'],
    ['with another time', { at: '2026-03-02T09:00:01Z', signature: SIGNED[AT] }, 'wrong_signature'],
    ['signed with another secret', { secret: 'another' }, 'wrong_signature'],
    ['with half a signature', { signature: SIGNED[AT]?.slice(0, 20) }, 'wrong_signature'],
    ['with a signature that is no base64', { signature: '☃'.repeat(44) }, 'wrong_signature'],
  ])('%s: %s', (_, parts, expected) => {
    const { ok, ...rest } = verdict(parts)
    expect('reason' in rest ? rest.reason : ok && 'ok').toBe(expected)
  })

  it('has no delivery id where Zendesk gave none', () => {
    const headers = {
      'x-zendesk-webhook-signature': SIGNED[AT],
      'x-zendesk-webhook-signature-timestamp': AT,
    }
    const request = { method: 'POST', url: '/', headers, query: {}, rawBody: Buffer.from(BODY) }
    expect(verifyZendesk(request, SECRET, new Date(AT))).toEqual({ ok: true, deliveryId: null })
  })
})

it('refuses the secret that Zendesk prints in its documentation', () => {
  expect(() => zendeskConfig({ ZENDESK_WEBHOOK_SECRET: PUBLIC_TEST_SECRET })).toThrow(/known to all/)
})
