import { z } from 'zod'
import type { TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'
import { refuseIfMoved, TaskFields } from './shown.ts'

export const deleteTask = (desk: TaskDesk): Skill =>
  defineSkill({
    name: 'delete_task',
    title: 'Delete a task',
    description:
      'Deletes one task with its comments, for good. To finish a task, set it to done with update_task instead.',
    effect: 'write',
    input: z.object({
      task_id: z.string().min(1).describe('The id of the task'),
      expected: TaskFields.optional().describe('It is not deleted unless these are still so'),
    }),
    output: z.object({ data: z.object({ id: z.string(), deleted: z.literal(true) }) }),
    async run({ task_id, expected }) {
      const task = expected && (await desk.get(task_id))
      if (task) refuseIfMoved(task, expected)
      await desk.remove(task_id)
      return { data: { id: task_id, deleted: true as const } }
    },
    recheck: async () => ({ kind: 'repeat' }),
    undo: async () => ({ kind: 'impossible', why: 'A deleted task does not come back.' }),
  })
