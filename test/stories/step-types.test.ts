import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Steps of a flow that a colleague has a part in: an escalation is raised, and somebody acts on it. */
const raise: StepInput = {
  name: 'raise',
  type: 'tool_call',
  title: 'Ask a colleague',
  skill: 'create_escalation',
  input: { priority: 'low', reason: 'Please look at the invoice', brief: 'It is in the shared folder.' },
}
const about = '{{steps.raise.result.escalationId}}'
const wait = (more: object = {}): StepInput => ({
  name: 'wait',
  type: 'wait_event',
  title: 'Wait for the colleague',
  event: 'escalation_resolved',
  correlation: about,
  within: '4h',
  waiting_for: 'a colleague to look at the invoice',
  ...more,
})
const task = (name: string, title: string): StepInput => ({
  name,
  type: 'tool_call',
  title: 'Write it down',
  skill: 'create_task',
  input: { title },
  on_success: 'end',
})

const Flow = z.looseObject({
  status: z.string(),
  waiting_for: z.string().nullable(),
  waiting_until: z.number().nullable(),
  last_error: z.string().nullable(),
  steps: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      runs: z.number(),
      result: z.unknown(),
    }),
  ),
})
const Started = z.object({ flow: z.looseObject({ id: z.string() }) })

/** A flow of these steps, saved and started over HTTP. */
async function start(hub: TestHub, steps: StepInput[], params: Record<string, unknown> = {}, declared = {}) {
  const template = { name: 'invoices', title: 'Invoices', steps, params: declared }
  await hub.api.call('POST', '/ai/flow-templates', template)
  const started = await hub.api.call('POST', '/ai/flows', { template: 'invoices', params })
  const { id } = Started.parse(started).flow
  await hub.settle()
  const flow = async () => z.object({ flow: Flow }).parse(await hub.api.call('GET', `/ai/flows/${id}`)).flow
  const step = async (name: string) => {
    const found = (await flow()).steps.find((one) => one.name === name)
    if (!found) throw new Error(`there is no step ${name}`)
    return found
  }
  return { id, flow, step }
}

async function escalation(hub: TestHub): Promise<string> {
  const { data } = z
    .object({ data: z.array(z.looseObject({ id: z.string() })) })
    .parse(await hub.api.call('GET', '/escalations'))
  return data[0]?.id ?? ''
}

async function resolve(hub: TestHub, outcome = 'resolved') {
  await hub.api.call('POST', `/escalations/${await escalation(hub)}/resolve`, { outcome })
  await hub.settle()
}

const tasks = (hub: TestHub) => Object.values(hub.control.world.taskTracker.tasks).map(({ title }) => title)

describe('a wait_event', () => {
  it('waits for what somebody does, and tells the next step of it', async () => {
    await using hub = await startTestHub()
    const { flow } = await start(hub, [raise, wait(), task('done', 'Colleague says: {{event.outcome}}')])
    expect(await flow()).toMatchObject({
      status: 'waiting',
      waiting_for: 'a colleague to look at the invoice',
    })
    expect((await flow()).waiting_until).toBeGreaterThan(hub.clock.now() + 4 * HOUR - MINUTE)
    await resolve(hub, 'paid')
    expect((await flow()).status).toBe('completed')
    expect(tasks(hub)).toContain('Colleague says: paid')
  })

  it('goes another way with another event, and another one still when nothing comes in time', async () => {
    await using hub = await startTestHub()
    const steps: StepInput[] = [
      raise,
      wait({
        alternatives: [{ event: 'escalation_assigned', correlation: about, goto: 'claimed' }],
        on_timeout: 'late',
      }),
      task('done', 'Resolved'),
      task('claimed', 'Claimed'),
      task('late', 'Nobody came'),
    ]
    const claimed = await start(hub, steps)
    await hub.api.call('POST', `/escalations/${await escalation(hub)}/claim`)
    await hub.settle()
    expect((await claimed.flow()).status).toBe('completed')
    const late = await start(hub, steps)
    await hub.pass(4 * HOUR)
    expect((await late.flow()).status).toBe('completed')
    expect(tasks(hub)).toEqual(expect.arrayContaining(['Claimed', 'Nobody came']))
    expect(tasks(hub)).not.toContain('Resolved')
  })

  it('without a way for the deadline fails at it', async () => {
    await using hub = await startTestHub()
    const { flow } = await start(hub, [raise, wait()])
    await hub.pass(4 * HOUR)
    expect(await flow()).toMatchObject({
      status: 'failed',
      last_error: 'Nothing came for "Wait for the colleague" in time',
    })
  })

  it('in a loop waits anew each time round', async () => {
    await using hub = await startTestHub()
    const { flow, step } = await start(hub, [
      { ...raise, name: 'raise' },
      wait({ on_success: 'again' }),
      {
        name: 'again',
        type: 'conditional',
        title: 'Is it paid?',
        condition: { if: '{{event.outcome}}', eq: 'paid' },
        on_success: 'end',
        on_fail: 'raise',
      },
    ])
    await resolve(hub, 'not yet')
    expect((await flow()).status).toBe('waiting')
    expect(await step('wait')).toMatchObject({ runs: 2 })
    await resolve(hub, 'paid')
    expect((await flow()).status).toBe('completed')
  })
})

describe('a delay', () => {
  it('lets its time pass, which a parameter may say, and not less because the hub was busy', async () => {
    await using hub = await startTestHub()
    const { flow } = await start(
      hub,
      [
        { name: 'pause', type: 'delay', title: 'The cooling-off period', for: '{{params.time}}' },
        task('done', 'After the pause'),
      ],
      { time: '90m' },
      { time: { type: 'string', description: 'How long' } },
    )
    expect(await flow()).toMatchObject({ status: 'waiting', waiting_for: 'The cooling-off period to pass' })
    await hub.pass(89 * MINUTE)
    expect(tasks(hub)).not.toContain('After the pause')
    await hub.pass(MINUTE)
    expect((await flow()).status).toBe('completed')
    expect(tasks(hub)).toContain('After the pause')
  })

  it('that is no duration fails its step with what it got', async () => {
    await using hub = await startTestHub()
    const pause: StepInput = { name: 'pause', type: 'delay', title: 'A pause', for: '{{params.time}}' }
    const { flow } = await start(
      hub,
      [pause],
      { time: 'soon' },
      { time: { type: 'string', description: 'How long' } },
    )
    expect(await flow()).toMatchObject({
      status: 'failed',
      last_error: '"soon" is no duration like 90s, 5m, 24h or 14d.',
    })
  })
})

describe('a conditional', () => {
  const amount = { amount: { type: 'number', description: 'How much, in EUR' } }
  const check: StepInput = {
    name: 'check',
    type: 'conditional',
    title: 'Is it a large one?',
    condition: { if: '{{params.amount}}', gte: 1_000 },
    on_success: 'large',
    on_fail: 'small',
  }

  it.each([
    [1_000, 'A large one'],
    [999.99, 'A small one'],
  ])('sends %d on its way, and says what it saw', async (given, title) => {
    await using hub = await startTestHub()
    const { flow, step } = await start(
      hub,
      [check, task('large', 'A large one'), task('small', 'A small one')],
      { amount: given },
      amount,
    )
    expect((await flow()).status).toBe('completed')
    expect((await step('check')).result).toEqual({ holds: given >= 1_000, saw: given })
    expect(tasks(hub)).toContain(title)
    expect(await step(given >= 1_000 ? 'small' : 'large')).toMatchObject({ status: 'skipped' })
  })
})

describe('an approval', () => {
  const ask: StepInput = {
    name: 'ask',
    type: 'approval',
    title: 'The booking',
    policy: 'always',
    payload: { text: 'Book the invoice', account: '4711' },
    editable: ['text'],
    within: '4h',
  }
  const steps = [
    ask,
    task('book', '{{steps.ask.result.payload.text}} on {{steps.ask.result.payload.account}}'),
  ]
  const answer = (hub: TestHub, id: string, stepId: string, response: object) =>
    hub.api.call('POST', `/ai/flows/${id}/steps/${stepId}/respond`, { response })

  it('lets go what was approved, as it was edited, once', async () => {
    await using hub = await startTestHub()
    const { id, flow, step } = await start(hub, steps)
    expect(await flow()).toMatchObject({
      status: 'awaiting_user',
      waiting_for: 'approval of "The booking" by an agent',
    })
    const { id: stepId } = await step('ask')
    const approve = { value: 'approve', edit: { text: 'Book half of the invoice' } }
    const wrong = answer(hub, id, stepId, { value: 'approve', edit: { account: '1' } })
    await expect(wrong).rejects.toThrow('not_editable')
    await answer(hub, id, stepId, approve)
    await expect(answer(hub, id, stepId, approve)).rejects.toThrow('409')
    await hub.settle()
    expect((await flow()).status).toBe('completed')
    expect(tasks(hub)).toContain('Book half of the invoice on 4711')
  })

  it('that is refused, or that nobody gives in time, lets nothing go', async () => {
    await using hub = await startTestHub()
    const refused = await start(hub, steps)
    await answer(hub, refused.id, (await refused.step('ask')).id, { value: 'reject', note: 'twice' })
    await hub.settle()
    expect(await refused.flow()).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('twice'),
    })
    const late = await start(hub, steps)
    await hub.pass(4 * HOUR)
    expect((await late.flow()).status).toBe('failed')
    expect(tasks(hub).filter((title) => title.startsWith('Book'))).toEqual([])
  })
})
