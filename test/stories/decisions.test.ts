import { beforeEach, describe, expect, it } from 'vitest'
import type { StepInput } from '../../src/flows/index.ts'
import { addTask } from '../../src/sandbox/tasks-world.ts'
import { ask, problemOf } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { startFlowOf } from '../saved-template.ts'

const HOUR = 3_600_000

const find = (search: string): StepInput => ({
  name: 'find',
  type: 'tool_call',
  title: 'Find the task',
  skill: 'search_tasks',
  input: { search },
})
const which: StepInput = { name: 'which', type: 'ai_decision', title: 'Which task is it?' }
const finish: StepInput[] = [
  {
    name: 'comment',
    type: 'tool_call',
    title: 'Comment on it',
    skill: 'create_comment',
    input: { task_id: '{{context.resolved_entities.task_id}}', content: 'Done!' },
  },
  {
    name: 'close',
    type: 'tool_call',
    title: 'Mark it as done',
    skill: 'update_task',
    input: { task_id: '{{context.resolved_entities.task_id}}', status: 'done' },
  },
]

let counter = 0
beforeEach(() => {
  counter += 1
})

/** A hub whose task desk has these tasks, and a flow that looks for one of them. */
async function looking(titles: string[], search = 'Kickoff', steps = [find(search), which, ...finish]) {
  const hub = await startTestHub()
  const now = hub.clock.now()
  const tasks = titles.map((title) => addTask(hub.control.world.taskTracker, { title, createdAt: now }))
  const id = await startFlowOf(hub, steps, `decisions_${counter}`)
  return { hub, tasks, id }
}

async function stepOf(hub: TestHub, flowId: string, name = 'which') {
  const { steps } = await hub.api.flow(flowId)
  const step = steps.find((one) => one.name === name)
  if (!step) throw new Error(`there is no step ${name}`)
  return step
}

async function say(hub: TestHub, flowId: string, value: unknown) {
  const { id } = await stepOf(hub, flowId)
  const path = `/api/v1/ai/flows/${flowId}/steps/${id}/respond`
  const answer = await ask(hub, 'POST', path, { body: { response: { value } } })
  await hub.settle()
  return answer
}

const touched = (hub: TestHub) =>
  Object.values(hub.control.world.taskTracker.tasks)
    .filter(
      ({ status, comments }) => status === 'done' && comments.some(({ content }) => content === 'Done!'),
    )
    .map(({ title, comments }) => ({ title, comments: comments.length }))

describe('a search that finds one', () => {
  it('tells the steps after it which one, and shows what was decided', async () => {
    const { hub, tasks, id } = await looking(['Kickoff workshop'])
    await using _ = hub
    const task = tasks[0]
    expect(await hub.api.flow(id)).toMatchObject({
      status: 'completed',
      context: {
        resolved_entities: { task_id: task?.id, task_title: 'Kickoff workshop', task: { id: task?.id } },
      },
    })
    expect(await stepOf(hub, id)).toMatchObject({
      ai_decision_result: { decision: 'single_match', resolved: { task_id: task?.id } },
    })
    expect(touched(hub)).toEqual([{ title: 'Kickoff workshop', comments: 1 }])
  })
})

describe('a search that finds several', () => {
  const titles = ['Kickoff workshop', 'Kickoff mail', 'Kickoff budget']

  it('asks which, and touches the one that is picked and nothing else', async () => {
    const { hub, tasks, id } = await looking(titles)
    await using _ = hub
    const step = await stepOf(hub, id)
    expect(step).toMatchObject({
      status: 'awaiting_user',
      prompt_type: 'choice',
      prompt_message: 'Found 3 matches. Which task is meant?',
    })
    const options = step.prompt_options as { value: string; label: string; data: { id: string } }[]
    expect(options.map(({ value, data }) => [value, data.id]).toSorted()).toEqual(
      tasks.map((task) => [task.id, task.id]).toSorted(),
    )
    expect(options.map(({ label }) => label).toSorted()).toEqual(titles.toSorted())
    expect(touched(hub)).toEqual([])

    const before = await hub.api.flow(id)
    expect(problemOf(await say(hub, id, 'the second one'))).toMatchObject({ status: 400 })
    expect(await hub.api.flow(id)).toEqual(before)

    expect((await say(hub, id, tasks[1]?.id)).status).toBe(200)
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed' })
    expect(touched(hub)).toEqual([{ title: 'Kickoff mail', comments: 1 }])
    expect(await stepOf(hub, id)).toMatchObject({
      ai_decision_result: { decision: 'multiple_matches', answer: { by: 'user:api' } },
    })
    expect(problemOf(await say(hub, id, tasks[0]?.id)).status).toBe(409)
  })

  it('does nothing when nobody picks, and says so', async () => {
    const { hub, id } = await looking(titles, 'Kickoff', [
      find('Kickoff'),
      { ...which, within: '4h' } as StepInput,
      ...finish,
    ])
    await using _ = hub
    await hub.pass(4 * HOUR)
    expect(await hub.api.flow(id)).toMatchObject({
      status: 'failed',
      last_error: 'Nothing came for "Which task is it?" in time',
    })
    expect(touched(hub)).toEqual([])
  })
})

describe('a search that finds nothing', () => {
  it('asks what to look for; the answer searches again and the flow goes on', async () => {
    const { hub, id } = await looking(['Opening party'])
    await using _ = hub
    expect(await stepOf(hub, id)).toMatchObject({
      prompt_type: 'text',
      prompt_message: 'No task was found for "Kickoff". What should be looked for?',
    })
    await say(hub, id, 'Nothing of the kind')
    expect((await stepOf(hub, id)).status).toBe('awaiting_user')
    await say(hub, id, 'Opening')
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed', context: { user_input: 'Opening' } })
    expect(await stepOf(hub, id, 'find')).toMatchObject({ runs: 3, input: { search: 'Opening' } })
    expect(touched(hub)).toEqual([{ title: 'Opening party', comments: 1 }])
  })

  it('can find several the second time, which are a choice', async () => {
    const { hub, tasks, id } = await looking(['Opening party', 'Opening speech'])
    await using _ = hub
    await say(hub, id, 'Opening')
    expect(await stepOf(hub, id)).toMatchObject({ prompt_type: 'choice' })
    await say(hub, id, tasks[1]?.id)
    expect(touched(hub)).toEqual([{ title: 'Opening speech', comments: 1 }])
  })

  it('fails after three other searches that find nothing either', async () => {
    const { hub, id } = await looking([])
    await using _ = hub
    for (const text of ['alpha', 'beta', 'gamma']) await say(hub, id, text)
    expect(await hub.api.flow(id)).toMatchObject({
      status: 'failed',
      last_error: 'No task was found for "gamma", after 3 more searches',
    })
  })
})

describe('a question that no rule answers', () => {
  const decide: StepInput = {
    name: 'which',
    type: 'ai_decision',
    title: 'Is it urgent?',
    question: 'Does this task have to be done today?',
    answers: { yes: 'comment', no: 'end' },
  }

  it('is answered by the model out of the given answers, and goes on where its answer leads', async () => {
    const hub = await startTestHub()
    await using _ = hub
    const createdAt = hub.clock.now()
    addTask(hub.control.world.taskTracker, { title: 'Kickoff', priority: 'high', createdAt })
    const urgency: StepInput = {
      ...decide,
      name: 'urgency',
      question: 'How urgent is it?',
      of: '{{context.resolved_entities.task.priority}}',
      answers: { high: 'comment', low: 'end' },
    }
    const id = await startFlowOf(hub, [find('Kickoff'), which, urgency, ...finish], `decisions_${counter}`)
    expect(await stepOf(hub, id, 'urgency')).toMatchObject({
      status: 'completed',
      ai_decision_prompt: 'How urgent is it?',
      ai_decision_result: { decision: 'answered', answer: 'high', by: 'ai', why: expect.any(String) },
    })
    expect(touched(hub)).toEqual([{ title: 'Kickoff', comments: 1 }])
    expect((await hub.api.flow(id)).spent_tokens).toBeGreaterThan(0)
  })

  it('goes to a person when the model is down, with the given answers, and on where theirs leads', async () => {
    const hub = await startTestHub()
    await using _ = hub
    hub.control.set({ model: 'nonsense' })
    addTask(hub.control.world.taskTracker, { title: 'Kickoff', createdAt: hub.clock.now() })
    const id = await startFlowOf(hub, [find('Kickoff'), decide, ...finish], `decisions_${counter}`)
    const step = await stepOf(hub, id)
    expect(step).toMatchObject({
      prompt_type: 'choice',
      prompt_options: [{ value: 'yes' }, { value: 'no' }],
      ai_decision_prompt: 'Does this task have to be done today?',
    })
    expect(step.prompt_message).toContain('No model could be asked')
    await say(hub, id, 'no')
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed' })
    expect(await stepOf(hub, id)).toMatchObject({
      ai_decision_result: { decision: 'answered', answer: 'no', by: 'user:api' },
    })
    expect(touched(hub)).toEqual([])
    expect((await hub.api.flow(id)).spent_tokens).toBeGreaterThan(0)
  })
})
