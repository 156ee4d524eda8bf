import { z } from 'zod'
import type { TaskDesk } from '../../ports/index.ts'
import { defineSkill, type Skill } from '../define.ts'
import { ShownTask, Status, showTask } from './shown.ts'

export const searchTasks = (desk: TaskDesk): Skill =>
  defineSkill({
    name: 'search_tasks',
    title: 'Search tasks',
    description:
      'Finds tasks of the task desk by words of their title, best match first. Changes nothing. An empty list is an answer too.',
    effect: 'read',
    aliases: {
      title: 'search',
      query: 'search',
      name: 'search',
      text: 'search',
      term: 'search',
      q: 'search',
    },
    input: z.object({
      search: z.string().min(1).max(500).describe('Words of the title; all of them must stand in it'),
      status: Status.optional().describe('Only tasks that are so far'),
      project_id: z.string().min(1).optional().describe('Only tasks of this project'),
      limit: z.int().min(1).max(100).default(20).describe('How many at most'),
    }),
    output: z.object({ data: z.array(ShownTask).describe('Best match first') }),
    async run({ search, status, project_id, limit }) {
      const found = await desk.search({
        search,
        limit,
        ...(status ? { status } : {}),
        ...(project_id ? { projectId: project_id } : {}),
      })
      return { data: found.map(showTask) }
    },
  })
