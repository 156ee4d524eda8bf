import { expect, it } from 'vitest'
import { countEffects } from '../../src/sandbox/index.ts'
import { qb } from '../../src/store/index.ts'
import { startCrashingHub } from './crashing-hub.ts'

const WITHIN_MS = 200_000
const REQUEST = "Find task 'Landing page', add comment 'Done!', mark as complete"

it.each([
  ['between any two steps', '^step ', ['step find_task before', 'step set_status after']],
  [
    'around every request to the task desk',
    '^effect ',
    ['effect create_comment trying', 'effect create_comment answered', 'effect update_task answered'],
  ],
])(
  'a planned flow that is killed %s comments once and finishes the task',
  { timeout: WITHIN_MS },
  async (_where, points, among) => {
    await using hub = await startCrashingHub()
    await hub.runRequest({ message: REQUEST, confirm: false }, { at: [points] })
    expect(hub.diedAt()).toEqual(expect.arrayContaining(among))

    const { world } = hub.sandbox
    const task = Object.values(world.taskTracker.tasks).find(({ title }) => title === 'Landing page')
    expect(task).toMatchObject({ status: 'done', version: 2, comments: [{ content: 'Done!' }] })
    expect(countEffects(world).tasks).toMatchObject({ writes: 2 })
    const left = await hub.look(async ({ read }) => ({
      flows: await read.all(qb.selectFrom('flows').select(['status'])),
      effects: await read.all(qb.selectFrom('effects').select(['skill', 'state']).orderBy('id')),
      escalations: await read.all(qb.selectFrom('escalations').select('reason')),
    }))
    expect(left).toEqual({
      flows: [{ status: 'completed' }],
      effects: [
        { skill: 'create_comment', state: 'done' },
        { skill: 'update_task', state: 'done' },
      ],
      escalations: [],
    })
  },
)
