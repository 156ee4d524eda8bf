import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Mail } from '../../src/sandbox/world.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

/** A hub whose customer was asked for a number and will say nothing by themselves. */
async function waitingForReply(options: Parameters<typeof startTestHub>[0] = {}) {
  const hub = await startTestHub(options)
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const flow = await hub.flowOf(ticket)
  expect(flow.waiting_for).toBe("the customer's reply")
  const ours = sentMails(hub).at(-1)
  if (!ours) throw new Error('no mail went out')
  return { hub, ticket, flowId: flow.id, ours }
}

const sentMails = (hub: TestHub) =>
  Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')

/** A mail that arrives at our inbound address, written by any program. */
function arrives(hub: TestHub, mail: Partial<Mail> & { headers?: Record<string, string> }) {
  const id = randomUUID()
  hub.control.world.mails[id] = {
    id,
    direction: 'received',
    messageId: `<${id}@mail.customer.example>`,
    from: `Abhishek Rao <${ABHISHEK}>`,
    to: ['reply@inbound.lumenhotels.example'],
    cc: [],
    replyTo: null,
    subject: 'Re: your request',
    text: '',
    html: null,
    tags: {},
    key: null,
    personId: null,
    answers: null,
    lastEvent: 'received',
    createdAt: hub.clock.now(),
    attachments: [],
    ...mail,
    headers: { 'message-id': `<${id}@mail.customer.example>`, ...mail.headers },
  }
  hub.sandbox.webhooks.send(
    'resend',
    {
      type: 'email.received',
      created_at: new Date(hub.clock.now()).toISOString(),
      data: {
        email_id: id,
        message_id: `<${id}@mail.customer.example>`,
        created_at: new Date(hub.clock.now()).toISOString(),
        from: mail.from ?? ABHISHEK,
        to: mail.to ?? ['reply@inbound.lumenhotels.example'],
        cc: [],
        bcc: [],
        subject: mail.subject ?? 'Re: your request',
        attachments: [],
      },
    },
    { id: `msg_${id}` },
  )
}

async function customerOf(hub: TestHub, ticket: string) {
  const flow = await hub.flowOf(ticket)
  return z
    .looseObject({
      phone: z.string().nullable(),
      consents: z.array(z.looseObject({ kind: z.string(), given: z.number(), words: z.string() })),
    })
    .parse(await hub.api.call('GET', `/customers/${flow.customer_id}`))
}

const YES = 'Yes, your AI assistant may call me on +91 98201 23456.'

describe('whose reply it is', () => {
  it('is told by the signed reply address, whoever sends', async () => {
    const { hub, ticket, ours } = await waitingForReply()
    await using _ = hub
    arrives(hub, { from: 'priya@home.example', to: [bare(ours.replyTo)], subject: 'Goa', text: YES })
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect((await hub.runOf(ticket)).messages).toContainEqual(
      expect.objectContaining({
        direction: 'in',
        meta: expect.objectContaining({ matchedBy: 'reply_address' }),
      }),
    )
  })

  it('is told by what it refers to, where the address was changed on the way', async () => {
    const { hub, ticket, ours } = await waitingForReply()
    await using _ = hub
    arrives(hub, {
      from: 'priya@home.example',
      text: YES,
      headers: { references: `<other@x.example> ${ours.messageId}`, 'in-reply-to': ours.messageId },
    })
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(JSON.stringify((await hub.runOf(ticket)).messages)).toContain('"matchedBy":"references"')
  })

  it('is told by the sender, where nothing else tells', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    arrives(hub, { from: `"A. Rao" <${ABHISHEK.toUpperCase()}>`, subject: 'my number', text: YES })
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(JSON.stringify((await hub.runOf(ticket)).messages)).toContain('"matchedBy":"sender"')
  })

  it('is nobody’s where the reply address is forged and the sender unknown', async () => {
    const { hub, ticket, flowId } = await waitingForReply()
    await using _ = hub
    arrives(hub, {
      from: 'mallory@evil.example',
      to: [`reply+${flowId}.aaaaaaaaaaaaaaaa@inbound.lumenhotels.example`],
      text: 'Yes, call me on +44 7400 123456.',
    })
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'waiting' })
    expect(hub.effects().calls.total).toBe(0)
  })
})

describe('mail that no person wrote', () => {
  it.each([
    ['an out-of-office note', { headers: { 'auto-submitted': 'auto-replied' }, text: `Away. ${YES}` }],
    ['an older autoresponder', { headers: { precedence: 'bulk' }, text: YES }],
    ['a mailing list', { headers: { 'list-id': '<news.example>' }, text: YES }],
    ['our own mail coming back', { from: 'Lumen Hotels <care@lumenhotels.example>', text: YES }],
  ])('%s is kept and not answered, and the wait goes on', async (_what, mail) => {
    const { hub, ticket, ours } = await waitingForReply()
    await using _ = hub
    arrives(hub, { to: [bare(ours.replyTo)], ...mail })
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'waiting', waiting_for: "the customer's reply" })
    expect(sentMails(hub)).toHaveLength(1)
    expect((await hub.runOf(ticket)).messages.at(-1)).toMatchObject({
      direction: 'in',
      kind: /auto_reply|list|own/,
    })
  })

  it('a simulated customer on holiday answers after their machine did', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'out_of_office' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(hub.effects().mails.total).toBe(1)
  })

  it('a bounce report sends the ticket to a person, who is told that the mail did not arrive', async () => {
    const { hub, ticket, ours } = await waitingForReply()
    await using _ = hub
    arrives(hub, {
      from: 'MAILER-DAEMON@mx.raotextiles.example',
      subject: 'Undelivered Mail Returned to Sender',
      text: 'The following address failed: 550 user unknown',
      headers: {
        'content-type': 'multipart/report; report-type=delivery-status',
        'in-reply-to': ours.messageId,
      },
    })
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
    expect((await hub.runOf(ticket)).escalations[0]?.reason).toMatch(/did not arrive|came back/)
  })

  it('a bounce that the provider reports does the same', async () => {
    await using hub = await startTestHub()
    const { id } = hub.control.createTicket({
      requester: 'bounce-me@gone.example',
      name: 'Gone Girl',
      subject: 'A room in Porto',
      text: 'Do you have a room in Porto?',
    })
    hub.control.assignToAi(id)
    await hub.settle()
    expect(await hub.flowOf(id)).toMatchObject({ outcome: 'escalated' })
    const run = await hub.runOf(id)
    expect(run.escalations[0]?.reason).toMatch(/did not arrive|came back/)
    expect(run.messages[0]).toMatchObject({ direction: 'out', status: 'bounced' })
  })
})

describe('what a reply says', () => {
  it('is read without quotes and signature: the number in the signature is not called', async () => {
    await using hub = await startTestHub()
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(hub.effects().calls.byNumber).toEqual({ '+919820123456': 1 })
    const reply = (await hub.runOf(ticket)).messages.find(({ direction }) => direction === 'in')
    expect(reply?.body).not.toContain('+44 20')
    expect(reply?.body).not.toContain('>')
  })

  it('a yes is kept with the exact words it was given in', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    hub.control.answerAsCustomer(ABHISHEK, `Hello,\n\n${YES}\n\nAbhishek`)
    await hub.settle()
    const { phone, consents } = await customerOf(hub, ticket)
    expect(phone).toBe('+919820123456')
    expect(consents).toMatchObject([{ kind: 'ai_call', given: 1 }])
    expect(YES).toContain(consents[0]?.words)
    expect(consents[0]?.words.length).toBeGreaterThan(5)
  })

  it('three numbers get one polite question back, and only one: then a person', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    const three = 'Yes, call me: +91 98201 23456, +91 98201 23457 or +91 98201 23458.'
    hub.control.answerAsCustomer(ABHISHEK, three)
    await hub.settle()
    expect(sentMails(hub)).toHaveLength(2)
    expect(sentMails(hub)[1]?.text).toContain('+919820123457')
    hub.control.answerAsCustomer(ABHISHEK, three)
    await hub.settle()
    expect(sentMails(hub)).toHaveLength(2)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
    expect(hub.effects().calls.total).toBe(0)
  })

  it('a number that is none is asked about once', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'invalid_number' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(hub.effects()).toMatchObject({ mails: { total: 2 }, calls: { total: 1 } })
  })

  it('a refusal is noted in their words, answered in writing, and never called', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    hub.control.answerAsCustomer(ABHISHEK, 'Please do not call me. What does the Family Cottage cost?')
    await hub.settle()
    const { consents } = await customerOf(hub, ticket)
    expect(consents).toMatchObject([{ kind: 'ai_call', given: 0, words: 'Please do not call' }])
    const step = (await hub.flowOf(ticket)).step('draft_answer')
    expect(step.runs === 1 || (await hub.flowOf(ticket)).outcome === 'escalated').toBe(true)
    await hub.pass(4 * 24 * 3_600_000)
    expect(hub.effects().calls.total).toBe(0)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
  })

  it('a question is answered from the knowledge base', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    await hub.learn('faq-breakfast', 'policy-pets', 'faq-parking')
    hub.control.answerAsCustomer(ABHISHEK, 'Before we talk: is breakfast included in the price?')
    await hub.settle()
    const { result } = (await hub.flowOf(ticket)).step('draft_answer')
    const { citations } = z.object({ citations: z.array(z.object({ title: z.string() })) }).parse(result)
    expect(citations.map(({ title }) => title)).toContain('Breakfast: when, what, how much')
    expect(sentMails(hub)[1]?.text).toMatch(/breakfast/i)
  })

  it('an opt-out is kept word for word, and nothing goes out any more', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    hub.control.answerAsCustomer(ABHISHEK, 'Stop writing to me. I have nothing to say.')
    await hub.settle()
    expect((await customerOf(hub, ticket)).consents).toMatchObject([
      { kind: 'contact:all', given: 0, words: 'Stop writing to me' },
    ])
    const again = hub.control.createTicket({
      requester: hub.personOf(ABHISHEK).id,
      subject: 'Invoice',
      text: 'Please send me the invoice.',
    }).id
    hub.control.assignToAi(again)
    await hub.pass(5 * 24 * 3_600_000)
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 0 } })
    expect(await hub.flowOf(again)).toMatchObject({ outcome: 'escalated' })
    expect((await hub.runOf(again)).escalations[0]?.reason).toContain('does not want to hear from us')
  })

  it('a wish for a person goes to one, urgently', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    hub.control.answerAsCustomer(ABHISHEK, 'I want to speak to a real person, please.')
    await hub.settle()
    expect((await hub.runOf(ticket)).escalations).toMatchObject([
      { priority: 'high', reason: 'The customer asked for a person.' },
    ])
  })
})

describe('no reply', () => {
  it('is reminded of after a day and given to a person after three, without a second reminder', async () => {
    const { hub, ticket } = await waitingForReply()
    await using _ = hub
    const hour = 3_600_000
    await hub.pass(23 * hour)
    expect(sentMails(hub)).toHaveLength(1)
    await hub.pass(2 * hour)
    expect(sentMails(hub)).toHaveLength(2)
    await hub.pass(46 * hour)
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'waiting' })
    await hub.pass(2 * hour)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
    expect(sentMails(hub)).toHaveLength(2)
    expect((await hub.runOf(ticket)).escalations[0]?.reason).toBe('The customer did not reply in time.')
  })

  it('is waited for as long as the settings say', async () => {
    const env = { REPLY_REMINDER_AFTER: '2h', REPLY_GIVE_UP_AFTER: '5h' }
    const { hub, ticket } = await waitingForReply({ env })
    await using _ = hub
    await hub.pass(2 * 3_600_000 + 1_000)
    expect(sentMails(hub)).toHaveLength(2)
    await hub.pass(3 * 3_600_000 + 1_000)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
  })

  it('a late reply to the reminder still leads to the call', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'late' })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(25 * 3_600_000)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(hub.effects()).toMatchObject({ mails: { total: 2 }, calls: { total: 1 } })
  })
})

describe('a change of mind', () => {
  it('an objection that comes while the call is held stops the call', async () => {
    const { hub, ticket } = await waitingForReply({ env: { QUIET_HOURS: quietNow(6) } })
    await using _ = hub
    hub.control.answerAsCustomer(ABHISHEK, YES)
    await hub.settle()
    expect((await hub.runOf(ticket)).calls[0]).toMatchObject({ held_gate: 'quiet_hours' })
    hub.control.answerAsCustomer(ABHISHEK, 'Sorry, please do not call me after all.')
    await hub.settle()
    await hub.pass(24 * 3_600_000)
    expect(hub.effects().calls.total).toBe(0)
    expect((await customerOf(hub, ticket)).consents.at(-1)).toMatchObject({ kind: 'ai_call', given: 0 })
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
  })

  it('an opt-out after the job has ended counts all the same', async () => {
    await using hub = await startTestHub()
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed' })
    hub.control.answerAsCustomer(ABHISHEK, 'Thank you. And now remove me from your list.')
    await hub.settle()
    expect((await customerOf(hub, ticket)).consents.at(-1)).toMatchObject({
      kind: 'contact:all',
      given: 0,
      words: 'remove me from',
    })
  })
})

const bare = (address: string | null) => /<([^>]+)>/.exec(address ?? '')?.[1] ?? address ?? ''

/** Quiet hours in India that began an hour ago and end in so many hours. */
function quietNow(hours: number): string {
  const clock = (ms: number) =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Kolkata',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(ms)
  return `${clock(Date.now() - 3_600_000)}-${clock(Date.now() + hours * 3_600_000)}`
}
