import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Resend } from 'resend'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMailbox, type Mailbox } from '../../../src/sandbox/mailbox.ts'
import { RESEND, startResendStandIn } from '../../../src/sandbox/resend.ts'
import { signResend } from '../../../src/sandbox/resend-events.ts'
import type { StandIn } from '../../../src/sandbox/standin.ts'
import { addPerson, type MailPersona, type Person } from '../../../src/sandbox/world.ts'
import { vendorSpec } from '../../specs.ts'
import { type Bench, startBench } from './bench.ts'

const REPLY_TO = 'reply+flow1.sig@inbound.lumenhotels.example'
const DESCRIPTION = new URL(
  'resend.json',
  process.env.VENDOR_SPECS_DIR
    ? `file://${process.env.VENDOR_SPECS_DIR}/`
    : new URL('../../../../shared/specs/', import.meta.url),
)

let bench: Bench
let standIn: StandIn
let mailbox: Mailbox
let resend: Resend
let guest: Person

beforeEach(async () => {
  bench = await startBench()
  mailbox = createMailbox(bench.deps)
  standIn = await startResendStandIn(bench.deps, RESEND, mailbox.arrived)
  resend = new Resend(RESEND.apiKey, { baseUrl: standIn.url })
  guest = addPerson(bench.world, {
    name: 'Anna Weber',
    email: 'anna@example.com',
    locale: 'de',
    timeZone: 'Europe/Berlin',
    createdAt: bench.clock.now(),
  })
})
afterEach(() => Promise.all([standIn.close(), bench.close()]))

const mail = (fields: Record<string, unknown> = {}) => ({
  from: RESEND.from,
  to: 'anna@example.com',
  replyTo: REPLY_TO,
  subject: 'Ihre Reise',
  text: 'Dürfen wir Sie anrufen? Unter welcher Nummer?',
  ...fields,
})

/** Webhook bodies by type, after everything that is due has happened. */
async function told(type: string) {
  bench.clock.advance(60_000)
  await bench.webhooks.idle()
  return bench.hub.got
    .map(({ json }) => json as { type: string; data: Record<string, string> })
    .filter((body) => body.type === type)
}

/** The texts of the customer's answers, oldest first. */
async function answers(): Promise<string[]> {
  const received = await told('email.received')
  const mails = await Promise.all(
    received.map(({ data }) => resend.emails.receiving.get(data.email_id ?? '')),
  )
  return mails.map(({ data }) => data?.text ?? '')
}

const sent = () => Object.values(bench.world.mails).filter(({ direction }) => direction === 'sent')

describe('sending', () => {
  it('sends once under one key and gives the first answer again', async () => {
    const first = await resend.emails.send(mail(), { idempotencyKey: 'k' })
    const again = await resend.emails.send(mail(), { idempotencyKey: 'k' })
    expect(again.data).toEqual(first.data)
    expect(sent()).toHaveLength(1)
  })

  it('refuses another mail under the same key for a day, and takes it after that', async () => {
    await resend.emails.send(mail(), { idempotencyKey: 'k' })
    const other = await resend.emails.send(mail({ subject: 'Anders' }), { idempotencyKey: 'k' })
    expect(other.error).toMatchObject({ name: 'invalid_idempotent_request', statusCode: 409 })
    bench.clock.advance(24 * 3_600_000)
    expect((await resend.emails.send(mail({ subject: 'Anders' }), { idempotencyKey: 'k' })).error).toBeNull()
    expect(sent()).toHaveLength(2)
  })

  it.each([
    ['a sender who is none', { from: 'nobody' }, 'invalid_from_address'],
    ['a recipient who is none', { to: 'nobody' }, 'validation_error'],
    ['a mail without words', { text: undefined }, 'missing_required_field'],
    ['a tag with an umlaut', { tags: [{ name: 'fluß', value: 'x' }] }, 'validation_error'],
  ])('refuses %s', async (_what, fields, name) => {
    expect((await resend.emails.send(mail(fields))).error).toMatchObject({ name })
    expect(sent()).toEqual([])
  })

  it('refuses a wrong key', async () => {
    const stranger = new Resend('re_wrong', { baseUrl: standIn.url })
    expect((await stranger.emails.send(mail())).error).toMatchObject({ name: 'invalid_api_key' })
  })

  it('bounces what goes to an address that begins with bounce', async () => {
    await resend.emails.send(mail({ to: 'bounced@example.com' }))
    expect(await told('email.bounced')).toHaveLength(1)
    expect(await told('email.delivered')).toEqual([])
  })

  it('answers in the shape that Resend describes', async () => {
    const { data } = await resend.emails.send(mail())
    await answers()
    const received = Object.values(bench.world.mails).find(({ direction }) => direction === 'received')
    const spec = await vendorSpec('resend')
    for (const path of [
      `/emails/${data?.id}`,
      '/emails',
      '/emails/receiving',
      `/emails/receiving/${received?.id}`,
    ]) {
      const response = await fetch(standIn.url + path, {
        headers: { authorization: `Bearer ${RESEND.apiKey}` },
      })
      const answer = { method: 'GET', path, status: response.status, body: await response.json() }
      expect(spec.checkAnswer(answer), path).toEqual([])
    }
  })
})

describe('webhooks', () => {
  it('are believed by the vendor’s own SDK', async () => {
    await resend.emails.send(mail({ subject: 'Grüße 🌻' }))
    await told('email.sent')
    // The SDK holds the timestamp against the real clock, which is not the sandbox's.
    const id = 'msg_1'
    const at = Date.now()
    for (const { rawBody } of bench.hub.got) {
      const payload = rawBody.toString('utf8')
      const headers = signResend(RESEND.webhookSecret, { id, body: payload, at })
      const verified = resend.webhooks.verify({
        payload,
        headers: {
          id,
          timestamp: headers['svix-timestamp'] ?? '',
          signature: headers['svix-signature'] ?? '',
        },
        webhookSecret: RESEND.webhookSecret,
      })
      expect(verified).toEqual(JSON.parse(payload))
    }
    expect(bench.hub.got).toHaveLength(3)
  })

  it('are signed as openssl does', () => {
    // printf '%s' 'msg_1.1772442000.{"a":"Zoë"}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<secret> -binary | base64
    const headers = signResend(RESEND.webhookSecret, {
      id: 'msg_1',
      body: '{"a":"Zoë"}',
      at: Date.parse('2026-03-02T09:00:00Z'),
    })
    expect(headers['svix-signature']).toBe('v1,Xgp+o/uTTiVGt/gKVXqwYlR4OhCmQCJzHSNWGATT3Bg=')
  })

  it.runIf(existsSync(DESCRIPTION))('have the shape that Resend describes', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(JSON.parse(readFileSync(DESCRIPTION, 'utf8')), 'resend')
    await resend.emails.send(mail())
    await resend.emails.send(mail({ to: 'bounce@example.com' }))
    await told('email.received')
    const types = new Set<string>()
    for (const { json } of bench.hub.got) {
      const { type } = json as { type: string }
      types.add(type)
      const schema = `resend#/webhooks/${type}/post/requestBody/content/application~1json/schema`
      expect(ajv.validate({ $ref: schema }, json), `${type} ${ajv.errorsText()}`).toBe(true)
    }
    expect([...types].sort()).toEqual(['email.bounced', 'email.delivered', 'email.received', 'email.sent'])
  })
})

describe('the simulated customer', () => {
  const hasNumber = /01512 \d{7}/

  it.each<[MailPersona, RegExp]>([
    ['agrees', hasNumber],
    ['three_numbers', /01512 \d{7} oder 01512 \d{7}.*01512 \d{7}/s],
    ['invalid_number', /12345/],
    ['consent_only', /darf mich dazu anrufen/],
    ['asks_question', /Frühstück/],
    ['refuses', /nicht angerufen/],
    ['angry', /mit einem Menschen sprechen/],
    ['opts_out', /nicht mehr/],
  ])('who %s writes so, in their language', async (persona, words) => {
    guest.mail = persona
    await resend.emails.send(mail())
    const all = await answers()
    expect(all).toHaveLength(1)
    expect(all[0]).toMatch(words)
  })

  it('answers to the reply address, in the thread, with our mail quoted and a signature full of numbers', async () => {
    const { data } = await resend.emails.send(mail({ headers: { References: '<older@x>' } }))
    const [webhook] = await told('email.received')
    const messageId = bench.world.mails[data?.id ?? '']?.messageId ?? ''
    const answer = await resend.emails.receiving.get(webhook?.data.email_id ?? '')
    expect(answer.data?.to).toEqual([REPLY_TO])
    expect(answer.data?.subject).toBe('AW: Ihre Reise')
    expect(answer.data?.headers).toMatchObject({
      'in-reply-to': messageId,
      references: `<older@x> ${messageId}`,
    })
    expect(answer.data?.text).toContain('> Dürfen wir Sie anrufen?')
    expect(answer.data?.text).toContain('\n-- \nAnna Weber')
  })

  it.each<[MailPersona, RegExp]>([
    ['three_numbers', hasNumber],
    ['invalid_number', hasNumber],
    ['consent_only', hasNumber],
    ['asks_question', hasNumber],
    ['late', hasNumber],
  ])('who %s gives one number when asked again', async (persona, words) => {
    guest.mail = persona
    await resend.emails.send(mail())
    await answers()
    await resend.emails.send(mail({ text: 'Welche Nummer sollen wir anrufen?' }))
    const last = (await answers()).at(-1) ?? ''
    expect(last.split('\n-- \n')[0]?.match(/01512 \d{7}/g)).toHaveLength(1)
    expect(last).toMatch(words)
  })

  it('who is away lets the machine answer first and writes later', async () => {
    guest.mail = 'out_of_office'
    await resend.emails.send(mail())
    const [automatic, own] = await told('email.received')
    const first = await resend.emails.receiving.get(automatic?.data.email_id ?? '')
    expect(first.data?.headers).toMatchObject({ 'auto-submitted': 'auto-replied' })
    const second = await resend.emails.receiving.get(own?.data.email_id ?? '')
    expect(second.data?.headers).not.toHaveProperty('auto-submitted')
    expect(second.data?.text).toMatch(hasNumber)
  })

  it('stays silent when silent, and when nothing was asked', async () => {
    await resend.emails.send(mail({ subject: 'Danke', text: 'Alles ist gebucht.' }))
    guest.mail = 'silent'
    await resend.emails.send(mail())
    expect(await answers()).toEqual([])
  })

  it('can be reached under the number they gave', async () => {
    await resend.emails.send(mail())
    const [text = ''] = await answers()
    const [, digits] = /01512 (\d{7})/.exec(text) ?? []
    expect(bench.world.phoneBook[`+491512${digits}`]).toBe(guest.id)
  })
})
