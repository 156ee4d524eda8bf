import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createResendInboundMail } from '../../../integrations/resend/inbound-mail.ts'
import { inboundMailContract } from '../../contracts/mailer-inbound.ts'
import { vendorSpec } from '../../specs.ts'
import { nocked } from '../nocked.ts'

const BASE = 'https://resend.test'
const CONFIG = { RESEND_API_KEY: 're_key', RESEND_BASE_URL: BASE }
// Resend's ids are UUIDs; the contract's are not.
const vendor = nocked(BASE, 'resend', { allow: ['path.email_id'] })
const inbound = () => createResendInboundMail(CONFIG)
const sample = JSON.parse(
  readFileSync(new URL('../../fixtures/resend/received-mail.json', import.meta.url), 'utf8'),
)

inboundMailContract('Resend', () => ({
  inbound: inbound(),
  holds: (id, { receivedAt, ...mail }) =>
    vendor.answers('GET', `/emails/receiving/${id}`, {
      body: { object: 'email', id, ...mail, message_id: null, created_at: receivedAt },
    }),
  troubles(id, kind) {
    const [statusCode, name] = {
      gone: [404, 'not_found'] as const,
      bad_key: [401, 'restricted_api_key'] as const,
      broken: [500, 'internal_server_error'] as const,
    }[kind]
    const body = { statusCode, name, message: name }
    vendor.answers('GET', `/emails/receiving/${id}`, { status: statusCode, body })
  },
}))

describe('a mail that Resend received', () => {
  const path = `/emails/receiving/${sample.id}`

  it('is one that Resend describes', async () => {
    const spec = await vendorSpec('resend')
    expect(spec.checkAnswer({ method: 'GET', path, status: 200, body: sample })).toEqual([])
  })

  it('brings its id, copies, files and the name that only the header has', async () => {
    vendor.answers('GET', path, { body: sample })
    expect(await inbound().fetch(sample.id)).toMatchObject({
      messageId: '<CAF1x@mail.example.com>',
      from: { email: 'abhishek@example.com', name: 'Abhishek Rao' },
      to: ['reply+k3.9f@in.hotel.example'],
      cc: ['partner@example.com'],
      inReplyTo: '<0102018f@eu-west-1.amazonses.com>',
      attachments: [{ filename: 'passport.jpg', contentType: 'image/jpeg' }],
    })
  })

  it('names everybody whom it was delivered for, each once', async () => {
    const body = { ...sample, received_for: ['reply+k3.9f@in.hotel.example', 'hidden@in.hotel.example'] }
    vendor.answers('GET', path, { body })
    expect((await inbound().fetch(sample.id))?.to).toEqual([
      'reply+k3.9f@in.hotel.example',
      'hidden@in.hotel.example',
    ])
  })

  it('is fetched by its id alone, whatever the id says', async () => {
    vendor.answers('GET', '/emails/receiving/..%2Fdomains%3Fx', { body: { ...sample, id: '../domains?x' } })
    expect((await inbound().fetch('../domains?x'))?.providerId).toBe('../domains?x')
  })
})
