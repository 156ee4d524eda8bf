import { z } from 'zod'
import { InputError, VendorError } from '../../ops/errors.ts'
import type { TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'
import { recheckByKey, refuseIfMoved, ShownTask, showTask, TaskFields, titleAliases } from './shown.ts'

/** A task that moves between look and write is looked at again, this often at most. */
const LOOKS_MAX = 3

const fields = ['status', 'title', 'priority'] as const

const Input = TaskFields.extend({
  task_id: z.string().min(1).describe('The id of the task, as search_tasks answers it'),
  expected: TaskFields.optional().describe('Nothing is changed unless these are still so'),
}).refine(
  (input) => fields.some((field) => input[field] !== undefined),
  'Give a status, a title or a priority',
)

export const updateTask = (desk: TaskDesk): Skill =>
  defineSkill({
    name: 'update_task',
    title: 'Update a task',
    description:
      'Sets status, title or priority of one task, and leaves the rest as it is. Does not comment (create_comment does).',
    effect: 'write',
    aliases: { ...titleAliases, new_title: 'title', state: 'status' },
    input: Input,
    output: z.object({ data: ShownTask, before: TaskFields.describe('What was changed, as it was') }),
    async run({ task_id, expected, ...change }, { effectId }) {
      const { task, previous } = expected
        ? await updateIfStill(desk, task_id, change, expected, effectId)
        : await desk.update(task_id, change, { key: effectId })
      return { data: showTask(task), before: previous }
    },
    recheck: (_input, act) => recheckByKey(desk, act),
    undo: async ({ task_id, expected: _, ...change }, { data, before }) => ({
      kind: 'skill',
      skill: 'update_task',
      // What somebody else has made of the task since then is not undone with it.
      input: { task_id, ...before, expected: change },
      title: `Set the task "${data.title}" back: ${told(before)}`,
    }),
  })

async function updateIfStill(
  desk: TaskDesk,
  id: string,
  change: TaskFields,
  expected: TaskFields,
  key: string,
) {
  for (let look = 1; ; look++) {
    const task = await desk.get(id)
    if (!task) throw new InputError('unknown_task', `There is no task ${id} (any more).`, { status: 404 })
    // As wanted already is no move: an earlier try may have done it, and the key brings its answer back.
    refuseIfMoved(task, expected, change)
    try {
      return await desk.update(id, change, { key, expectedVersion: task.version })
    } catch (error) {
      const isConflict = error instanceof VendorError && error.code === 'vendor_conflict'
      if (!isConflict || look === LOOKS_MAX) throw error
    }
  }
}

const told = (change: TaskFields) =>
  Object.entries(change)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ')
