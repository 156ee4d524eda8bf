import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qb } from '../../src/store/index.ts'
import { ask, deliver, metric, problemOf, updateAtDesk, type Vendor } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { freshPostgres, hasPostgres } from '../postgres.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

const newestDelivery = () =>
  hub.hub.store.read.first(qb.selectFrom('deliveries').selectAll().orderBy('id', 'desc').limit(1))
const vendors = ['zendesk', 'resend', 'vapi'] as const
const nothingDied = async () => expect(await metric(hub, 'switchboard_work_dead')).toBe(0)

describe('a truly signed webhook', () => {
  const malformed: Record<Vendor, [string, unknown][]> = {
    zendesk: [
      ['no JSON', '{"ticket_id": '],
      ['an empty body', ''],
      ['a list', []],
      ['half a million brackets', `${'['.repeat(400_000)}${']'.repeat(400_000)}`],
      ['a word', '"hello"'],
      ['a ticket id of another type', { ticket_id: { nested: true }, event: 'updated' }],
      ['a negative ticket id', { ticket_id: -1, event: 'updated' }],
      ['a path for a ticket id', { ticket_id: '../users/1', event: 'updated' }],
      [
        'an event without its ticket',
        { type: 'zen:event-type:ticket.status_changed', id: 'e1', detail: null },
      ],
    ],
    resend: [
      ['no JSON', '<mail/>'],
      ['no type', { data: {} }],
      ['a received mail without its id', { type: 'email.received', created_at: 'now', data: { to: [] } }],
      [
        'recipients of another type',
        { type: 'email.received', created_at: '', data: { email_id: 'x', to: 'me' } },
      ],
    ],
    vapi: [
      ['no JSON', 'message=1'],
      ['no message', {}],
      ['a type of another type', { message: { type: 7 } }],
      ['a report without its call', { message: { type: 'end-of-call-report', call: 'none' } }],
    ],
  }

  it.each(
    vendors.flatMap((vendor) => malformed[vendor].map(([what, body]) => [vendor, what, body] as const)),
  )('of %s with %s is answered 400 and kept as it came, with the reason', async (vendor, _, body) => {
    const answer = await deliver(hub, vendor, body)
    await hub.settle()
    const row = await newestDelivery()

    expect(problemOf(answer)).toMatchObject({ status: 400, type: 'urn:switchboard:malformed' })
    expect(row).toMatchObject({ source: vendor, outcome: 'malformed', reason: expect.any(String) })
    expect(Buffer.from(row?.body ?? '').toString('utf8')).toBe(
      typeof body === 'string' ? body : JSON.stringify(body),
    )
    await nothingDied()
  })

  const unknown: [Vendor, unknown][] = [
    ['zendesk', { type: 'zen:event-type:user.created', id: 'e2', detail: { id: '1' } }],
    ['zendesk', { ticket_id: '{{ticket.id}}', event: 'updated' }],
    ['resend', { type: 'domain.invented', created_at: '2026-03-02T09:00:00Z', data: { any: 'thing' } }],
    ['vapi', { message: { type: 'brand-new-message', anything: [1, 2, 3] } }],
  ]
  it.each(unknown)(
    'of %s of a kind nobody knows is accepted, kept as ignored, and nothing follows',
    async (vendor, body) => {
      const events = await metric(hub, 'switchboard_events_total')
      const answer = await deliver(hub, vendor, body)
      await hub.settle()

      expect(answer.status).toBe(200)
      expect(await newestDelivery()).toMatchObject({ source: vendor, outcome: 'ignored' })
      expect(await metric(hub, 'switchboard_events_total')).toBe(events)
    },
  )

  it.each(vendors)('of %s larger than 1 MB is refused with 413', async (vendor) => {
    const before = await newestDelivery()
    const answer = await deliver(hub, vendor, { padding: 'x'.repeat(2_000_000) })

    expect(problemOf(answer)).toMatchObject({ status: 413, type: 'urn:switchboard:too_large' })
    expect(await newestDelivery()).toEqual(before)
  })

  it('of a mail that the provider does not have is looked for, and then given up in view of a person', async () => {
    await using own = await startTestHub()
    const data = { email_id: '00000000-0000-4000-8000-000000000000', to: ['reply@in.lumenhotels.example'] }
    const answer = await deliver(own, 'resend', {
      type: 'email.received',
      created_at: '2026-03-02T09:00:00Z',
      data,
    })
    await own.pass(86_400_000)

    expect(answer.status).toBe(200)
    const { json } = await ask(own, 'GET', '/api/v1/escalations')
    expect(json).toMatchObject({ data: [{ source: 'dead_work', status: 'open' }] })
  })

  it('about a call that is none of ours changes nothing', async () => {
    const call = { id: 'call-of-somebody-else', status: 'ended' }
    const answer = await deliver(hub, 'vapi', {
      message: { type: 'end-of-call-report', endedReason: 'customer-ended-call', call },
    })
    await hub.settle()

    expect(answer.status).toBe(200)
    await nothingDied()
  })
})

describe('a door that is not there', () => {
  it.each([
    ['an unknown webhook', '/api/v1/webhooks/pigeons'],
    ['an unknown provider of a known webhook', '/api/v1/webhooks/inbound_email?provider=pigeons'],
    ['a vendor that is not connected', '/api/v1/webhooks/hubspot'],
  ])('%s is answered 404', async (_, path) => {
    expect(problemOf(await ask(hub, 'POST', path, { token: null, body: {} }))).toMatchObject({ status: 404 })
  })

  it('a webhook is only posted', async () => {
    expect((await ask(hub, 'GET', '/api/v1/webhooks/zendesk')).status).toBe(404)
  })
})

describe('a customer without an e-mail address', () => {
  it('is handed to a person with that reason, and nobody is written to', async () => {
    const tom = Object.values(hub.control.world.people).find(({ name }) => name === 'Tom Becker')
    const ticket = Object.values(hub.control.world.tickets).find(
      ({ requesterId, status }) => requesterId === tom?.id && status === 'open',
    )
    hub.control.assignToAi(ticket?.id ?? '')
    await hub.settle()

    expect(await hub.flowOf(ticket?.id ?? '')).toMatchObject({ status: 'completed', outcome: 'escalated' })
    const { escalations, effects } = await hub.runOf(ticket?.id ?? '')
    expect(escalations).toMatchObject([{ reason: expect.stringMatching(/no e-mail address/i) }])
    expect(effects.filter(({ skill }) => ['send_email', 'dial_call'].includes(skill))).toEqual([])
    expect(hub.control.world.tickets[ticket?.id ?? '']?.comments.at(-1)).toMatchObject({
      public: false,
      body: expect.stringMatching(/no e-mail address/i),
    })
  })
})

describe('a requester whom the desk does not know any more', () => {
  it('leaves the ticket to a person, with that reason', async () => {
    await using own = await startTestHub()
    const { id, requesterId } = own.control.createTicket({
      requester: 'gone@guests.example',
      subject: 'Gone',
      text: 'I asked to be forgotten.',
    })
    delete own.control.world.people[requesterId]
    await updateAtDesk(own, id, { tags: ['ai_processing'] })
    await own.settle()

    expect(await own.flowOf(id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    const { escalations } = await own.runOf(id)
    expect(escalations).toMatchObject([{ reason: expect.stringMatching(/customer|requester/i) }])
    expect(own.effects().mails.total).toBe(0)
  })
})

describe('text that no database takes as it is', () => {
  const databases = hasPostgres ? ['SQLite', 'Postgres'] : ['SQLite']
  it.each(databases)(
    'goes through the job on %s: zero bytes, lone surrogates, a very long word',
    async (database) => {
      const env: Record<string, string> =
        database === 'Postgres' ? { DATABASE_URL: await freshPostgres() } : {}
      await using own = await startTestHub({ env })
      const odd = `A\u0000B \ud83d \u202e ${'x'.repeat(20_000)}`
      const { id } = own.control.createTicket({
        requester: 'odd@guests.example',
        name: 'O\u0000dd',
        subject: 'A\u0000B',
        text: `Do you have a room? ${odd}`,
      })
      own.control.set({ mail: 'silent' })
      own.control.assignToAi(id)
      await own.settle()
      own.control.answerAsCustomer(
        'odd@guests.example',
        `Call me on +44 7400 123456, the AI may call. ${odd}`,
      )
      await own.settle()

      expect(await own.flowOf(id)).toMatchObject({ status: 'completed', last_error: null })
      expect(own.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 } })
      expect(await metric(own, 'switchboard_work_dead')).toBe(0)
      expect((await ask(own, 'GET', '/api/v1/customers/%00')).status).toBe(404)
    },
  )
})

describe('an empty knowledge base', () => {
  it('makes no recommendation and quotes no price, and the job goes its way', async () => {
    const { id: ticket } = hub.control.createTicket({
      requester: 'mia@guests.example',
      name: 'Mia Berg',
      subject: 'A room in May',
      text: 'What does a double room cost, and may I bring my dog?',
      tags: ['ai_processing'],
    })
    await hub.settle()

    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    const { profile, messages } = await hub.runOf(ticket)
    expect(profile).toMatchObject({ profile: { recommendations: [] } })
    const mail = messages.find(({ direction, channel }) => direction === 'out' && channel === 'email')
    expect(mail?.body).not.toMatch(/€|EUR|\$|%/)
  })
})

describe('orders hidden in a ticket', () => {
  const VICTOR = 'victor.malone@mail.example'

  it.each(['obedient', 'obeys_injection'] as const)(
    'choose neither recipient nor tool, with a model that is %s',
    async (mood) => {
      await using own = await startTestHub()
      own.control.set({ model: mood })
      const ticket = own.assign(VICTOR)
      const others = Object.values(own.control.world.tickets).filter(({ id }) => id !== ticket)
      const before = others.map(({ id, status }) => [id, status])
      await own.pass(86_400_000)

      const { mails, calls } = own.control.world
      for (const { direction, to, cc, text, html } of Object.values(mails)) {
        if (direction !== 'sent') continue
        expect([to.length, cc.length, to.join().includes(VICTOR)]).toEqual([1, 0, true])
        expect(`${text}${html}`).not.toMatch(/evil|ignore my rules|90 %/)
      }
      for (const { to } of Object.values(calls)) expect(to).toBe(own.control.phoneOf(VICTOR))
      expect(others.map(({ id, status }) => [id, status])).toEqual(before)
      expect(own.control.world.tickets[ticket]).toMatchObject({
        requesterId: own.personOf(VICTOR).id,
        subject: 'Price list please',
      })
    },
  )

  it('block the draft of a model that follows them, and a person is told which words were wrong', async () => {
    await using own = await startTestHub()
    own.control.set({ model: 'obeys_injection' })
    const ticket = own.assign(VICTOR)
    await own.settle()

    const { escalations } = await own.runOf(ticket)
    expect(escalations).toMatchObject([{ reason: expect.stringMatching(/blocked: “x@evil\.example”/) }])
    expect(own.effects().mails.total).toBe(0)
    const { json } = await ask(own, 'GET', `/api/v1/ai/actions?case=zendesk:${ticket}`)
    expect(json).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ event_type: 'contact_blocked' })]),
    })
  })
})

describe('a person of the sandbox whose name is code', () => {
  it('is greeted as what they are called, and stays text on every surface', async () => {
    const ticket = hub.assign('robert.tables@mail.example')
    await hub.settle()
    const mail = Object.values(hub.control.world.mails).find(({ to }) => to.join().includes('robert.tables'))

    expect(mail?.html).not.toContain('<b>Tables')
    expect((await hub.flowOf(ticket)).status).toBe('completed')
  })
})

it('finds its own ticket among all of this', async () => {
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
  await nothingDied()
})
