import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { start, stepOf } from './start-template.ts'

/** A customer asks for money back. */
async function asksForRefund(text: string, rules: string[] = []) {
  const hub = await startTestHub()
  if (rules.length > 0) await hub.learn(...rules)
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  const { id } = hub.control.createTicket({ requester: ABHISHEK, subject: 'Refund, please', text })
  await hub.settle()
  return { hub, ticket: id }
}

const review = (hub: TestHub, ticket: string, more: Record<string, unknown> = {}) =>
  start(hub, 'refund_review', { ticket: `zendesk:${ticket}`, ...more })

async function decide(hub: TestHub, flowId: string, response: Record<string, unknown>) {
  const { id } = await stepOf(hub, flowId, 'approve_refund')
  await hub.api.call('POST', `/ai/flows/${flowId}/steps/${id}/respond`, { response })
  await hub.settle()
  return hub.api.flow(flowId)
}

const Payload = z.looseObject({ result: z.object({ payload: z.record(z.string(), z.unknown()) }) })
const TWICE = 'You charged twice for the same night. I would like my €180 back.'

const lastMail = (hub: TestHub) =>
  Object.values(hub.control.world.mails)
    .filter(({ direction }) => direction === 'sent')
    .at(-1)
const notesOf = (hub: TestHub, ticket: string) =>
  (hub.control.world.tickets[ticket]?.comments ?? []).filter((comment) => !comment.public)

describe('reviewing a refund', () => {
  it('shows a manager the recommendation with what it rests on, and does nothing before they decide', async () => {
    const { hub, ticket } = await asksForRefund(TWICE, ['policy-cancellation'])
    await using _ = hub
    const flow = await review(hub, ticket)
    expect(flow).toMatchObject({ status: 'awaiting_user' })
    expect(flow.waiting_for).toContain('manager')
    const { payload } = Payload.parse(await stepOf(hub, flow.id, 'approve_refund')).result
    expect(payload).toMatchObject({ recommendation: 'grant', amount: 180, currency: 'EUR' })
    expect(JSON.stringify(payload.reasons)).toMatch(/charged twice[\s\S]*card that paid/)
    expect(hub.effects().mails.total).toBe(0)
    expect(notesOf(hub, ticket)).toEqual([])
  })

  it('notes what was granted, as the manager changed it, and tells the customer; no money moves', async () => {
    const { hub, ticket } = await asksForRefund(TWICE)
    await using _ = hub
    const { id } = await review(hub, ticket)
    const edit = { amount: '90', reason: 'One of the two nights was charged twice.' }
    expect(await decide(hub, id, { value: 'approve', edit })).toMatchObject({
      status: 'completed',
      outcome: 'refund_approved',
    })
    expect(notesOf(hub, ticket)[0]?.body).toMatch(/Refund of 90 EUR approved by[\s\S]*Nothing has been paid/)
    expect(hub.control.world.tickets[ticket]?.tags).toContain('refund_approved')
    expect(lastMail(hub)?.text).toContain('90 EUR')
    expect(lastMail(hub)?.text).toContain(edit.reason)
  })

  it('tells the customer kindly, and with the manager’s reason, where it is not granted', async () => {
    const { hub, ticket } = await asksForRefund('I booked a non-refundable rate and want €300 back.')
    await using _ = hub
    const { id } = await review(hub, ticket)
    const note = 'The rate was cheaper because it cannot be cancelled.'
    expect(await decide(hub, id, { value: 'reject', note })).toMatchObject({ outcome: 'refund_declined' })
    expect(hub.control.world.tickets[ticket]?.tags).toContain('refund_declined')
    expect(lastMail(hub)?.text).toContain(note)
    expect(lastMail(hub)?.text).not.toContain('approved')
  })

  it('goes to a person where nothing says how much', async () => {
    const { hub, ticket } = await asksForRefund('The room was not nice. I want something back.')
    await using _ = hub
    expect(await review(hub, ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(hub.effects().mails.total).toBe(0)
  })

  it('recommends nothing without a model, and still lets the manager decide', async () => {
    const { hub, ticket } = await asksForRefund(TWICE)
    await using _ = hub
    hub.control.set({ model: 'nonsense' })
    const flow = await review(hub, ticket, { amount: 180 })
    const { payload } = Payload.parse(await stepOf(hub, flow.id, 'approve_refund')).result
    expect(payload).toMatchObject({ recommendation: 'unsure', amount: 180 })
  })
})
