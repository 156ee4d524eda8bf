import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const HOUR = 3_600_000

type Branch = Extract<StepInput, { type: 'parallel' }>['branches'][number]
type BranchStep = Branch['steps'][number]

const task = (title: string, name = title.toLowerCase()): BranchStep => ({
  name,
  type: 'tool_call',
  title: `Create the task ${title}`,
  skill: 'create_task',
  input: { title },
})
const pause = (time: string): BranchStep => ({ name: 'pause', type: 'delay', title: 'A pause', for: time })
const ask: BranchStep = {
  name: 'ask',
  type: 'user_prompt',
  title: 'Ask legal',
  prompt_type: 'confirm',
  message: 'Is the contract fine?',
}

const fork = (branches: Branch[], more: object = {}): StepInput => ({
  name: 'fork',
  type: 'parallel',
  title: 'Prepare the launch',
  branches,
  ...more,
})

const Child = z.looseObject({
  id: z.string(),
  branch: z.string().nullable(),
  title: z.string(),
  status: z.string(),
  waiting_for: z.string().nullable(),
  asks: z.looseObject({ flow_id: z.string(), step_id: z.string(), prompt: z.unknown() }).nullable(),
})
const Step = z.looseObject({
  name: z.string(),
  status: z.string(),
  children: z.array(Child),
  result: z.unknown(),
})
const Flow = z.looseObject({
  id: z.string(),
  status: z.string(),
  waiting_for: z.string().nullable(),
  waiting_until: z.number().nullable(),
  last_error: z.string().nullable(),
  steps: z.array(Step),
})

/** Saves the steps as a template and starts a flow of it, both as a person would. */
async function start(hub: TestHub, steps: StepInput[]) {
  await hub.api.call('POST', '/ai/flow-templates', { name: 'launch', title: 'Launch', steps })
  const { flow } = z
    .object({ flow: z.looseObject({ id: z.string() }) })
    .parse(await hub.api.call('POST', '/ai/flows', { template: 'launch' }))
  await hub.settle()
  return flow.id
}

const seen = async (hub: TestHub, id: string) =>
  z.object({ flow: Flow }).parse(await hub.api.call('GET', `/ai/flows/${id}`)).flow

const childrenOf = async (hub: TestHub, id: string) => (await seen(hub, id)).steps[0]?.children ?? []
const tasks = (hub: TestHub) => Object.values(hub.control.world.taskTracker.tasks).map(({ title }) => title)
const listed = async (hub: TestHub, query = '') =>
  z
    .object({ data: z.array(z.looseObject({ id: z.string(), branch: z.string().nullable() })) })
    .parse(await hub.api.call('GET', `/ai/flows${query}`)).data

describe('branches side by side', () => {
  it('run at the same time, and the flow goes on when all are done', async () => {
    await using hub = await startTestHub()
    const id = await start(hub, [
      fork([
        { name: 'site', title: 'The site', steps: [task('Page'), task('Text')] },
        { name: 'press', title: 'The press', steps: [pause('2h'), task('Release')] },
      ]),
      task('After {{steps.fork.result.branches.press.result.data.title}}', 'after'),
    ])
    const waiting = await seen(hub, id)
    expect(waiting).toMatchObject({
      status: 'waiting',
      waiting_for: '1 of 2 branches of "Prepare the launch"',
      waiting_until: expect.any(Number),
    })
    expect(waiting.steps[0]?.children).toMatchObject([
      { branch: 'site', title: 'The site', status: 'completed', waiting_for: null },
      { branch: 'press', title: 'The press', status: 'waiting', waiting_for: 'A pause to pass' },
    ])
    await hub.pass(2 * HOUR)
    expect((await seen(hub, id)).status).toBe('completed')
    expect(tasks(hub)).toEqual(expect.arrayContaining(['Page', 'Text', 'Release', 'After Release']))
    const run = await hub.api.call('GET', `/ai/flows/${id}/run`)
    const { effects } = z.object({ effects: z.array(z.looseObject({ skill: z.string() })) }).parse(run)
    expect(effects.map(({ skill }) => skill)).toEqual(Array(4).fill('create_task'))
  })

  it('are listed at their flow, not among the flows', async () => {
    await using hub = await startTestHub()
    const id = await start(hub, [
      fork([
        { name: 'a', steps: [task('Page')] },
        { name: 'b', steps: [task('Text')] },
      ]),
    ])
    expect((await listed(hub)).map((flow) => flow.id)).toEqual([id])
    expect((await listed(hub, `?parent=${id}`)).map(({ branch }) => branch).toSorted()).toEqual(['a', 'b'])
  })

  it('ask through their flow: it says whose answer it waits for, and shows what is asked', async () => {
    await using hub = await startTestHub()
    const id = await start(hub, [
      fork([
        { name: 'legal', title: 'Legal', steps: [ask] },
        { name: 'b', steps: [task('Text')] },
      ]),
    ])
    expect((await seen(hub, id)).waiting_for).toBe(
      '1 of 2 branches of "Prepare the launch"; "Legal" waits for an agent to answer "Is the contract fine?"',
    )
    const legal = (await childrenOf(hub, id)).find(({ branch }) => branch === 'legal')
    expect(legal?.asks?.prompt).toMatchObject({ type: 'confirm', message: 'Is the contract fine?' })
    await hub.api.call('POST', `/ai/flows/${legal?.asks?.flow_id}/steps/${legal?.asks?.step_id}/respond`, {
      response: { value: 'yes' },
    })
    await hub.settle()
    expect((await seen(hub, id)).status).toBe('completed')
  })

  it('of which the first is enough leave the others cancelled', async () => {
    await using hub = await startTestHub()
    const id = await start(hub, [
      fork(
        [
          { name: 'ask', steps: [ask] },
          { name: 'wait', steps: [pause('1h'), task('Late')] },
        ],
        { join: 'first' },
      ),
    ])
    const [asking] = await childrenOf(hub, id)
    await hub.pass(HOUR)
    expect(await seen(hub, id)).toMatchObject({ status: 'completed' })
    expect(await childrenOf(hub, id)).toMatchObject([{ status: 'cancelled' }, { status: 'completed' }])
    const late = hub.api.call('POST', `/ai/flows/${asking?.id}/steps/${asking?.asks?.step_id}/respond`, {
      response: { value: 'yes' },
    })
    await expect(late).rejects.toThrow('409')
  })

  it('fail together, with the error of the one that failed, and go on together after a retry', async () => {
    await using hub = await startTestHub()
    hub.sandbox.standIns.tasks.faults.push({ on: 'POST /tasks', kind: { status: 422 }, times: 1 })
    const id = await start(hub, [
      fork([
        { name: 'bad', title: 'The bad one', steps: [task('Page')] },
        { name: 'slow', title: 'The slow one', steps: [pause('1h'), task('Text')] },
      ]),
    ])
    const failed = await seen(hub, id)
    expect(failed).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('"The bad one" failed:'),
    })
    expect(failed.steps[0]?.children).toMatchObject([{ status: 'failed' }, { status: 'cancelled' }])
    const escalations = z
      .object({ data: z.array(z.looseObject({ source: z.string(), flow_id: z.string() })) })
      .parse(await hub.api.call('GET', '/escalations'))
    expect(escalations.data).toMatchObject([{ source: 'flow_failed', flow_id: id }])

    await hub.api.call('POST', `/ai/flows/${id}/retry`)
    await hub.pass(HOUR)
    expect(await seen(hub, id)).toMatchObject({ status: 'completed' })
    expect(
      tasks(hub)
        .filter((title) => title === 'Page' || title === 'Text')
        .toSorted(),
    ).toEqual(['Page', 'Text'])
  })
})
