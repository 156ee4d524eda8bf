import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { countEffects } from '../../src/sandbox/index.ts'
import { type CrashingHub, startCrashingHub } from './crashing-hub.ts'
import { expectNothingLeft } from './nothing-left.ts'
import { saveOnce } from './people.ts'

/** About 40 s on two idle cores, nearly all of it starting processes. */
const WITHIN_MS = 300_000
const EVERYWHERE = { at: ['^step ', '^effect ', '^start '] }
const NOWHERE = {}

const write = (name: string, skill: string, input: Record<string, unknown>): StepInput => ({
  type: 'tool_call',
  name,
  title: `Do ${name}`,
  skill,
  input,
})
const task = '{{steps.create.result.data.id}}'
const writes = [
  write('create', 'create_task', { title: 'Launch' }),
  write('comment', 'create_comment', { task_id: task, content: 'Soon' }),
  write('tick', 'update_task', { task_id: task, status: 'done' }),
]
const Listed = z.object({ data: z.array(z.unknown()) })

describe.concurrent('a hub that is killed at every boundary', () => {
  it('replays a flow, and takes back what the replay did, each thing once', {
    timeout: WITHIN_MS,
  }, async () => {
    await using hub = await startCrashingHub()
    const { world } = hub.sandbox
    const tasks = () =>
      Object.values(world.taskTracker.tasks).map(({ title, status }) => `${title} ${status}`)
    await hub.run(async (flows, api) => {
      await saveOnce(api, 'writes', writes, [])
      if (flows.length === 0) await api.call('POST', '/ai/flows', { template: 'writes' })
      return flows[0]?.status === 'completed'
    }, NOWHERE)
    const before = tasks()

    await hub.run(async (flows, api) => {
      const [replay] = flows.filter(({ replay_of }) => replay_of !== null)
      const body = { from: 'create', again: [0, 1, 2], input: { title: 'Launch again' } }
      if (!replay) await api.call('POST', `/ai/flows/${flows[0]?.id}/replay`, body)
      return replay?.status === 'completed'
    }, EVERYWHERE)
    expect(tasks()).toEqual([...before, 'Launch again done'])
    expect(countEffects(world).tasks).toMatchObject({ writes: 6 })

    await hub.run(async (flows, api) => {
      const [undoing] = flows.filter(({ undo_of }) => undo_of !== null)
      const [replay] = flows.filter(({ replay_of }) => replay_of !== null)
      if (!undoing) await api.call('POST', `/ai/flows/${replay?.id}/rollback`, {})
      return undoing?.status === 'completed'
    }, EVERYWHERE)
    const points = ['undo_0', 'undo_1', 'undo_2'].flatMap((name) => [
      `step ${name} before`,
      `step ${name} after`,
    ])
    expect(hub.diedAt()).toEqual(
      expect.arrayContaining([...points, 'effect create_task answered', 'effect delete_task answered']),
    )
    expect(tasks()).toEqual(before)
    await expectNothingLeft(hub, { flows: 3, escalations: 0 })
  })

  it('starts the flow of a schedule and of a trigger once each', { timeout: WITHIN_MS }, async () => {
    await using hub = await startCrashingHub()
    const before = tasksOf(hub).length
    await hub.run(async (flows, api) => {
      await saveOnce(api, 'scheduled', [write('by_clock', 'create_task', { title: 'By the clock' })], [])
      await saveOnce(api, 'triggered', [write('by_event', 'create_task', { title: 'By the event' })], [])
      const triggers = Listed.parse(await api.call('GET', '/ai/flow-triggers'))
      const trigger = {
        name: 'After it',
        template: 'triggered',
        event: 'flow_completed',
        conditions: [{ if: '{{event.template}}', eq: 'scheduled' }],
      }
      if (triggers.data.length === 0) await api.call('POST', '/ai/flow-triggers', trigger)
      const schedules = Listed.parse(await api.call('GET', '/ai/flow-schedules'))
      const schedule = { name: 'Once', template: 'scheduled', cron: nextMinute(hub.clock.now()), zone: 'UTC' }
      if (schedules.data.length === 0) await api.call('POST', '/ai/flow-schedules', schedule)
      return ['scheduled', 'triggered'].every((name) =>
        flows.some(({ template, status }) => template === name && status === 'completed'),
      )
    }, EVERYWHERE)
    expect(hub.diedAt()).toEqual(
      expect.arrayContaining([
        'start schedule',
        'start trigger',
        'step by_clock before',
        'step by_event after',
      ]),
    )
    const made = tasksOf(hub).slice(before)
    expect(made.map(({ title }) => title)).toEqual(['By the clock', 'By the event'])
    await expectNothingLeft(hub, { flows: 2, escalations: 0 })
  })

  it('ends a flow that is cancelled with all below it, and does nothing more for it', {
    timeout: WITHIN_MS,
  }, async () => {
    await using hub = await startCrashingHub()
    const { world } = hub.sandbox
    const asks: StepInput = {
      type: 'user_prompt',
      name: 'ask',
      title: 'Which?',
      prompt_type: 'text',
      message: 'Which one?',
    }
    const late = { ...asks, name: 'late' }
    const both: StepInput = {
      type: 'parallel',
      name: 'both',
      title: 'Both',
      branches: [
        { name: 'asking', steps: [asks, late] },
        { name: 'waiting', steps: [{ type: 'delay', name: 'sleep', title: 'Sleep', for: '9h' }] },
      ],
    }
    await hub.run(async (flows, api) => {
      await saveOnce(api, 'both', [both], [])
      if (flows.length === 0) await api.call('POST', '/ai/flows', { template: 'both' })
      return flows[0]?.waiting_for?.includes('answer') === true
    }, NOWHERE)
    await hub.run(async (flows, api) => {
      const [flow] = flows
      if (flow?.status === 'waiting') await api.call('POST', `/ai/flows/${flow.id}/cancel`, {})
      return flow?.status === 'cancelled'
    }, EVERYWHERE)

    expect(hub.diedAt()).toEqual(['effect post_chat trying', 'effect post_chat answered'])
    expect(countEffects(world).tasks).toMatchObject({ writes: 0 })
    const cards = Object.values(world.chat.slack.channels).flatMap(({ messages }) => Object.values(messages))
    expect(cards.map(({ text }) => text)).toEqual([expect.stringContaining('Cancelled')])
    await expectNothingLeft(hub, { flows: 3, escalations: 0 })
  })
})

const tasksOf = ({ sandbox }: CrashingHub) => Object.values(sandbox.world.taskTracker.tasks)

/** Cron for the next full minute, once a year. */
function nextMinute(now: number): string {
  const at = new Date(now + 60_000)
  return `${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`
}
