import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startTestHub, type TestHub } from '../hub.ts'

/** "Find task 'Landing page', add comment 'Done!', mark as complete", against the sandbox's task desk. */

const MINUTE = 60_000
const REQUEST = "Find task 'Landing page', add comment 'Done!', mark as complete"

const Step = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  status: z.string(),
  runs: z.number(),
  prompt_type: z.string().nullable(),
  prompt_message: z.string().nullable(),
  prompt_options: z.array(z.looseObject({ value: z.string(), label: z.string() })).nullable(),
})
const Flow = z.looseObject({
  id: z.string(),
  title: z.string(),
  status: z.string(),
  waiting_for: z.string().nullable(),
  total_steps: z.number(),
  completed_steps: z.number(),
  context: z.looseObject({}),
  steps: z.array(Step),
})
const Answer = z.looseObject({ success: z.literal(true), flow: Flow })

/** Asks for it as a person's tool does, and lets it go as far as it goes now. */
async function request(hub: TestHub, message = REQUEST, more: Record<string, unknown> = {}) {
  const { flow } = Answer.parse(await hub.api.call('POST', '/ai/flows', { message, ...more }))
  await hub.settle()
  return look(hub, flow.id)
}

async function look(hub: TestHub, id: string) {
  return Answer.parse(await hub.api.call('GET', `/ai/flows/${id}`)).flow
}
type SeenFlow = Awaited<ReturnType<typeof look>>

function asked(flow: SeenFlow) {
  const step = flow.steps.find(({ status }) => status === 'awaiting_user')
  if (!step) throw new Error(`nothing is asked; the flow is ${flow.status}: ${flow.waiting_for}`)
  return step
}

/** Answers what the flow asks. */
async function answer(hub: TestHub, flow: SeenFlow, value: string) {
  await hub.api.respond(flow.id, asked(flow).id, value)
  await hub.settle()
  return look(hub, flow.id)
}

const tasks = (hub: TestHub) => Object.values(hub.control.world.taskTracker.tasks)
function taskNamed(hub: TestHub, title: string) {
  const task = tasks(hub).find((one) => one.title === title)
  if (!task) throw new Error(`there is no task "${title}"`)
  return { ...task, comments: task.comments.map(({ content }) => content) }
}
const finished = { status: 'done', comments: ['Done!'] }
const untouched = { status: 'todo', comments: [] }

describe('with one match', () => {
  it('looks first, shows the plan, and does everything once after a yes', async () => {
    await using hub = await startTestHub()
    const planned = await request(hub)
    expect(planned).toMatchObject({ status: 'awaiting_user', title: expect.stringContaining('Landing page') })
    expect(planned.steps.find(({ name }) => name === 'find_task')).toMatchObject({ status: 'completed' })
    expect(asked(planned)).toMatchObject({ prompt_type: 'confirm' })
    expect(taskNamed(hub, 'Landing page')).toMatchObject(untouched)

    const flow = await answer(hub, planned, 'yes')
    expect(flow).toMatchObject({ status: 'completed', completed_steps: flow.total_steps })
    expect(taskNamed(hub, 'Landing page')).toMatchObject(finished)
    expect(hub.effects().tasks).toMatchObject({ writes: 2 })
    const { id } = taskNamed(hub, 'Landing page')
    expect(flow.context).toMatchObject({
      original_intent: REQUEST,
      resolved_entities: { task_id: id, task_title: 'Landing page', project_id: expect.any(String) },
      suggestions: expect.arrayContaining([expect.objectContaining({ action: 'post_chat' })]),
    })
  })

  it('changes nothing after a no', async () => {
    await using hub = await startTestHub()
    await answer(hub, await request(hub), 'no')
    expect(taskNamed(hub, 'Landing page')).toMatchObject(untouched)
    expect(hub.effects().tasks.writes).toBe(0)
  })

  it('can be asked for in German, by who shows the plan themselves', async () => {
    await using hub = await startTestHub()
    const message =
      'Finde die Aufgabe „Landing page“, füge den Kommentar „Done!“ hinzu und markiere sie als erledigt.'
    expect(await request(hub, message, { confirm: false })).toMatchObject({ status: 'completed' })
    expect(taskNamed(hub, 'Landing page')).toMatchObject(finished)
  })

  it('can be taken back as a whole', async () => {
    await using hub = await startTestHub()
    const { id } = await request(hub, REQUEST, { confirm: false })
    await hub.api.call('POST', `/ai/flows/${id}/rollback`, {})
    await hub.settle()
    expect(taskNamed(hub, 'Landing page')).toMatchObject(untouched)
    expect((await look(hub, id)).steps.filter(({ status }) => status === 'rolled_back')).toHaveLength(2)
  })
})

it('what somebody else has changed since is not taken back; the rest is', async () => {
  await using hub = await startTestHub()
  const { id } = await request(hub, REQUEST, { confirm: false })
  hub.control.changeTask(taskNamed(hub, 'Landing page').id, { status: 'working' })
  await hub.api.call('POST', `/ai/flows/${id}/rollback`, {})
  await hub.settle()
  expect(taskNamed(hub, 'Landing page')).toMatchObject({ status: 'working', comments: [] })
})

describe('with no match', () => {
  it('asks what to look for, looks again, and goes on with what it finds', async () => {
    await using hub = await startTestHub()
    hub.control.changeTask(taskNamed(hub, 'Landing page').id, { title: 'Startseite' })
    const stuck = await request(hub, REQUEST, { confirm: false })
    expect(stuck.status).toBe('awaiting_user')
    expect(asked(stuck)).toMatchObject({
      prompt_type: 'text',
      prompt_message: expect.stringContaining('Landing page'),
    })

    const again = await answer(hub, stuck, 'Home page')
    expect(asked(again)).toMatchObject({
      prompt_type: 'text',
      prompt_message: expect.stringContaining('Home page'),
    })
    expect(taskNamed(hub, 'Startseite')).toMatchObject(untouched)

    expect(await answer(hub, again, 'startseite')).toMatchObject({ status: 'completed' })
    expect(taskNamed(hub, 'Startseite')).toMatchObject(finished)
    expect(hub.effects().tasks.writes).toBe(2)
  })

  it('lets the choice follow where the new words find several', async () => {
    await using hub = await startTestHub()
    hub.control.removeTask(taskNamed(hub, 'Landing page').id)
    for (const title of ['Start page', 'Start page (mobile)']) hub.control.addTask({ title })
    const stuck = await request(hub, REQUEST, { confirm: false })
    const found = await answer(hub, stuck, 'start page')
    expect(asked(found)).toMatchObject({ prompt_type: 'choice' })
    const mobile = asked(found).prompt_options?.find(({ label }) => label.includes('mobile'))
    await answer(hub, found, mobile?.value ?? '')
    expect(taskNamed(hub, 'Start page (mobile)')).toMatchObject(finished)
    expect(taskNamed(hub, 'Start page')).toMatchObject(untouched)
  })
})

describe('with three matches', () => {
  const OTHERS = ['Landing page for the spring offer', 'Landing page in Portuguese']

  async function withThree(hub: TestHub) {
    for (const title of OTHERS) hub.control.addTask({ title, project: 'Website' })
    return request(hub, REQUEST, { confirm: false })
  }

  it('offers all three to choose from, and takes the one that is chosen', async () => {
    await using hub = await startTestHub()
    const choosing = await withThree(hub)
    const { prompt_type, prompt_options } = asked(choosing)
    expect(prompt_type).toBe('choice')
    expect(prompt_options?.map(({ value }) => value).toSorted()).toEqual(
      ['Landing page', ...OTHERS].map((title) => taskNamed(hub, title).id).toSorted(),
    )
    const portuguese = taskNamed(hub, 'Landing page in Portuguese').id
    expect(prompt_options?.find(({ value }) => value === portuguese)?.label).toMatch(/in Portuguese/)
    expect(hub.effects().tasks.writes).toBe(0)

    expect(await answer(hub, choosing, portuguese)).toMatchObject({ status: 'completed' })
    expect(taskNamed(hub, 'Landing page in Portuguese')).toMatchObject(finished)
    for (const title of ['Landing page', 'Landing page for the spring offer'])
      expect(taskNamed(hub, title)).toMatchObject(untouched)
    expect(hub.effects().tasks.writes).toBe(2)
  })

  it('takes no answer that was not offered, and waits on', async () => {
    await using hub = await startTestHub()
    const choosing = await withThree(hub)
    await expect(answer(hub, choosing, 't-999')).rejects.toThrow(/400/)
    expect(await look(hub, choosing.id)).toMatchObject({ status: 'awaiting_user' })
    expect(hub.effects().tasks.writes).toBe(0)
  })
})

describe('with trouble at the task desk', () => {
  it('outlasts refusals, broken connections and lost answers, and does everything once', async () => {
    await using hub = await startTestHub()
    const trouble = [
      { on: 'GET /tasks', kind: { status: 429, retryAfterS: 30 } },
      { on: 'GET /tasks', kind: 'reset_before_effect' },
      { on: 'POST /comments', kind: 'timeout_after_effect' },
      { on: 'POST /comments', kind: { status: 500 } },
      { on: 'PATCH /tasks', kind: 'timeout_after_effect' },
      { on: 'PATCH /tasks', kind: 'reset_before_effect' },
    ] as const
    for (const fault of trouble) hub.control.switchFault('tasks', { ...fault, times: 1 })
    const { id } = await request(hub, REQUEST, { confirm: false })
    await hub.pass(30 * MINUTE)
    expect(hub.control.faults().tasks).toEqual([])
    expect(await look(hub, id)).toMatchObject({ status: 'completed' })
    expect(taskNamed(hub, 'Landing page')).toMatchObject(finished)
    expect(hub.effects().tasks.writes).toBe(2)
  })

  it('fails with what to do where the token is refused, and is taken up again from there', async () => {
    await using hub = await startTestHub()
    hub.control.switchFault('tasks', { on: 'POST /comments', kind: { status: 401 }, times: 1 })
    const failed = await request(hub, REQUEST, { confirm: false })
    expect(failed).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('TASKS_API_TOKEN'),
    })
    await hub.api.call('POST', `/ai/flows/${failed.id}/retry`, {})
    await hub.settle()
    expect(await look(hub, failed.id)).toMatchObject({ status: 'completed' })
    expect(taskNamed(hub, 'Landing page')).toMatchObject(finished)
  })
})

it('without a task desk there are no skills for tasks, and a request for them says so', async () => {
  await using hub = await startTestHub({
    vendors: ({ TASKS_BASE_URL: _url, TASKS_API_TOKEN: _token }) => ({
      TASKS_BASE_URL: '',
      TASKS_API_TOKEN: '',
    }),
  })
  const skills = z
    .object({ data: z.array(z.looseObject({ name: z.string() })) })
    .parse(await hub.api.call('GET', '/skills?limit=200'))
  expect(skills.data.map(({ name }) => name)).not.toContain('search_tasks')
  await expect(request(hub)).rejects.toThrow(/422/)
})
