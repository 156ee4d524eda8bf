import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

/** Requests in words of many kinds, planned by the sandbox's model and carried out by the hub. */

const HOUR = 3_600_000

const Step = z.looseObject({ id: z.string(), name: z.string(), type: z.string(), status: z.string() })
const Flow = z.looseObject({
  id: z.string(),
  status: z.string(),
  waiting_for: z.string().nullable(),
  last_error: z.string().nullable(),
  steps: z.array(Step),
})
const Answer = z.looseObject({ flow: Flow })

async function request(hub: TestHub, message: string, more: Record<string, unknown> = { confirm: false }) {
  const { flow } = Answer.parse(await hub.api.call('POST', '/ai/flows', { message, ...more }))
  await hub.settle()
  return look(hub, flow.id)
}

async function look(hub: TestHub, id: string) {
  return Answer.parse(await hub.api.call('GET', `/ai/flows/${id}`)).flow
}
type SeenFlow = Awaited<ReturnType<typeof look>>

async function answer(hub: TestHub, flow: SeenFlow, value: string) {
  const step = flow.steps.find(({ status }) => status === 'awaiting_user')
  if (!step) throw new Error(`nothing is asked; the flow is ${flow.status}: ${flow.last_error}`)
  await hub.api.respond(flow.id, step.id, value)
  await hub.settle()
  return look(hub, flow.id)
}

const tasks = (hub: TestHub) => Object.values(hub.control.world.taskTracker.tasks)

describe('a request in words', () => {
  it('makes a task, comments on it and starts it', async () => {
    await using hub = await startTestHub()
    const flow = await request(
      hub,
      'Create a high priority task to paint the door, comment "Blue, please" and mark it as in progress',
    )
    expect(flow).toMatchObject({ status: 'completed' })
    expect(tasks(hub).find(({ title }) => title === 'paint the door')).toMatchObject({
      priority: 'high',
      status: 'working',
      comments: [{ content: 'Blue, please' }],
    })
  })

  it('asks for what it needs, and uses the answer', async () => {
    await using hub = await startTestHub()
    const asking = await request(hub, 'Ask me for the title, then create a task with my answer')
    expect(asking).toMatchObject({ status: 'awaiting_user' })
    expect(await answer(hub, asking, 'Order more keys')).toMatchObject({ status: 'completed' })
    expect(tasks(hub).map(({ title }) => title)).toContain('Order more keys')
  })

  it('waits as long as it is told, and goes on only after a yes', async () => {
    await using hub = await startTestHub()
    const message =
      "Wait 2 hours, ask me whether the lift runs again, find task 'Repair the lift' and mark it as done"
    const waiting = await request(hub, message)
    expect(waiting).toMatchObject({ status: 'waiting' })
    await hub.pass(2 * HOUR)
    const asking = await look(hub, waiting.id)
    expect(asking).toMatchObject({ status: 'awaiting_user' })
    expect(await answer(hub, asking, 'yes')).toMatchObject({ status: 'completed' })
    expect(tasks(hub).find(({ title }) => title.startsWith('Repair the lift'))).toMatchObject({
      status: 'done',
    })
  })

  it('tells the team, on every chat', async () => {
    await using hub = await startTestHub()
    expect(await request(hub, 'Tell the team that the lift runs again')).toMatchObject({
      status: 'completed',
    })
    const { slack, discord } = hub.control.world.chat
    for (const server of [slack, discord]) {
      const said = Object.values(server.channels).flatMap(({ messages }) => Object.values(messages))
      expect(JSON.stringify(said)).toContain('the lift runs again')
    }
  })

  it('comments on a ticket and escalates it', async () => {
    await using hub = await startTestHub()
    const id = hub.ticketOf(ABHISHEK)
    const flow = await request(
      hub,
      `Comment 'Look at the dates' on ticket zendesk:${id} and escalate ticket zendesk:${id} because he waits for days`,
    )
    expect(flow).toMatchObject({ status: 'completed' })
    const comments = hub.control.world.tickets[id]?.comments.map(({ body }) => body)
    expect(comments).toContain('Look at the dates')
    const escalations = z
      .object({ data: z.array(z.looseObject({ reason: z.string(), ticket: z.string().nullable() })) })
      .parse(await hub.api.call('GET', '/escalations'))
    expect(escalations.data).toMatchObject([{ reason: 'he waits for days', ticket: `zendesk:${id}` }])
  })

  it('writes to the customer that the ticket belongs to, once a person has approved the words', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const id = hub.ticketOf(ABHISHEK)
    const asking = await request(
      hub,
      `Write to the customer of zendesk:${id} that the rooms are held for him`,
    )
    expect(asking).toMatchObject({ status: 'awaiting_user' })
    expect(hub.effects().mails.total).toBe(0)
    expect(await answer(hub, asking, 'approve')).toMatchObject({ status: 'completed' })
    const mails = Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')
    expect(mails).toMatchObject([{ to: [ABHISHEK], text: expect.stringContaining('rooms are held for him') }])
  })

  it('starts what a template does, as one step', async () => {
    await using hub = await startTestHub()
    const id = hub.ticketOf(ABHISHEK)
    const flow = await request(hub, `Follow up with the customer of ticket zendesk:${id}`)
    expect(flow.steps).toMatchObject([{ type: 'sub_flow' }])
    await hub.pass(HOUR)
    expect(await look(hub, flow.id)).toMatchObject({ status: 'completed' })
    const mails = Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')
    expect(mails).toMatchObject([{ to: [ABHISHEK] }])
  })

  it('does not resolve by AI what was not given to AI', async () => {
    await using hub = await startTestHub()
    const flow = await request(hub, `Resolve ticket zendesk:${hub.ticketOf(ABHISHEK)}`)
    expect(flow).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('not assigned to AI'),
    })
    expect(hub.effects().mails.total).toBe(0)
  })
})

describe('a request that no plan can be made for', () => {
  it.each([
    ['Order a pizza, then find task "X"', 'Order a pizza'],
    ['Mark it as done and comment "x"', 'Which task'],
  ])('%s: says what could not be planned, and starts nothing', async (message, told) => {
    await using hub = await startTestHub()
    await expect(request(hub, message)).rejects.toThrow(new RegExp(`422.*${told}`, 's'))
    expect(await hub.api.call('GET', '/ai/flows')).toMatchObject({ data: [] })
  })

  it('a question is answered as one', async () => {
    await using hub = await startTestHub()
    await expect(request(hub, 'How do refunds work?')).rejects.toThrow(/422.*not_a_flow/s)
  })
})
