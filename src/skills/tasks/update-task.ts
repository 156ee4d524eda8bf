import { z } from 'zod'
import { InputError, VendorError } from '../../ops/errors.ts'
import type { Task, TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'
import { Priority, recheckByKey, ShownTask, Status, showTask, titleAliases } from './shown.ts'

/** A task that moves between look and write is looked at again, this often at most. */
const LOOKS_MAX = 3

const Change = z.object({
  status: Status.optional().describe('How far it is: a task that is finished is done'),
  title: z.string().trim().min(1).max(500).optional().describe('Its new title'),
  priority: Priority.optional(),
})
type Change = z.infer<typeof Change>

const fields = ['status', 'title', 'priority'] as const

const Input = Change.extend({
  task_id: z.string().min(1).describe('The id of the task, as search_tasks answers it'),
  expected: Change.optional().describe('Nothing is changed unless these are still so'),
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
    output: z.object({ data: ShownTask, before: Change.describe('What was changed, as it was') }),
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

async function updateIfStill(desk: TaskDesk, id: string, change: Change, expected: Change, key: string) {
  for (let look = 1; ; look++) {
    const task = await desk.get(id)
    if (!task) throw new InputError('unknown_task', `There is no task ${id} (any more).`, { status: 404 })
    // As wanted already: an earlier try may have done it, and the key brings its answer back.
    const moved = fields.filter(
      (field) =>
        expected[field] !== undefined && task[field] !== expected[field] && task[field] !== change[field],
    )
    if (moved.length > 0) throw changedSince(task, moved)
    try {
      return await desk.update(id, change, { key, expectedVersion: task.version })
    } catch (error) {
      const isConflict = error instanceof VendorError && error.code === 'vendor_conflict'
      if (!isConflict || look === LOOKS_MAX) throw error
    }
  }
}

function changedSince(task: Task, moved: readonly (keyof Change)[]): InputError {
  const now = moved.map((field) => `${field} is ${task[field]}`).join(', ')
  return new InputError(
    'task_changed',
    `The task "${task.title}" was changed by somebody: ${now}. It was left alone.`,
    { status: 409 },
  )
}

const told = (change: Change) =>
  Object.entries(change)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ')
