import { z } from 'zod'
import type { TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'
import { recheckByKey } from './shown.ts'

export const createComment = (desk: TaskDesk): Skill =>
  defineSkill({
    name: 'create_comment',
    title: 'Comment on a task',
    description:
      'Adds one comment to a task of the task desk. Changes nothing else of it. For tickets of customers: comment_ticket.',
    effect: 'write',
    aliases: { comment: 'content', message: 'content', text: 'content', body: 'content', note: 'content' },
    input: z.object({
      task_id: z.string().min(1).describe('The id of the task, as search_tasks answers it'),
      content: z.string().trim().min(1).max(10_000).describe('Plain text'),
    }),
    output: z.object({
      data: z.object({
        id: z.string(),
        task_id: z.string(),
        content: z.string(),
        created_at: z.iso.datetime(),
      }),
    }),
    async run({ task_id, content }, { effectId }) {
      const comment = await desk.comment(task_id, content, { key: effectId })
      const created_at = new Date(comment.createdAt).toISOString()
      return { data: { id: comment.id, task_id: comment.taskId, content: comment.content, created_at } }
    },
    recheck: (_input, act) => recheckByKey(desk, act),
    undo: async (_input, { data }) => ({
      kind: 'skill',
      skill: 'delete_comment',
      input: { task_id: data.task_id, comment_id: data.id },
      title: `Delete the comment "${data.content.slice(0, 60)}"`,
    }),
  })
