import { describe, expect, it, vi } from 'vitest'
import { createResendInboundMail } from '../../../integrations/resend/inbound-mail.ts'
import { resend } from '../../../integrations/resend/index.ts'
import { createResendMailer } from '../../../integrations/resend/mailer.ts'
import type { WebhookDoor } from '../../../src/ports/index.ts'
import { addPerson } from '../../../src/sandbox/world.ts'
import { outgoingMail } from '../../contracts/mailer.ts'
import { sandboxWithDoor } from '../door.ts'

const start = async () => {
  const { webhook } = resend
  if (!webhook) throw new Error('Resend has no door')
  const door: WebhookDoor<ReturnType<typeof resend.config.parse>> = webhook
  const arranged = await sandboxWithDoor(door, (env) => resend.config.parse(env))
  const { sandbox, config } = arranged
  addPerson(sandbox.world, { name: 'Ada', email: 'ada@example.com', createdAt: 0, mail: 'silent' })
  const sent = () => Object.values(sandbox.world.mails).filter(({ direction }) => direction === 'sent')
  return { ...arranged, sent, mailer: createResendMailer(config), inbound: createResendInboundMail(config) }
}

describe("Resend's client and door against its stand-in", () => {
  it('send one mail under one key, however often it is asked', async () => {
    const { mailer, sent } = await start()
    const first = await mailer.send(outgoingMail(), { key: 'k' })
    expect(await mailer.send(outgoingMail(), { key: 'k' })).toEqual(first)
    expect(sent()).toHaveLength(1)
    const other = mailer.send(outgoingMail({ text: 'Something else' }), { key: 'k' })
    await expect(other).rejects.toMatchObject({ code: 'vendor_conflict', retry: { when: 'never' } })
  })

  it('send one mail although the first answer was lost', async () => {
    const { mailer, sandbox, sent } = await start()
    sandbox.standIns.resend.faults.push({ on: 'POST /emails', kind: 'timeout_after_effect', times: 1 })
    const lost = mailer.send(outgoingMail(), { key: 'k' })
    await expect(lost).rejects.toMatchObject({ effect: 'unknown', retry: { when: 'backoff' } })
    await mailer.send(outgoingMail(), { key: 'k' })
    expect(sent()).toHaveLength(1)
  })

  it('wait as long as they are told', async () => {
    const { mailer, sandbox } = await start()
    const kind = { status: 429, retryAfterS: 3 }
    sandbox.standIns.resend.faults.push({ on: 'POST /emails', kind, times: 1 })
    const sending = mailer.send(outgoingMail(), { key: 'k' })
    await expect(sending).rejects.toMatchObject({
      code: 'vendor_rate_limited',
      retry: { when: 'after', ms: 3000 },
    })
  })

  it('learn the Message-ID, and that the mail arrived', async () => {
    const { mailer, events, refused, sent } = await start()
    const { providerId } = await mailer.send(outgoingMail(), { key: 'k' })
    const messageId = sent()[0]?.messageId
    await vi.waitFor(() => expect(events).toHaveLength(2))
    expect(events).toContainEqual(expect.objectContaining({ status: 'sent', providerId, messageId }))
    expect(events).toContainEqual(expect.objectContaining({ status: 'delivered', providerId }))
    expect(refused).toEqual([])
  })

  it('fetch the reply that a webhook told of', async () => {
    const { mailer, inbound, sandbox, events, sent } = await start()
    await mailer.send(outgoingMail(), { key: 'k' })
    await vi.waitUntil(() =>
      events.some((event) => event.type === 'mail_status' && event.status === 'delivered'),
    )
    sandbox.control.answerAsCustomer('ada@example.com', 'Grüße, +49 30 123456')
    const received = await vi.waitUntil(() => events.find(({ type }) => type === 'mail_received'))
    if (received.type !== 'mail_received') throw new Error('no mail')
    expect(received.to).toEqual(['reply+token@in.hotel.example'])
    expect(await inbound.fetch(received.providerId)).toMatchObject({
      from: { email: 'ada@example.com' },
      text: expect.stringContaining('Grüße, +49 30 123456'),
      inReplyTo: sent()[0]?.messageId,
    })
  })

  it('find the account in order', async () => {
    const { mailer, config } = await start()
    expect(await mailer.check()).toMatchObject({ ok: true })
    const stranger = createResendMailer({ ...config, RESEND_API_KEY: 're_wrong' })
    expect(await stranger.check()).toMatchObject({ ok: false, detail: 'vendor_auth' })
  })
})
