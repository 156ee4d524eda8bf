import { describe, expect, it } from 'vitest'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { flowsStarted, start, stepOf } from './start-template.ts'

const DAY = 24 * 3_600_000

/** A ticket of people, about which nobody has heard from the customer. */
async function quietTicket(mail: Parameters<TestHub['control']['behave']>[1]['mail']) {
  const hub = await startTestHub()
  hub.control.behave(ABHISHEK, { mail: mail ?? null })
  return { hub, ticket: hub.ticketOf(ABHISHEK) }
}

const followUp = (hub: TestHub, ticket: string, more: Record<string, unknown> = {}) =>
  start(hub, 'follow_up_no_reply', { ticket: `zendesk:${ticket}`, ...more })

describe('following up on a customer who does not answer', () => {
  it('writes once, waits for as long as was said, and closes the ticket', async () => {
    const { hub, ticket } = await quietTicket('silent')
    await using _ = hub
    const flow = await followUp(hub, ticket, { wait_days: 2, no_answer: 'close' })
    expect(flow).toMatchObject({ status: 'waiting', waiting_for: "the customer's reply" })
    await hub.pass(1.9 * DAY)
    expect(hub.control.world.tickets[ticket]).toMatchObject({ status: 'new' })
    await hub.pass(0.2 * DAY)
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'closed' })
    expect(hub.control.world.tickets[ticket]).toMatchObject({ status: 'solved' })
    expect(hub.effects().mails.total).toBe(1)
    expect(hub.effects().calls.total).toBe(0)
  })

  it('hands the ticket to a person where that was wanted, saying that nobody answered', async () => {
    const { hub, ticket } = await quietTicket('silent')
    await using _ = hub
    const flow = await followUp(hub, ticket)
    await hub.pass(3.1 * DAY)
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(JSON.stringify(await hub.api.call('GET', '/escalations'))).toContain('did not reply in time')
  })

  it('gives an answer to a person to read', async () => {
    const { hub, ticket } = await quietTicket('asks_question')
    await using _ = hub
    const flow = await followUp(hub, ticket, { no_answer: 'close' })
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(hub.effects().mails.total).toBe(1)
  })

  it('notes that somebody wants no more mails, and lets a person go on', async () => {
    const { hub, ticket } = await quietTicket('opts_out')
    await using _ = hub
    const flow = await followUp(hub, ticket, { no_answer: 'close' })
    expect(await stepOf(hub, flow.id, 'record_opt_out')).toMatchObject({ status: 'completed' })
    expect(await hub.api.flow(flow.id)).toMatchObject({ outcome: 'escalated' })
  })

  it('asks for approval before it writes, where contacts need one', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    hub.control.behave(ABHISHEK, { mail: 'silent' })
    const flow = await followUp(hub, hub.ticketOf(ABHISHEK))
    expect(flow).toMatchObject({ status: 'awaiting_user' })
    expect(hub.effects().mails.total).toBe(0)
    await hub.api.approve(flow.id, (await stepOf(hub, flow.id, 'approve_follow_up')).id)
    await hub.settle()
    expect(hub.effects().mails.total).toBe(1)
  })

  it.each([
    ['a template that is not there', 'follow_up_no_replay', {}, 'follow_up_no_reply'],
    ['days that are no number', 'follow_up_no_reply', { wait_days: 'three' }, 'wait_days'],
    ['an end that is none of the choices', 'follow_up_no_reply', { no_answer: 'forget' }, 'close, escalate'],
    ['a parameter that it does not have', 'follow_up_no_reply', { colour: 'red' }, 'colour'],
  ])('is refused for %s, and nothing is started', async (_what, template, params, told) => {
    const { hub, ticket } = await quietTicket('silent')
    await using _ = hub
    const body = { template, params: { ticket: `zendesk:${ticket}`, ...params } }
    await expect(hub.api.call('POST', '/ai/flows', body)).rejects.toThrow(told)
    expect(await flowsStarted(hub)).toBe(0)
  })
})
