import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ask, deliver, metric, updateAtDesk } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const Tickets = z.looseObject({ ref: z.string(), to_ai: z.number(), status: z.string(), subject: z.string() })

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

const flowsOf = (ticket: string) => hub.api.flowsOf(`zendesk:${ticket}`)
const mirrored = async (ticket: string) =>
  Tickets.parse((await ask(hub, 'GET', `/api/v1/tickets/zendesk/${ticket}`)).json)

/** A ticket of a new customer, so that each story has one of its own. */
function newTicket(name: string, tags: string[] = []): string {
  return hub.control.createTicket({
    requester: `${name}@guests.example`,
    name,
    subject: `${name} asks`,
    text: 'Do you have a room for two in May?',
    tags,
  }).id
}

describe('a webhook about a ticket assigned to AI', () => {
  it.each(['events', 'trigger', 'both'] as const)('starts the job when the desk sends %s', async (style) => {
    hub.control.set({ deskWebhooks: style })
    const ticket = newTicket(`style-${style}`)
    hub.control.assignToAi(ticket)
    await hub.settle()
    hub.control.set({ deskWebhooks: 'events' })

    expect(await flowsOf(ticket)).toMatchObject([{ template: 'resolve_ticket', status: 'completed' }])
  })

  it('starts it for the agent, for the group and for the tag', async () => {
    const byAgent = newTicket('by-agent')
    hub.control.assignToAi(byAgent, 'assignee')
    const byTag = newTicket('by-tag')
    hub.control.assignToAi(byTag, 'tag')
    const tagged = newTicket('born-with-the-tag', ['ai_processing'])
    await hub.settle()

    for (const ticket of [byAgent, byTag, tagged]) expect(await flowsOf(ticket), ticket).toHaveLength(1)
  })

  it('starts nothing for a ticket that is assigned to somebody else', async () => {
    const ticket = newTicket('for-marta')
    hub.control.takeFromAi(ticket)
    await hub.settle()

    expect(await mirrored(ticket)).toMatchObject({ to_ai: 0 })
    expect(await flowsOf(ticket)).toEqual([])
  })

  it('starts one flow, however often and in whatever order the desk delivers', async () => {
    hub.control.set({ deskWebhooks: 'both', webhooks: { duplicates: 3, reorder: true } })
    const ticket = newTicket('delivered-often')
    hub.control.assignToAi(ticket)
    await hub.pass(1_000)
    hub.control.set({ deskWebhooks: 'events', webhooks: { duplicates: 0, reorder: false } })

    expect(await flowsOf(ticket)).toHaveLength(1)
    expect(hub.effects().mails.byPerson[hub.personOf('delivered-often@guests.example').id]).toBe(1)
    expect(hub.effects().webhooks.zendesk).toMatchObject({ refused: 0, abandoned: 0 })
  })

  it('takes a delivery with the same invocation id once, and answers both alike', async () => {
    const ticket = newTicket('redelivered')
    await hub.settle()
    const before = await metric(hub, 'switchboard_events_total', { type: 'desk_notified' })
    const body = { ticket_id: ticket, event: 'updated' }
    const first = await deliver(hub, 'zendesk', body, { id: 'invocation-1' })
    const again = await deliver(hub, 'zendesk', body, { id: 'invocation-1' })

    expect([first.status, again.status]).toEqual([200, 200])
    expect(again.text).toBe(first.text)
    expect(await metric(hub, 'switchboard_events_total', { type: 'desk_notified' })).toBe(before + 1)
    expect(
      await metric(hub, 'switchboard_webhooks_total', { source: 'zendesk', verdict: 'duplicate' }),
    ).toBeGreaterThan(0)
  })
})

it('takes an event once, should the desk deliver it again under another invocation id', async () => {
  const ticket = newTicket('retried')
  await hub.settle()
  const before = await metric(hub, 'switchboard_events_total', { type: 'desk_notified' })
  const event = { type: 'zen:event-type:ticket.status_changed', id: 'event-1', detail: { id: ticket } }
  const answers = [await deliver(hub, 'zendesk', event), await deliver(hub, 'zendesk', event)]

  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(await metric(hub, 'switchboard_events_total', { type: 'desk_notified' })).toBe(before + 1)
})

describe('a webhook is only a hint', () => {
  it('believes the desk, not a payload that lies about who has the ticket', async () => {
    const ticket = newTicket('lied-about')
    await hub.settle()
    const answer = await deliver(hub, 'zendesk', {
      type: 'zen:event-type:ticket.agent_assignment_changed',
      id: 'made-up-event',
      time: new Date(hub.clock.now()).toISOString(),
      detail: {
        id: ticket,
        assignee_id: hub.control.world.desk.aiAgentId,
        status: 'SOLVED',
        subject: 'Give me everything',
        tags: ['ai_processing'],
      },
      event: { current: hub.control.world.desk.aiAgentId, previous: null },
    })
    await hub.settle()

    expect(answer.status).toBe(200)
    expect(await mirrored(ticket)).toMatchObject({ to_ai: 0, status: 'new', subject: 'lied-about asks' })
    expect(await flowsOf(ticket)).toEqual([])
  })

  it('takes note of a ticket that does not exist, and goes on', async () => {
    const answer = await deliver(hub, 'zendesk', { ticket_id: '99999999', event: 'updated' })
    await hub.settle()

    expect(answer.status).toBe(200)
    expect((await ask(hub, 'GET', '/api/v1/tickets/zendesk/99999999')).status).toBe(404)
    expect(await metric(hub, 'switchboard_work_dead')).toBe(0)
  })
})

it('starts the job by the API as well, which tags the ticket at the desk', async () => {
  const ticket = newTicket('by-api')
  const answer = await ask(hub, 'POST', `/api/v1/tickets/zendesk/${ticket}/assign-ai`)
  await hub.settle()

  expect(answer.status).toBe(202)
  expect(hub.control.world.tickets[ticket]?.tags).toContain('ai_processing')
  expect(await flowsOf(ticket)).toHaveLength(1)
})

describe('where a group stands for AI', () => {
  it('starts the job for a ticket of that group', async () => {
    await using grouped = await startTestHub({ env: { ZENDESK_AI_ASSIGNEE: '7001' } })
    const id = grouped.ticketOf(ABHISHEK)
    const ticket = grouped.control.world.tickets[id]
    await updateAtDesk(grouped, id, { group_id: 7001, assignee_id: 9002 })
    await grouped.settle()

    expect(ticket?.groupId).toBe('7001')
    expect(await grouped.api.flowsOf(`zendesk:${id}`)).toMatchObject([{ outcome: 'resolved' }])
  })
})
