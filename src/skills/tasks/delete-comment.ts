import { z } from 'zod'
import type { TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'

export const deleteComment = (desk: TaskDesk): Skill =>
  defineSkill({
    name: 'delete_comment',
    title: 'Delete a comment on a task',
    description: 'Deletes one comment of a task, for good.',
    effect: 'write',
    input: z.object({
      task_id: z.string().min(1).describe('The id of the task'),
      comment_id: z.string().min(1).describe('The id of the comment, as create_comment answers it'),
    }),
    output: z.object({ data: z.object({ id: z.string(), deleted: z.literal(true) }) }),
    async run({ task_id, comment_id }) {
      await desk.removeComment(task_id, comment_id)
      return { data: { id: comment_id, deleted: true as const } }
    },
    recheck: async () => ({ kind: 'repeat' }),
    undo: async () => ({ kind: 'impossible', why: 'A deleted comment does not come back.' }),
  })
