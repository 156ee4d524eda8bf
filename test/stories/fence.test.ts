import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ask, deliver, updateAtDesk } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const TAKEN = { status: 'cancelled', outcome: 'taken_over', last_error: expect.stringContaining('person') }

const Call = z.looseObject({
  status: z.string(),
  reason: z.string().nullable(),
  held_gate: z.string().nullable(),
})
const calls = async (hub: TestHub) =>
  z.object({ data: z.array(Call) }).parse((await ask(hub, 'GET', '/api/v1/calls')).json).data

/** What has gone out: nothing of it may grow once the ticket is taken. */
function sent(hub: TestHub) {
  const { mails, calls, chat, desk } = hub.effects()
  return {
    mails: mails.total,
    calls: calls.total,
    comments: desk.comments,
    chat: Object.values(chat.slack).length,
  }
}

const nothing = { mails: 0, calls: 0, comments: 0, chat: 0 }
/** The team was asked to approve the mail: the one card, which then says that the flow is over. */
const onlyAsked = { ...nothing, chat: 1 }
const cards = (hub: TestHub) =>
  Object.values(hub.control.world.chat.slack.channels).flatMap(({ messages }) =>
    Object.values(messages).map(({ text }) => text),
  )

/** Takes the ticket, lets a week pass, and says what went out from then on. */
async function takeAndWait(hub: TestHub, ticket: string) {
  const before = sent(hub)
  hub.control.takeFromAi(ticket)
  await hub.settle()
  const flow = await hub.flowOf(ticket)
  await hub.pass(7 * 86_400_000)
  const after = sent(hub)
  expect(hub.control.world.tickets[ticket]).toMatchObject({
    assigneeId: hub.control.world.desk.agentId,
  })
  return { flow, before, after }
}

describe('a person who takes the ticket away stops everything', () => {
  it('before the mail is drafted', async () => {
    await using hub = await startTestHub()
    hub.control.switchFault('zendesk', { on: 'GET /comments', kind: { status: 503 }, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect((await hub.flowOf(ticket)).step('profile')).toMatchObject({ status: 'running', attempts: 2 })
    const { flow, after } = await takeAndWait(hub, ticket)

    expect(flow).toMatchObject(TAKEN)
    expect(flow.step('draft_mail').status).toBe('cancelled')
    expect(after).toEqual(nothing)
  })

  it('while the mail waits for approval, which then can be given no more', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const asked = await hub.flowOf(ticket)
    expect(asked.status).toBe('awaiting_user')
    const { flow, after } = await takeAndWait(hub, ticket)
    const path = `/api/v1/ai/flows/${flow.id}/steps/${asked.step('approve_mail').id}/respond`
    const late = await ask(hub, 'POST', path, { body: { response: { value: 'approve' } } })
    await hub.settle()

    expect(flow).toMatchObject(TAKEN)
    expect(late.status).toBe(409)
    expect(after).toEqual(onlyAsked)
    expect(sent(hub)).toEqual(onlyAsked)
    expect(cards(hub)).toEqual([expect.stringContaining('Cancelled')])
  })

  it('while the reply is awaited: no reminder, and a reply that comes later is for a person, not for the AI', async () => {
    await using hub = await startTestHub({ sandbox: {} })
    hub.control.set({ mail: 'silent' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect((await hub.flowOf(ticket)).step('wait_reply').status).toBe('waiting')
    const { flow, before, after } = await takeAndWait(hub, ticket)
    hub.control.answerAsCustomer(ABHISHEK, 'Yes, call me on +91 98200 12345, the AI may call.')
    await hub.pass(86_400_000)

    expect(flow).toMatchObject(TAKEN)
    expect(before.mails).toBe(1)
    expect(after).toEqual(before)
    // The team hears of the reply; nothing reaches customer or desk.
    expect(sent(hub)).toEqual({ ...before, chat: before.chat + 1 })
    expect(await hub.flowOf(ticket)).toMatchObject(TAKEN)
  })

  it('while the call is held by quiet hours: it is not placed when they end', async () => {
    await using hub = await startTestHub({ env: { QUIET_HOURS: '00:00-23:59' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await calls(hub)).toMatchObject([{ status: 'pending_ai_call', held_gate: 'quiet_hours' }])
    const { flow, before, after } = await takeAndWait(hub, ticket)

    expect(flow).toMatchObject(TAKEN)
    expect(after).toEqual(before)
    expect(after.calls).toBe(0)
    expect(await calls(hub)).toMatchObject([
      { status: 'failed', held_gate: null, reason: expect.stringContaining('person') },
    ])
  })

  it('while the call is under way: what was said is kept, and nothing follows', async () => {
    const pace = { mailDelivered: 0, mailAnswered: 0, callQueued: 0, callRinging: 0, exportLag: 0 }
    await using hub = await startTestHub({
      sandbox: { settings: { pace: { ...pace, callTalking: 120_000 } } },
    })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await calls(hub)).toMatchObject([{ status: 'processing' }])
    const { flow, before, after } = await takeAndWait(hub, ticket)

    expect(flow).toMatchObject(TAKEN)
    expect(before).toMatchObject({ mails: 1, calls: 1 })
    expect(after).toEqual(before)
    expect(await calls(hub)).toMatchObject([{ status: 'completed' }])
    const { messages } = await hub.runOf(ticket)
    expect(messages.filter(({ channel }) => channel === 'call').length).toBeGreaterThan(2)
    expect(hub.control.world.tickets[ticket]?.status).not.toBe('solved')
  })

  it('before a call that nobody answered is tried again', async () => {
    await using hub = await startTestHub()
    hub.control.set({ call: 'no_answer', unansweredCalls: 99 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await calls(hub)).toMatchObject([{ status: 'pending_ai_call', attempts: 1 }])
    const { flow, before, after } = await takeAndWait(hub, ticket)

    expect(flow).toMatchObject(TAKEN)
    expect(before.calls).toBe(1)
    expect(after).toEqual(before)
  })

  it('when they solve it themselves', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    await updateAtDesk(hub, ticket, { status: 'solved' })
    await hub.pass(86_400_000)

    expect(await hub.flowOf(ticket)).toMatchObject({
      status: 'cancelled',
      outcome: 'taken_over',
      last_error: 'the ticket was set to solved by a person',
    })
    expect(sent(hub)).toEqual(onlyAsked)
  })

  it('when the ticket is deleted at the desk', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const { id } = await hub.flowOf(ticket)
    delete hub.control.world.tickets[ticket]
    await deliver(hub, 'zendesk', { ticket_id: ticket, event: 'updated' })
    await hub.settle()

    expect(await hub.api.flow(id)).toMatchObject({
      status: 'cancelled',
      outcome: 'taken_over',
      last_error: 'the ticket is not at the desk any more',
    })
  })

  it('even where the desk has not told us yet when the ticket is written to', async () => {
    const pace = { mailDelivered: 0, mailAnswered: 0, callQueued: 0, callRinging: 0, exportLag: 0 }
    await using hub = await startTestHub({
      sandbox: { settings: { pace: { ...pace, callTalking: 20_000 } } },
    })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    hub.control.set({ webhooks: { lose: 2 } })
    const before = sent(hub)
    hub.control.takeFromAi(ticket)
    hub.control.set({ webhooks: { lose: 0 } })
    await hub.pass(30_000)

    expect(sent(hub).comments).toBe(before.comments)
    expect(hub.control.world.tickets[ticket]?.status).not.toBe('solved')
  })
})

describe('what does not count as taken away', () => {
  it('is our own close', async () => {
    await using hub = await startTestHub()
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3_600_000)

    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'resolved' })
    expect(await fenceOf(hub, ticket)).toBe(1)
  })

  it('is our own hand-over to a person', async () => {
    await using hub = await startTestHub()
    hub.control.set({ call: 'angry' })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3_600_000)

    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(await fenceOf(hub, ticket)).toBe(1)
    expect(hub.control.world.tickets[ticket]?.tags).toContain('escalate_vip')
  })

  it('is a change of priority, a tag, or a word of the customer', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    await updateAtDesk(hub, ticket, { priority: 'urgent', tags: ['vip'] })
    hub.control.commentAsCustomer(ticket, 'By the way, a sea view would be nice.')
    await hub.settle()

    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'awaiting_user', outcome: null })
    expect(await fenceOf(hub, ticket)).toBe(1)
  })
})

describe('assigning it to AI again', () => {
  it('starts a new flow after it was taken away', async () => {
    await using hub = await startTestHub()
    hub.control.set({ mail: 'silent' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    hub.control.takeFromAi(ticket)
    await hub.settle()
    hub.control.set({ mail: 'agrees' })
    hub.control.assignToAi(ticket)
    await hub.settle()

    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toMatchObject([{ outcome: 'resolved' }, TAKEN])
    expect(await fenceOf(hub, ticket)).toBe(2)
  })

  it('starts a new flow after it was handed over', async () => {
    await using hub = await startTestHub()
    hub.control.set({ call: 'angry' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    hub.control.set({ call: 'agrees' })
    hub.control.assignToAi(ticket)
    await hub.settle()

    const flows = await hub.api.flowsOf(`zendesk:${ticket}`)
    expect(flows).toMatchObject([{ outcome: 'resolved' }, { outcome: 'escalated' }])
  })

  it('is not forgotten where the team is still being told of the hand-over before it', async () => {
    await using hub = await startTestHub()
    hub.control.set({ call: 'angry' })
    for (const vendor of ['slack', 'discord']) {
      hub.control.switchFault(vendor, { on: 'POST', kind: { status: 503 }, times: 2 })
    }
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'running', outcome: 'escalated' })
    hub.control.set({ call: 'agrees' })
    hub.control.assignToAi(ticket)
    await hub.pass(600_000)

    const flows = await hub.api.flowsOf(`zendesk:${ticket}`)
    expect(flows).toMatchObject([{ outcome: 'resolved' }, { outcome: 'escalated' }])
  })
})

async function fenceOf(hub: TestHub, ticket: string): Promise<unknown> {
  const { json } = await ask(hub, 'GET', `/api/v1/tickets/zendesk/${ticket}`)
  return z.looseObject({ fence: z.number() }).parse(json).fence
}
