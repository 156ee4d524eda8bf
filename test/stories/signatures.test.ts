import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qb } from '../../src/store/index.ts'
import { ask, deliver, metric, problemOf, type Spoilt, type Vendor } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

const BODIES: Record<Vendor, unknown> = {
  zendesk: { ticket_id: '4045', event: 'updated', note: 'Grüße 日本 👋' },
  resend: {
    type: 'email.received',
    created_at: '2026-03-02T09:00:00.000Z',
    data: { email_id: 'a-mail', to: ['reply@in.lumenhotels.example'], subject: 'Grüße 日本 👋' },
  },
  vapi: { message: { type: 'status-update', status: 'ringing', call: { id: 'a-call', name: 'Grüße 👋' } } },
}
const OTHERS: Record<Vendor, string> = {
  zendesk: 'another-secret',
  resend: `whsec_${Buffer.from('another-secret').toString('base64')}`,
  vapi: 'another-secret',
}
const MINUTE = 60_000
const vendors = ['zendesk', 'resend', 'vapi'] as const

const stored = async () =>
  (await hub.hub.store.read.all(qb.selectFrom('deliveries').select(['source', 'delivery_key']))).length
const counted = (source: Vendor, verdict: string) =>
  metric(hub, 'switchboard_webhooks_total', { source, verdict })

describe.each(vendors)('the door of %s', (vendor) => {
  const spoilt: [string, (now: number) => Spoilt, string][] = [
    ['no signature', () => ({ unsigned: true }), 'unsigned'],
    ['the signature of another secret', () => ({ secret: OTHERS[vendor] }), 'wrong_signature'],
    [
      'the signature of another body',
      () => ({ signedBody: JSON.stringify(BODIES[vendor]).replace('Grüße', 'Gruße') }),
      'wrong_signature',
    ],
    ['a true signature of long ago', (now) => ({ at: now - 6 * MINUTE }), 'stale'],
    ['a true signature of days to come', (now) => ({ at: now + 6 * MINUTE }), 'future'],
  ]

  it.each(spoilt)('answers %s with 401, counts it and keeps nothing of it', async (_, spoil, verdict) => {
    const before = { rows: await stored(), count: await counted(vendor, verdict) }
    const answer = await deliver(hub, vendor, BODIES[vendor], spoil(hub.clock.now()))

    expect(problemOf(answer)).toMatchObject({ status: 401, type: `urn:switchboard:${verdict}` })
    expect(await counted(vendor, verdict)).toBe(before.count + 1)
    expect(await stored()).toBe(before.rows)
  })

  it.each([
    ['four minutes old', -4 * MINUTE],
    ['of a clock that is four minutes ahead', 4 * MINUTE],
  ])('takes what is %s', async (_, ageMs) => {
    const before = await stored()
    // Not the same body twice: where a vendor names no delivery, the same body is a redelivery.
    const body = { ...Object(BODIES[vendor]), at: ageMs }
    const answer = await deliver(hub, vendor, body, { at: hub.clock.now() + ageMs })

    expect(answer).toMatchObject({ status: 200, json: { ok: true } })
    expect(await stored()).toBe(before + 1)
  })

  it('does not say what the right signature would have been, nor why in more than a word', async () => {
    const answer = await deliver(hub, vendor, BODIES[vendor], { secret: OTHERS[vendor] })
    expect(answer.text).toBe(
      JSON.stringify({
        type: 'urn:switchboard:wrong_signature',
        title: 'wrong signature',
        status: 401,
        detail: 'The webhook was not accepted: wrong_signature.',
      }),
    )
  })
})

describe('a signature of one vendor', () => {
  it('opens no door of another', async () => {
    const body = BODIES.zendesk
    const answer = await deliver(hub, 'resend', body, { unsigned: true })
    expect(answer.status).toBe(401)
    const asVapi = await ask(hub, 'POST', '/api/v1/webhooks/call_completed', {
      token: null,
      body,
      headers: {
        'x-zendesk-webhook-signature': 'c2lnbmF0dXJl',
        'x-zendesk-webhook-signature-timestamp': 'now',
      },
    })
    expect(asVapi.status).toBe(401)
  })

  it('is not replaced by the token of the API', async () => {
    const answer = await ask(hub, 'POST', '/api/v1/webhooks/zendesk', { body: BODIES.zendesk })
    expect(answer.status).toBe(401)
  })
})

it('keeps raw body and headers of what it takes, but no header that opens doors', async () => {
  const secret = 'vapi-webhook-secret-of-the-sandbox'
  const body = JSON.stringify({
    message: { type: 'status-update', status: 'ringing', call: { id: 'raw-1' } },
  })
  const answer = await ask(hub, 'POST', '/api/v1/webhooks/call_completed', {
    token: null,
    body,
    headers: { 'x-vapi-secret': secret, 'user-agent': 'vapi' },
  })
  expect(answer.status).toBe(200)
  const rows = await hub.hub.store.read.all(
    qb.selectFrom('deliveries').selectAll().where('source', '=', 'vapi').orderBy('id', 'desc'),
  )
  expect(Buffer.from(rows[0]?.body ?? '').toString('utf8')).toBe(body)
  expect(JSON.parse(rows[0]?.headers ?? '{}')).toMatchObject({ 'user-agent': 'vapi', 'x-vapi-secret': '•••' })
  expect(JSON.stringify(rows)).not.toContain(secret)
})
