import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StepInput } from '../../src/flows/index.ts'
import { addTask, type TrackedTask } from '../../src/sandbox/tasks-world.ts'
import { ask, problemOf } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { startFlowOf } from '../saved-template.ts'

let hub: TestHub
let task: TrackedTask
beforeAll(async () => {
  hub = await startTestHub()
}, 30_000)
afterAll(() => hub[Symbol.asyncDispose]())

let templates = 0
beforeEach(() => {
  task = addTask(hub.control.world.taskTracker, { title: 'Poster', createdAt: hub.clock.now() })
})

/** A flow of one step that calls a skill of the task desk with parameters as a model might write them. */
async function run(skill: string, input: Record<string, unknown>) {
  const step: StepInput = { name: 'do', type: 'tool_call', title: 'Do it', skill, input }
  templates += 1
  const id = await startFlowOf(hub, [step], `repair_${templates}`)
  return { id, ...(await look(id)) }
}

async function look(id: string) {
  const flow = await hub.api.flow(id)
  const step = flow.steps[0]
  if (!step) throw new Error('there is no step')
  return { flow, step }
}

async function say(id: string, value: unknown) {
  const { step } = await look(id)
  const path = `/api/v1/ai/flows/${id}/steps/${step.id}/respond`
  const answer = await ask(hub, 'POST', path, { body: { response: { value } } })
  await hub.settle()
  return answer
}

describe('parameters that a model got wrong', () => {
  it.each([
    ['search_tasks', { title: 'Poster' }, { search: 'Poster' }],
    ['search_tasks', { query: 'Poster', status: 'Working' }, { search: 'Poster', status: 'working' }],
    ['search_tasks', { search_term: 'Poster', limit: '5' }, { search: 'Poster', limit: 5 }],
  ] as const)('are put right by %s, shown and logged: %j', async (skill, given, input) => {
    const { id, flow, step } = await run(skill, given)
    expect(flow).toMatchObject({ status: 'completed' })
    expect(step).toMatchObject({ status: 'completed', input, input_params: given })
    expect((step.repairs as { param: string }[]).map(({ param }) => param)).toEqual(Object.keys(input))
    expect((await hub.api.logs(id)).filter(({ type }) => type === 'params_repaired')).toHaveLength(1)
  })

  it('of a write are put right too, and the write happens once', async () => {
    await run('update_task', { task_id: task.id, new_status: 'Done!' })
    expect(task).toMatchObject({ status: 'done', version: 2 })
    const { step } = await run('create_comment', { task_id: task.id, message: 'Printed' })
    expect(step).toMatchObject({ repairs: [{ from: { message: 'Printed' }, to: { content: 'Printed' } }] })
    expect(task.comments).toMatchObject([{ content: 'Printed' }])
  })

  it('are left alone when they fit', async () => {
    const { id, step } = await run('search_tasks', { search: 'Done', status: 'done' })
    expect(step).toMatchObject({ repairs: null, input: { search: 'Done', status: 'done' } })
    expect((await hub.api.logs(id)).map(({ type }) => type)).not.toContain('params_repaired')
  })

  it('and that the skill does not have fail the step, which names what it takes', async () => {
    const { flow, step } = await run('create_comment', { task_id: task.id, content: 'x', colour: 'red' })
    expect(flow).toMatchObject({
      status: 'failed',
      last_error: 'create_comment takes no colour. It takes task_id, content.',
    })
    expect(step).toMatchObject({ error_code: 'unknown_params' })
    expect(task.comments).toEqual([])
  })

  it('and that nothing can be made of fail the step in the skill’s own words', async () => {
    const { step } = await run('update_task', { task_id: task.id, status: 'exploded' })
    expect(step).toMatchObject({ status: 'failed', error_code: 'bad_input' })
    expect(task.version).toBe(1)
  })
})

describe('an id that a model left out', () => {
  it('is asked for, not guessed; the answer is what is written to', async () => {
    const { id, flow, step } = await run('update_task', { task: 'Poster', status: 'DONE' })
    expect(flow).toMatchObject({ status: 'awaiting_user' })
    expect(step).toMatchObject({
      prompt_type: 'text',
      prompt: { why: 'param', param: 'task_id', otherwise: 'the flow fails' },
      repairs: [{ param: 'status', from: 'DONE', to: 'done' }],
    })
    expect(step.prompt_message).toContain('Given was task = "Poster", which is not guessed at')
    expect(task.version).toBe(1)

    expect(problemOf(await say(id, '')).status).toBe(400)
    expect((await say(id, task.id)).status).toBe(200)
    expect(await look(id)).toMatchObject({
      flow: { status: 'completed' },
      step: {
        input: { task_id: task.id, status: 'done' },
        repairs: [{ param: 'status' }, { param: 'task_id', from: 'Poster', to: task.id }],
      },
    })
    expect(task).toMatchObject({ status: 'done', version: 2 })
    expect(problemOf(await say(id, task.id)).status).toBe(409)
  })
})
