import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createResendMailer } from '../../../integrations/resend/mailer.ts'
import { mailerContract, outgoingMail } from '../../contracts/mailer.ts'
import { nocked } from '../nocked.ts'
import { silentVendor } from '../silent-vendor.ts'

const BASE = 'https://resend.test'
const CONFIG = { RESEND_API_KEY: 're_key', RESEND_BASE_URL: `${BASE}/` }
const vendor = nocked(BASE, 'resend')
const mailer = () => createResendMailer(CONFIG)

/** The shape of every error: resend.com/docs/api-reference/errors */
const problem = (statusCode: number, name: string, message = name) => ({
  status: statusCode,
  body: { statusCode, name, message },
})

const Payload = z.object({
  from: z.string(),
  to: z.array(z.string()),
  reply_to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  attachments: z.array(z.object({ filename: z.string(), content: z.string() })).default([]),
})

mailerContract('Resend', () => ({
  mailer: mailer(),
  takes: (id) => vendor.answers('POST', '/emails', { body: { id } }),
  troubles(kind) {
    if (kind === 'cut') return vendor.breaks('POST', '/emails', 'ECONNRESET')
    const answer = {
      too_many: { ...problem(429, 'rate_limit_exceeded'), headers: { 'retry-after': '7' } },
      bad_key: problem(403, 'invalid_api_key'),
      bad_mail: problem(403, 'validation_error', 'The domain not verified.'),
      broken: problem(500, 'internal_server_error'),
    }[kind]
    vendor.answers('POST', '/emails', answer)
  },
  taken: () =>
    vendor.calls.map(({ body }) => {
      const { reply_to: replyTo, attachments, ...mail } = Payload.parse(body)
      const decoded = attachments.map((file) => ({ ...file, content: Buffer.from(file.content, 'base64') }))
      return { ...mail, replyTo, attachments: decoded }
    }),
}))

describe('the Resend mailer', () => {
  it('does not wait for ever, and does not take silence for a no', async () => {
    const silent = createResendMailer({ ...CONFIG, RESEND_BASE_URL: await silentVendor() }, 100)
    const sending = silent.send(outgoingMail(), { key: 'k' })
    await expect(sending).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
  })

  it('sends under the key, shortened where it is longer than Resend takes, always to the same one', async () => {
    const keys = ['flow-1:mail', 'x'.repeat(256), 'y'.repeat(257), 'y'.repeat(257), `${'y'.repeat(256)}z`]
    for (const key of keys) {
      vendor.answers('POST', '/emails', { body: { id: 'mail-1' } })
      await mailer().send(outgoingMail(), { key })
    }
    const sent = vendor.calls.map(({ headers }) => headers['idempotency-key'])
    expect(sent.slice(0, 2)).toEqual(keys.slice(0, 2))
    expect(sent[2]).toMatch(/^[0-9a-f]{64}$/)
    expect(sent[3]).toBe(sent[2])
    expect(sent[4]).not.toBe(sent[2])
  })

  it.each([
    [
      'a daily quota waits an hour',
      problem(429, 'daily_quota_exceeded'),
      { when: 'after', ms: 3_600_000 },
      'none',
    ],
    ['a monthly quota waits for a person', problem(429, 'monthly_quota_exceeded'), { when: 'never' }, 'none'],
    ['a sending key is a wrong key', problem(401, 'restricted_api_key'), { when: 'never' }, 'none'],
    [
      'another mail under this key is in doubt',
      problem(409, 'invalid_idempotent_request'),
      { when: 'never' },
      'unknown',
    ],
    [
      'the same mail on its way is in doubt',
      problem(409, 'concurrent_idempotent_requests'),
      { when: 'backoff' },
      'unknown',
    ],
    [
      "a proxy's page is in doubt",
      { status: 502, body: '<html>Bad gateway</html>' },
      { when: 'backoff' },
      'unknown',
    ],
    ["a proxy's JSON is in doubt", { status: 503, body: { oops: true } }, { when: 'backoff' }, 'unknown'],
    ['an answer without an id is in doubt', { body: { ok: true } }, { when: 'backoff' }, 'unknown'],
    ['an answer of null is in doubt', { body: 'null' }, { when: 'backoff' }, 'unknown'],
    [
      'a field that Resend refuses is final',
      problem(422, 'missing_required_field'),
      { when: 'never' },
      'none',
    ],
  ])('%s', async (_case, answer, retry, effect) => {
    vendor.answers('POST', '/emails', answer)
    await expect(mailer().send(outgoingMail(), { key: 'k' })).rejects.toMatchObject({ retry, effect })
  })

  it('finds out at the start that a key may not read replies', async () => {
    vendor.answers('GET', '/emails/receiving', problem(401, 'restricted_api_key'))
    expect(await mailer().check()).toMatchObject({ ok: false, hint: expect.stringContaining('Full access') })
  })

  it('is content with a key that may', async () => {
    vendor.answers('GET', '/emails/receiving', { body: { object: 'list', has_more: false, data: [] } })
    expect(await mailer().check()).toMatchObject({ ok: true })
    expect(vendor.calls[0]?.headers.authorization).toBe('Bearer re_key')
  })
})
