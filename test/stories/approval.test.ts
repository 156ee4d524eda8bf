import { expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const sent = (hub: TestHub) =>
  Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')

const Payload = z.object({ payload: z.object({ subject: z.string(), text: z.string() }) })

/** A flow that waits for the approval of its first mail. */
async function waitingForApproval(options: { env?: Record<string, string> } = {}) {
  const hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first', ...options.env } })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const flow = await hub.flowOf(ticket)
  const step = flow.step('approve_mail')
  return { hub, ticket, flowId: flow.id, step, draft: Payload.parse(step.result).payload }
}

function respond(hub: TestHub, flowId: string, stepId: string, response: object, token = hub.apiToken) {
  return fetch(`${hub.url}/api/v1/ai/flows/${flowId}/steps/${stepId}/respond`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ response }),
  })
}

it('sends nothing before a person has approved, and says whom it waits for and until when', async () => {
  const { hub, ticket, step, draft } = await waitingForApproval()
  await using _ = hub
  const flow = await hub.flowOf(ticket)
  expect(step.status).toBe('awaiting_user')
  expect(flow.waiting_for).toContain('Approve the first e-mail')
  expect(flow.waiting_until).toBeGreaterThan(hub.clock.now())
  expect(draft.text).toContain('AI assistant')
  expect(sent(hub)).toEqual([])
})

it('asks once per flow with APPROVE_CONTACTS=first: the call needs no second approval', async () => {
  const { hub, ticket, flowId, step } = await waitingForApproval()
  await using _ = hub
  await hub.api.approve(flowId, step.id)
  await hub.settle()
  expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
  expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 } })
})

it('asks for every contact with APPROVE_CONTACTS=always', async () => {
  const { hub, ticket, flowId, step } = await waitingForApproval({ env: { APPROVE_CONTACTS: 'always' } })
  await using _ = hub
  await hub.api.approve(flowId, step.id)
  await hub.settle()
  const flow = await hub.flowOf(ticket)
  expect(flow.step('approve_call').status).toBe('awaiting_user')
  expect(hub.effects().calls.total).toBe(0)
  await hub.api.approve(flowId, flow.step('approve_call').id)
  await hub.settle()
  expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
})

it('asks for none with APPROVE_CONTACTS=never', async () => {
  await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'never' } })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  expect((await hub.flowOf(ticket)).step('approve_mail')).toMatchObject({ result: { by: 'policy' } })
})

it('sends the edited words, in text and HTML alike, and keeps who approved them', async () => {
  const { hub, ticket, flowId, step } = await waitingForApproval()
  await using _ = hub
  const edit = {
    subject: 'Your week in Goa',
    text: 'Dear Abhishek,\n\nmay we <call> you?\n\n-- \nLumen Hotels',
  }
  expect((await respond(hub, flowId, step.id, { value: 'approve', edit })).status).toBe(200)
  await hub.settle()

  expect(sent(hub)[0]).toMatchObject({ subject: 'Your week in Goa', text: edit.text })
  expect(sent(hub)[0]?.html).toContain('may we &lt;call&gt; you?')
  expect((await hub.flowOf(ticket)).step('approve_mail').result).toMatchObject({
    approved: true,
    edited: ['subject', 'text'],
  })
})

it.each([
  ['an emptied text', { text: '  ' }, 'edit.text'],
  ['a field that is not there to be edited', { to: 'x@evil.example' }, 'edit.to'],
])('refuses %s and goes on waiting', async (_what, edit, path) => {
  const { hub, ticket, flowId, step } = await waitingForApproval()
  await using _ = hub
  const answer = await respond(hub, flowId, step.id, { value: 'approve', edit })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ errors: [{ path }] })
  await hub.settle()
  expect((await hub.flowOf(ticket)).step('approve_mail').status).toBe('awaiting_user')
  expect(sent(hub)).toEqual([])
})

it('hands a rejected draft to a person, with who rejected it and why', async () => {
  const { hub, ticket, flowId, step } = await waitingForApproval()
  await using _ = hub
  await respond(hub, flowId, step.id, { value: 'reject', note: 'too familiar in tone' })
  await hub.settle()

  expect(sent(hub)).toEqual([])
  expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
  const [escalation] = (await hub.runOf(ticket)).escalations
  expect(escalation?.brief).toContain('too familiar in tone')
})

it('takes the first answer and tells the second one who was first', async () => {
  const { hub, flowId, step } = await waitingForApproval()
  await using _ = hub
  const answers = await Promise.all([
    respond(hub, flowId, step.id, { value: 'approve' }),
    respond(hub, flowId, step.id, { value: 'reject' }),
  ])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
  const late = await respond(hub, flowId, step.id, { value: 'approve' })
  expect(late.status).toBe(409)
  expect(await late.json()).toMatchObject({ detail: expect.any(String) })
  await hub.settle()
  expect(sent(hub).length).toBeLessThanOrEqual(1)
})

it('goes to a person when nobody answers in time', async () => {
  const { hub, ticket } = await waitingForApproval({ env: { APPROVAL_GIVE_UP_AFTER: '2h' } })
  await using _ = hub
  await hub.pass(2 * 3_600_000 + 1_000)
  expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
  expect(sent(hub)).toEqual([])
  expect((await hub.runOf(ticket)).escalations[0]?.reason).toContain('Approve the first e-mail')
})

it('writes anew, and asks anew, when the ticket moved while the draft waited', async () => {
  const { hub, ticket, flowId, step } = await waitingForApproval()
  await using _ = hub
  hub.clock.advance(60_000)
  hub.control.commentAsCustomer(ticket, 'One more thing: we now come with my mother, so four of us.')
  await hub.settle()
  await hub.api.approve(flowId, step.id)
  await hub.settle()

  expect(sent(hub)).toEqual([])
  const redrafted = (await hub.flowOf(ticket)).step('approve_mail')
  expect(redrafted).toMatchObject({ status: 'awaiting_user', runs: 2 })
  await hub.api.approve(flowId, redrafted.id)
  await hub.settle()
  expect(sent(hub)).toHaveLength(1)
})

it('does not send a draft about a state that is gone, even when the desk’s webhook about it was lost', async () => {
  const { hub, ticket, flowId, step } = await waitingForApproval()
  await using _ = hub
  hub.clock.advance(60_000)
  hub.control.set({ webhooks: { lose: 1 } })
  hub.control.commentAsCustomer(ticket, 'Never mind, we have booked elsewhere.')
  await hub.api.approve(flowId, step.id)
  await hub.settle()

  expect(sent(hub)).toEqual([])
  expect((await hub.flowOf(ticket)).step('approve_mail')).toMatchObject({ status: 'awaiting_user', runs: 2 })
})
