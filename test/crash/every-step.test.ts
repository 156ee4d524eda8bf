import { describe, expect, it } from 'vitest'
import type { StepInput } from '../../src/flows/index.ts'
import { countEffects } from '../../src/sandbox/index.ts'
import { type CrashingHub, type SeenFlow, startCrashingHub } from './crashing-hub.ts'
import { expectNothingLeft } from './nothing-left.ts'
import { answer, resolveEscalations, saveOnce } from './people.ts'

/** About 40 s on two idle cores, nearly all of it starting processes. */
const WITHIN_MS = 300_000
const EVERYWHERE = { at: ['^step ', '^effect '] }

const comment = (name: string, content: string) =>
  ({
    type: 'tool_call',
    name,
    title: `Say ${content}`,
    skill: 'create_comment',
    input: { task_id: '{{params.task}}', content },
  }) satisfies StepInput
const pause = (name: string, time: string) =>
  ({ type: 'delay', name, title: 'A pause', for: time }) satisfies StepInput

/** What asks, waits, decides and goes round, with every class of effect. */
const oneByOne: StepInput[] = [
  { type: 'tool_call', name: 'find', title: 'Find it', skill: 'search_tasks', input: { search: 'Launch' } },
  { type: 'ai_decision', name: 'pick', title: 'Which one?', entity: 'task' },
  { type: 'user_prompt', name: 'words', title: 'Words', prompt_type: 'text', message: 'What is to be said?' },
  {
    type: 'tool_call',
    name: 'comment',
    title: 'Say it',
    skill: 'create_comment',
    input: {
      task_id: '{{context.resolved_entities.task_id}}',
      content: '{{user_input}} {{steps.comment.runs}}',
    },
  },
  {
    type: 'conditional',
    name: 'twice',
    title: 'Was that twice?',
    condition: { if: '{{steps.comment.runs}}', lt: 2 },
    on_success: 'breathe',
    on_fail: 'raise',
  },
  { ...pause('breathe', '1s'), on_success: 'comment' },
  {
    type: 'tool_call',
    name: 'raise',
    title: 'Ask a colleague',
    skill: 'create_escalation',
    input: { priority: 'low', reason: 'Please look', brief: 'It is in the shared folder.' },
  },
  {
    type: 'wait_event',
    name: 'wait',
    title: 'Wait for the colleague',
    event: 'escalation_resolved',
    correlation: '{{steps.raise.result.escalationId}}',
    within: '9h',
    waiting_for: 'a colleague to look',
  },
  {
    type: 'approval',
    name: 'approve',
    title: 'The mail',
    policy: 'always',
    payload: { text: 'All is done.' },
    within: '9h',
  },
  {
    type: 'tool_call',
    name: 'mail',
    title: 'Tell the customer',
    skill: 'send_email',
    input: {
      customerId: '{{flow.customerId}}',
      ticket: '{{params.ticket}}',
      kind: 'done',
      subject: 'Done',
      text: '{{steps.approve.result.payload.text}}',
    },
  },
]

/** What runs side by side and below. */
const together: StepInput[] = [
  {
    type: 'parallel',
    name: 'both',
    title: 'Both at once',
    branches: [
      { name: 'left', steps: [comment('left', 'left'), pause('rest', '5s')] },
      { name: 'right', steps: [comment('right', 'right')] },
    ],
  },
  {
    type: 'parallel',
    name: 'race',
    title: 'Whoever is first',
    join: 'first',
    branches: [
      { name: 'slow', steps: [pause('sleep', '9h'), comment('late', 'never')] },
      { name: 'quick', steps: [comment('quick', 'quick')] },
    ],
  },
  {
    type: 'sub_flow',
    name: 'below',
    title: 'Below',
    template: 'tick_off',
    params: { task: '{{params.task}}' },
  },
]
const tickOff: StepInput[] = [
  {
    type: 'tool_call',
    name: 'tick',
    title: 'Mark it as done',
    skill: 'update_task',
    input: { task_id: '{{params.task}}', status: 'done' },
  },
]

/** The points at which processes are to have died. */
function pointsOf({ steps, skills }: { steps: string; skills: string }): string[] {
  const points = (kind: string, names: string, moments: readonly string[]) =>
    names.split(' ').flatMap((name) => moments.map((moment) => `${kind} ${name} ${moment}`))
  return [...points('step', steps, ['before', 'after']), ...points('effect', skills, ['trying', 'answered'])]
}

/** The contents of a task's comments, in any order. */
const saidAbout = (hub: CrashingHub, task: string) =>
  (hub.sandbox.world.taskTracker.tasks[task]?.comments ?? []).map(({ content }) => content).toSorted()

const made = (flows: readonly SeenFlow[], template: string) =>
  flows.filter((flow) => flow.template === template)

describe.concurrent('a hub that is killed at every boundary', () => {
  it('carries a flow that asks, waits, decides and writes to its end, and does each thing once', {
    timeout: WITHIN_MS,
  }, async () => {
    await using hub = await startCrashingHub({ settings: { mail: 'silent' } })
    const { control, world } = hub.sandbox
    const { id: task } = control.addTask({ title: 'Launch' })
    control.addTask({ title: 'Launch party' })
    const ticket = control.createTicket({
      requester: 'ines@guests.example',
      name: 'Ines',
      subject: 'The launch',
      text: 'Is it done?',
    })
    const request = { template: 'one_by_one', params: { ticket: `zendesk:${ticket.id}` } }
    await hub.run(async (flows, api) => {
      await saveOnce(api, 'one_by_one', oneByOne, ['ticket'])
      const [flow] = made(flows, 'one_by_one')
      if (!flow) await api.call('POST', '/ai/flows', request)
      else await answer(api, flow.id)
      await resolveEscalations(api)
      return flow?.status === 'completed'
    }, EVERYWHERE)

    const among = pointsOf({
      steps: 'find pick words comment twice breathe raise wait approve mail',
      skills: 'create_comment create_escalation send_email',
    })
    expect(hub.diedAt()).toEqual(expect.arrayContaining(among))
    expect(saidAbout(hub, task)).toEqual(['Well done 1', 'Well done 2'])
    expect(countEffects(world)).toMatchObject({
      mails: { total: 1, byPerson: { [ticket.requesterId]: 1 } },
      tasks: { writes: 2 },
    })
    await expectNothingLeft(hub, { flows: 1, escalations: 1 })
  })

  it('carries branches, the first of several, and a sub-flow to their end, and does each thing once', {
    timeout: WITHIN_MS,
  }, async () => {
    await using hub = await startCrashingHub()
    const { id: task } = hub.sandbox.control.addTask({ title: 'Launch' })
    await hub.run(async (flows, api) => {
      await saveOnce(api, 'tick_off', tickOff, ['task'])
      await saveOnce(api, 'together', together, ['task'])
      const [flow] = made(flows, 'together')
      if (!flow) await api.call('POST', '/ai/flows', { template: 'together', params: { task } })
      return flow?.status === 'completed'
    }, EVERYWHERE)

    const among = pointsOf({
      steps: 'both left rest right race sleep quick below tick',
      skills: 'create_comment update_task',
    })
    expect(hub.diedAt()).toEqual(expect.arrayContaining(among))
    const { world } = hub.sandbox
    expect(world.taskTracker.tasks[task]).toMatchObject({ status: 'done', version: 2 })
    expect(saidAbout(hub, task)).toEqual(['left', 'quick', 'right'])
    expect(countEffects(world).tasks).toMatchObject({ writes: 4 })
    await expectNothingLeft(hub, { flows: 6, escalations: 0 })
  })
})
