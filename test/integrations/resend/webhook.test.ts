import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { parseResendWebhook } from '../../../integrations/resend/parse.ts'
import { verifyResend } from '../../../integrations/resend/verify.ts'
import { eventSchemas } from '../../../src/events/schemas.ts'
import type { RawRequest } from '../../../src/ports/index.ts'

/**
 * The vector of docs.svix.com/receiving/verifying-payloads/how-manual; the same comes from
 * `printf '%s' 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' | openssl dgst -sha256 -mac HMAC
 * -macopt hexkey:$(echo MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | base64 -d | xxd -p) -binary | base64`
 */
const SAMPLE = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}

const request = (body: string | Buffer, headers: Record<string, string> = {}): RawRequest => ({
  method: 'POST',
  url: '/api/v1/webhooks/inbound_email',
  headers,
  query: {},
  rawBody: Buffer.from(body),
})

const delivered = (change: Partial<typeof SAMPLE> = {}) => {
  const { id, timestamp, body, signature } = { ...SAMPLE, ...change }
  const headers = { 'svix-id': id, 'svix-timestamp': String(timestamp), 'svix-signature': signature }
  return request(body, headers)
}
const verify = (arrived: RawRequest, afterS = 0, secret = SAMPLE.secret) =>
  verifyResend(arrived, secret, new Date((SAMPLE.timestamp + afterS) * 1000))

describe('the signature of a Resend webhook', () => {
  it("accepts the vendor's own sample and tells the id that survives a retry", () => {
    expect(verify(delivered())).toEqual({ ok: true, deliveryId: SAMPLE.id })
  })

  it('accepts what the reference library signs, in any language', () => {
    const body = '{"type":"email.received","subject":"Grüße ✓ \u2028 שלום"}'
    const signature = new Webhook(SAMPLE.secret).sign(SAMPLE.id, new Date(SAMPLE.timestamp * 1000), body)
    expect(verify(delivered({ body, signature }))).toMatchObject({ ok: true })
  })

  it('accepts any one of several signatures, as while a secret is rotated', () => {
    const signature = `v1a,AAAA v1,${'A'.repeat(43)}= ${SAMPLE.signature}`
    expect(verify(delivered({ signature }))).toMatchObject({ ok: true })
  })

  it.each([
    ['a changed byte', delivered({ body: '{"test": 2432232315}' })],
    ['another id', delivered({ id: 'msg_other' })],
    ['another time', delivered({ timestamp: SAMPLE.timestamp + 1 })],
    ['a cut signature', delivered({ signature: SAMPLE.signature.slice(0, -6) })],
    ['a version that is not signed so', delivered({ signature: SAMPLE.signature.replace('v1,', 'v2,') })],
    ['an empty signature', delivered({ signature: 'v1,' })],
  ])('refuses %s', (_case, arrived) => {
    expect(verify(arrived)).toEqual({ ok: false, reason: 'wrong_signature' })
  })

  it('refuses another secret', () => {
    const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    expect(verify(delivered(), 0, other)).toEqual({ ok: false, reason: 'wrong_signature' })
  })

  it('tells bytes apart that are no text', () => {
    const sign = (body: Buffer) =>
      new Webhook(SAMPLE.secret).sign(SAMPLE.id, new Date(SAMPLE.timestamp * 1000), body)
    const [one, other] = [Buffer.from([0xff]), Buffer.from([0xfe])]
    // Both are the same replacement character once they are decoded.
    expect(sign(one)).toBe(sign(other))
    const arrived = { ...delivered({ signature: sign(one) }), rawBody: other }
    expect(verify(arrived)).toEqual({ ok: false, reason: 'wrong_signature' })
  })

  it.each([
    [300, true],
    [301, 'stale'],
    [-300, true],
    [-301, 'future'],
  ])('at %i seconds after it was signed: %s', (afterS, expected) => {
    const verdict = verify(delivered(), afterS)
    expect(verdict.ok || verdict.reason).toBe(expected)
  })

  it.each(['', 'soon', '1614265330.5', '1e9'])('takes the time %j for stale', (time) => {
    const arrived = delivered()
    const headers = { ...arrived.headers, 'svix-timestamp': time || ' ' }
    expect(verify({ ...arrived, headers })).toEqual({ ok: false, reason: 'stale' })
  })

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])(
    'takes a request without %s for unsigned',
    (name) => {
      const arrived = delivered()
      expect(verify({ ...arrived, headers: { ...arrived.headers, [name]: undefined } })).toEqual({
        ok: false,
        reason: 'unsigned',
      })
    },
  )
})

const samples: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../fixtures/resend/events.json', import.meta.url), 'utf8'),
)
const parse = (body: unknown) =>
  parseResendWebhook(request(typeof body === 'string' ? body : JSON.stringify(body)))
const eventOf = (body: unknown) => {
  const parsed = parse(body)
  return parsed.kind === 'events' ? parsed.events[0] : undefined
}

describe('a Resend webhook', () => {
  it('says that a mail is there, for whom it came, once', () => {
    expect(parse(samples.received)).toEqual({
      kind: 'events',
      events: [
        {
          event: {
            type: 'mail_received',
            provider: 'resend',
            providerId: '56761188-7520-42d8-8898-ff6fc54ce618',
            to: ['reply+k3.9f@in.hotel.example', 'hidden@in.hotel.example'],
            subject: 'Re: Your trip for three',
          },
          source: 'resend',
          dedupeKey: 'email.received:56761188-7520-42d8-8898-ff6fc54ce618',
          occurredAt: Date.UTC(2026, 2, 2, 9, 0, 1),
        },
      ],
    })
  })

  it.each([
    ['sent', 'sent', '<0102018f@eu-west-1.amazonses.com>', null],
    ['delivered', 'delivered', null, null],
    ['delayed', 'delayed', null, null],
    ['bounced', 'bounced', null, 'Permanent: General: The mailbox does not exist.'],
    ['complained', 'complained', null, null],
    ['failed', 'failed', null, 'reached_daily_quota'],
    ['suppressed', 'failed', null, 'The address bounced before.'],
  ])('tells of a mail that was %s', (name, status, messageId, detail) => {
    const fact = eventOf(samples[name])
    expect(fact?.event).toMatchObject({ type: 'mail_status', status, messageId, detail })
    const { type: _, ...payload } = fact?.event ?? { type: '' }
    expect(eventSchemas.mail_status.safeParse(payload).error).toBeUndefined()
  })

  it('is the same fact when it is delivered again, and another one when a mail is delayed again', () => {
    const later = { ...Object(samples.delayed), created_at: '2026-03-02T11:00:00.000Z' }
    expect(eventOf(samples.delayed)?.dedupeKey).toBe(eventOf({ ...Object(samples.delayed) })?.dedupeKey)
    expect(eventOf(later)?.dedupeKey).not.toBe(eventOf(samples.delayed)?.dedupeKey)
  })

  it.each(['email.opened', 'email.clicked', 'contact.created', 'email.invented_later', 'toString'])(
    'of type %s is kept and followed by nothing',
    (type) => {
      expect(parse({ type, created_at: '2026-03-02T09:00:00Z', data: {} })).toMatchObject({ kind: 'ignored' })
    },
  )

  it.each([
    ['no JSON', '{"type":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', '{"data":{}}'],
    ['a mail without an id', JSON.stringify({ type: 'email.received', created_at: '', data: { to: [] } })],
    [
      'recipients that are no list',
      JSON.stringify({ type: 'email.received', created_at: '', data: { email_id: 'x', to: 'y' } }),
    ],
    ['a status without an id', JSON.stringify({ type: 'email.sent', created_at: '', data: {} })],
  ])('with %s is malformed', (_case, body) => {
    expect(parse(body)).toMatchObject({ kind: 'malformed' })
  })
})
