import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { addTask } from '../../src/sandbox/tasks-world.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { planningModel } from '../planning-model.ts'
import { tokenOf } from '../tokens.ts'

/** A flow is changed while it waits: steps are put in behind the one that runs, and taken out. */

let model: Awaited<ReturnType<typeof planningModel>>
let hub: TestHub
beforeAll(async () => {
  model = await planningModel()
  hub = await startTestHub({ vendors: model.vendors, env: { APPROVE_CONTACTS: 'first' } })
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})

const Problem = z.looseObject({
  type: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
})

async function request(method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(`${hub.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? hub.apiToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as unknown }
}

/** A flow that waits for a yes before it comments on a task and marks it; `{{user_input}}` names the comment. */
async function waitingFlow(title: string) {
  const task = addTask(hub.control.world.taskTracker, { title, createdAt: hub.clock.now() })
  model.say({
    kind: 'plan',
    title: `Finish ${title}`,
    steps: [
      {
        type: 'tool_call',
        name: 'find',
        title: 'Find it',
        skill: 'search_tasks',
        params: [{ name: 'search', value: title }],
      },
      {
        type: 'user_prompt',
        name: 'ask',
        title: 'What to say',
        prompt_type: 'text',
        prompt_message: 'What shall it say?',
      },
      {
        type: 'conditional',
        name: 'silent',
        title: 'Nothing to say?',
        condition: { if: '{{steps.ask.result.value}}', test: 'eq', value: 'nothing' },
        on_success_goto: 'mark',
      },
      {
        type: 'tool_call',
        name: 'comment',
        title: 'Comment on it',
        skill: 'create_comment',
        mappings: [
          { name: 'task_id', value: '{{steps.find.result.data.0.id}}' },
          { name: 'content', value: '{{steps.ask.result.value}}' },
        ],
      },
      {
        type: 'tool_call',
        name: 'mark',
        title: 'Mark it',
        skill: 'update_task',
        params: [{ name: 'status', value: 'done' }],
        mappings: [{ name: 'task_id', value: '{{steps.find.result.data.0.id}}' }],
      },
    ],
  })
  const planned = await request('POST', '/ai/flows', {
    message: `Find task ${title} and finish it`,
    confirm: false,
  })
  const { flow } = z.looseObject({ flow: z.looseObject({ id: z.string() }) }).parse(planned.body)
  await hub.settle()
  return { id: flow.id, task }
}

const namesOf = async (id: string) => (await hub.api.flow(id)).steps.map(({ name }) => name)
const stepOf = async (id: string, name: string) => {
  const step = (await hub.api.flow(id)).steps.find((one) => one.name === name)
  if (!step) throw new Error(`no step ${name}`)
  return step
}
const answer = async (id: string, name: string, value: unknown) => {
  const step = await stepOf(id, name)
  await hub.api.call('POST', `/ai/flows/${id}/steps/${step.id}/respond`, { response: { value } })
  await hub.settle()
  return hub.api.flow(id)
}
const insert = (id: string, after: number, step: unknown, token?: string) =>
  request('POST', `/ai/flows/${id}/steps`, { after, step }, token)
const remove = async (id: string, name: string) =>
  request('DELETE', `/ai/flows/${id}/steps/${(await stepOf(id, name)).id}`)

async function refused(
  answered: { status: number; body: unknown } | Promise<{ status: number; body: unknown }>,
) {
  const { status, body } = await answered
  return { status, ...Problem.parse(body) }
}

describe('a step that is put in', () => {
  it('runs in its place, with what earlier steps brought, and the others keep their references', async () => {
    const { id, task } = await waitingFlow('Navigation')
    const added = await insert(id, 2, {
      type: 'tool_call',
      title: 'Raise the priority',
      skill: 'update_task',
      params: { priority: 'high' },
      mappings: { task_id: '{{steps.0.result.data.0.id}}' },
    })
    expect(added.status).toBe(201)
    expect(added.body).toMatchObject({ flow: { total_steps: 6 } })
    expect(await namesOf(id)).toEqual(['find', 'ask', 'silent', 'raise_the_priority', 'comment', 'mark'])

    const done = await answer(id, 'ask', 'All links work')
    expect(done).toMatchObject({ status: 'completed', total_steps: 6, completed_steps: 6 })
    expect(task).toMatchObject({ priority: 'high', status: 'done' })
    expect(task.comments.map(({ content }) => content)).toEqual(['All links work'])
    expect((await hub.api.logs(id)).find(({ type }) => type === 'step_inserted')).toMatchObject({
      actor_type: 'user',
      actor_id: 'api',
      message: '"Raise the priority" was put in behind "Nothing to say?"',
    })
  })

  it('is jumped over by a goto that led further before', async () => {
    const { id, task } = await waitingFlow('Sitemap')
    await insert(id, 3, { type: 'delay', title: 'Rest', for: '1h' })
    const done = await answer(id, 'ask', 'nothing')
    expect(done.status).toBe('completed')
    expect(task).toMatchObject({ status: 'done', comments: [] })
    expect(done.steps.find(({ name }) => name === 'rest')?.status).toBe('skipped')
  })

  it('may be the last one', async () => {
    const { id } = await waitingFlow('Search box')
    expect(
      (await insert(id, 4, { type: 'user_prompt', title: 'Well?', prompt_type: 'confirm', message: 'Well?' }))
        .status,
    ).toBe(201)
    expect(await answer(id, 'ask', 'nothing')).toMatchObject({ status: 'awaiting_user' })
    expect(await answer(id, 'well', 'yes')).toMatchObject({ status: 'completed' })
  })

  it.each<[string, number, unknown, number, string]>([
    [
      'before the one that runs',
      0,
      { type: 'delay', title: 'Rest', for: '1h' },
      409,
      'Steps are put in behind the one that runs. It has come to step 1',
    ],
    ['beyond the end', 9, { type: 'delay', title: 'Rest', for: '1h' }, 409, 'its last one is step 4'],
    ['of no known type', 3, { type: 'dance', title: 'Dance' }, 422, 'step.type'],
    [
      'with a skill that is not there',
      3,
      { type: 'tool_call', title: 'X', skill: 'fly' },
      422,
      'step.skill there is no skill "fly"',
    ],
    [
      'with an inner step of the hub’s templates',
      3,
      { type: 'tool_call', title: 'X', skill: 'dial_call', params: {} },
      422,
      'step.skill there is no skill "dial_call"',
    ],
    [
      'that reads what comes later',
      2,
      {
        type: 'tool_call',
        title: 'X',
        skill: 'search_tasks',
        mappings: { search: '{{steps.4.result.data.title}}' },
      },
      422,
      'reads "mark", which cannot have run by then',
    ],
    [
      'that leads round in a circle',
      3,
      {
        type: 'conditional',
        title: 'X',
        condition: { if: '{{flow.id}}', exists: true },
        on_success_goto: 'comment',
      },
      422,
      'in a circle in which no step waits or asks',
    ],
    [
      'that reaches a customer unapproved',
      3,
      {
        type: 'tool_call',
        title: 'X',
        skill: 'send_email',
        params: { customerId: 'cus_1', ticket: null, kind: 'x', subject: 'x', text: 'x' },
      },
      422,
      'without an approval',
    ],
    [
      'with the name of another',
      3,
      { type: 'delay', title: 'X', name: 'find', for: '1h' },
      422,
      'is the name of something else already',
    ],
  ])('%s is refused, and nothing is changed', async (_what, after, step, status, text) => {
    const { id } = await shared
    const before = await hub.api.flow(id)
    const problem = await refused(insert(id, after, step))
    expect(problem.status).toBe(status)
    expect(problem.detail).toContain(text)
    expect(await hub.api.flow(id)).toEqual(before)
  })

  it('into a finished flow is refused, and one that needs more than a reader may', async () => {
    const { id } = await waitingFlow('Colours')
    const reader = await tokenOf(hub, 'reader', 'read')
    expect((await insert(id, 3, { type: 'delay', title: 'Rest', for: '1h' }, reader)).status).toBe(403)
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, {})
    const problem = await refused(insert(id, 3, { type: 'delay', title: 'Rest', for: '1h' }))
    expect(problem).toMatchObject({ status: 409, detail: 'The flow has ended: cancelled.' })
  })
})

describe('a step that is taken out', () => {
  it('does not run, and the others keep their references', async () => {
    const { id, task } = await waitingFlow('Typeface')
    const { status, body } = await remove(id, 'comment')
    expect(status).toBe(200)
    expect(body).toMatchObject({ flow: { total_steps: 4 } })
    expect(await answer(id, 'ask', 'nothing')).toMatchObject({ status: 'completed' })
    expect(task).toMatchObject({ status: 'done', comments: [] })
    expect((await hub.api.logs(id)).find(({ type }) => type === 'step_deleted')?.message).toBe(
      '"Comment on it" was taken out',
    )
  })

  it('is kept where others need it, who are named', async () => {
    const { id } = await shared
    const problem = await refused(remove(id, 'mark'))
    expect(problem).toMatchObject({ status: 409, type: 'urn:switchboard:step_in_use' })
    expect(problem.detail).toContain('"Nothing to say?" goes to it')
    expect(problem.errors).toEqual([{ path: 'steps.2', message: 'goes to it' }])
  })

  it('has not begun', async () => {
    const { id } = await shared
    for (const name of ['find', 'ask']) expect((await remove(id, name)).status).toBe(409)
    expect((await request('DELETE', `/ai/flows/${id}/steps/stp_none`)).status).toBe(404)
    expect((await request('DELETE', '/ai/flows/flw_none/steps/stp_none')).status).toBe(404)
  })
})

/** One that stays as it is, for all that is refused. */
let shared: ReturnType<typeof waitingFlow>
beforeAll(() => {
  shared = waitingFlow('Shared')
  return shared
})
