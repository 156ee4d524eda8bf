import { z } from 'zod'
import type { TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'
import { Priority, recheckByKey, ShownTask, Status, showTask, titleAliases } from './shown.ts'

export const createTask = (desk: TaskDesk): Skill =>
  defineSkill({
    name: 'create_task',
    title: 'Create a task',
    description: 'Makes one new task. Does not look whether there is one like it already: search_tasks does.',
    effect: 'write',
    aliases: titleAliases,
    input: z.object({
      title: z.string().trim().min(1).max(500).describe('What is to be done, in a few words'),
      priority: Priority.optional().describe('normal unless said'),
      project_id: z.string().min(1).optional().describe('The project it belongs to'),
      status: Status.optional().describe('todo unless said'),
    }),
    output: z.object({ data: ShownTask }),
    async run({ title, priority, project_id, status }, { effectId }) {
      const task = await desk.create(
        {
          title,
          ...(priority ? { priority } : {}),
          ...(project_id ? { projectId: project_id } : {}),
          ...(status ? { status } : {}),
        },
        { key: effectId },
      )
      return { data: showTask(task) }
    },
    recheck: (_input, act) => recheckByKey(desk, act),
    undo: async (_input, { data }) => ({
      kind: 'skill',
      skill: 'delete_task',
      // What somebody else has made of the task since then is not deleted with it.
      input: {
        task_id: data.id,
        expected: { title: data.title, status: data.status, priority: data.priority },
      },
      title: `Delete the task "${data.title}" with its comments`,
    }),
  })
