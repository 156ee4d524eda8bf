import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const HOUR = 3_600_000

const save = (hub: TestHub, name: string, steps: StepInput[], more: object = {}) =>
  hub.api.call('POST', '/ai/flow-templates', { name, title: `The ${name}`, steps, ...more })

async function start(hub: TestHub, template: string, params = {}) {
  const { flow } = z
    .object({ flow: z.looseObject({ id: z.string() }) })
    .parse(await hub.api.call('POST', '/ai/flows', { template, params }))
  await hub.settle()
  return flow.id
}

const sub = (template: string, params: Record<string, unknown> = {}, more = {}): StepInput => ({
  name: 'sub',
  type: 'sub_flow',
  title: 'Have it done',
  template,
  params,
  ...more,
})
const create = (title: string): StepInput => ({
  name: 'create',
  type: 'tool_call',
  title: 'Create a task',
  skill: 'create_task',
  input: { title },
})
const ask: StepInput = {
  name: 'ask',
  type: 'user_prompt',
  title: 'Ask',
  prompt_type: 'text',
  message: 'What shall it be called?',
}

const Child = z.looseObject({
  id: z.string(),
  status: z.string(),
  asks: z.looseObject({ flow_id: z.string(), step_id: z.string() }).nullable(),
})
const Flow = z.looseObject({
  status: z.string(),
  waiting_for: z.string().nullable(),
  last_error: z.string().nullable(),
  steps: z.array(
    z.looseObject({ result: z.unknown(), error_code: z.string().nullable(), children: z.array(Child) }),
  ),
})
const seen = async (hub: TestHub, id: string) =>
  z.object({ flow: Flow }).parse(await hub.api.call('GET', `/ai/flows/${id}`)).flow
const tasks = (hub: TestHub) => Object.values(hub.control.world.taskTracker.tasks).map(({ title }) => title)

const title = { title: { type: 'string', description: "The task's title" } }

describe('a template used as a step of another', () => {
  it('runs with its own parameters, and its result is there for the steps after it', async () => {
    await using hub = await startTestHub()
    await save(hub, 'inner', [create('{{params.title}}')], { params: title })
    await save(hub, 'outer', [
      sub('inner', { title: 'Landing page' }),
      { ...create('Review of {{steps.sub.result.result.data.title}}'), name: 'review' },
    ])
    const flow = await seen(hub, await start(hub, 'outer'))
    expect(flow.status).toBe('completed')
    expect(flow.steps[0]?.result).toMatchObject({ status: 'completed', outcome: 'completed' })
    expect(tasks(hub)).toEqual(expect.arrayContaining(['Landing page', 'Review of Landing page']))
  })

  it('keeps the version with which it began, and is asked through the flow that waits for it', async () => {
    await using hub = await startTestHub()
    await save(hub, 'inner', [ask, create('{{user_input}}')])
    await save(hub, 'outer', [sub('inner')])
    const id = await start(hub, 'outer')
    await save(hub, 'inner', [create('Of another version')])
    const flow = await seen(hub, id)
    expect(flow).toMatchObject({
      status: 'waiting',
      waiting_for: '"The inner" to end; "The inner" waits for an agent to answer "What shall it be called?"',
    })
    const asks = flow.steps[0]?.children[0]?.asks
    await hub.api.respond(asks?.flow_id ?? '', asks?.step_id ?? '', 'Landing page')
    await hub.settle()
    expect((await seen(hub, id)).status).toBe('completed')
    expect(tasks(hub)).toContain('Landing page')
    expect(tasks(hub)).not.toContain('Of another version')
  })

  it('that fails is told by its step, which may go on another way', async () => {
    await using hub = await startTestHub()
    hub.sandbox.standIns.tasks.faults.push({ on: 'POST /tasks', kind: { status: 422 }, times: 1 })
    await save(hub, 'inner', [create('Landing page')])
    await save(hub, 'outer', [
      sub('inner', {}, { on_fail: 'instead' }),
      { ...create('Never'), name: 'never' },
      { ...create('Instead: {{failure.code}}'), name: 'instead' },
    ])
    const flow = await seen(hub, await start(hub, 'outer'))
    expect(flow.status).toBe('completed')
    expect(flow.steps[0]).toMatchObject({ error_code: 'vendor_rejected', children: [{ status: 'failed' }] })
    expect(tasks(hub)).toContain('Instead: vendor_rejected')
    expect(tasks(hub)).not.toContain('Never')
  })

  it('that goes round in circles ends at the bound of depth', async () => {
    await using hub = await startTestHub()
    await save(hub, 'inner', [create('One more')])
    await save(hub, 'outer', [sub('inner')])
    // Its next version starts the one that starts it.
    await save(hub, 'inner', [sub('outer')])
    const flow = await seen(hub, await start(hub, 'outer'))
    expect(flow).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('Flows may start flows 5 deep'),
    })
  })

  it('is cancelled with the flow that waits for it', async () => {
    await using hub = await startTestHub()
    await save(hub, 'inner', [
      { name: 'pause', type: 'delay', title: 'A pause', for: '1h' },
      create('Too late'),
    ])
    await save(hub, 'outer', [sub('inner')])
    const id = await start(hub, 'outer')
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, { reason: 'changed our mind' })
    await hub.pass(2 * HOUR)
    expect((await seen(hub, id)).steps[0]?.children).toMatchObject([
      { status: 'cancelled', last_error: 'changed our mind' },
    ])
    expect(tasks(hub)).not.toContain('Too late')
  })
})
