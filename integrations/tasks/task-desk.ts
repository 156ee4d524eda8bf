import { z } from 'zod'
import { VendorError } from '../../src/ops/errors.ts'
import {
  type Check,
  type Task,
  type TaskComment,
  type TaskDesk,
  taskPriorities,
  taskStatuses,
} from '../../src/ports/index.ts'
import { createTasksClient } from './client.ts'
import type { TasksConfig } from './index.ts'

/** The README asks for as much of whoever serves the routes. */
const KEYS_LIVE_MS = 24 * 3_600_000

const TaskAnswer = z
  .object({
    id: z.string(),
    title: z.string(),
    status: z.enum(taskStatuses),
    priority: z.enum(taskPriorities),
    project_id: z.string().nullable(),
    assignee: z.string().nullable(),
    url: z.url({ protocol: /^https?$/ }).nullish(),
    version: z.string(),
    updated_at: z.iso.datetime({ offset: true }),
  })
  .transform(
    ({ project_id, updated_at, url, ...task }): Task => ({
      ...task,
      projectId: project_id,
      url: url ?? null,
      updatedAt: Date.parse(updated_at),
    }),
  )
const Change = z.object({
  status: z.enum(taskStatuses).optional(),
  title: z.string().optional(),
  priority: z.enum(taskPriorities).optional(),
})
const Updated = z.object({ task: TaskAnswer, previous: Change })
const CommentAnswer = z
  .object({
    id: z.string(),
    task_id: z.string(),
    content: z.string(),
    created_at: z.iso.datetime({ offset: true }),
  })
  .transform(
    ({ task_id, created_at, ...comment }): TaskComment => ({
      ...comment,
      taskId: task_id,
      createdAt: Date.parse(created_at),
    }),
  )
const Me = z.object({ name: z.string() })

/** The `TaskDesk` port over the routes that the README beside this file describes. */
export function createTaskDesk(config: TasksConfig, options: { timeoutMs?: number } = {}): TaskDesk {
  const { ask, host } = createTasksClient(config, options)
  const pathOf = (id: string) => `/tasks/${encodeURIComponent(id)}`

  return {
    name: 'tasks',
    idempotentForMs: KEYS_LIVE_MS,

    async search({ search, status, projectId, limit }) {
      const query = { search, status, project_id: projectId, limit }
      return (await ask({ method: 'GET', path: '/tasks', query }, z.object({ data: z.array(TaskAnswer) })))
        .data
    },

    get: (id) => unlessGone(() => ask({ method: 'GET', path: pathOf(id) }, TaskAnswer)),

    create({ projectId, ...task }, { key }) {
      const body = { ...task, ...(projectId ? { project_id: projectId } : {}) }
      return ask({ method: 'POST', path: '/tasks', body, key }, TaskAnswer)
    },

    update(id, change, { key, expectedVersion }) {
      const version = expectedVersion === undefined ? {} : { version: expectedVersion }
      return ask({ method: 'PATCH', path: pathOf(id), body: change, key, ...version }, Updated)
    },

    async remove(id) {
      await unlessGone(() => ask({ method: 'DELETE', path: pathOf(id) }, z.unknown()))
    },

    comment: (taskId, content, { key }) =>
      ask({ method: 'POST', path: `${pathOf(taskId)}/comments`, body: { content }, key }, CommentAnswer),

    async removeComment(taskId, commentId) {
      const path = `${pathOf(taskId)}/comments/${encodeURIComponent(commentId)}`
      await unlessGone(() => ask({ method: 'DELETE', path }, z.unknown()))
    },

    async check(): Promise<Check> {
      try {
        const { name } = await ask({ method: 'GET', path: '/me' }, Me)
        return { ok: true, detail: `${host} as ${name}` }
      } catch (error) {
        if (error instanceof VendorError)
          return { ok: false, detail: `${host}: ${error.code}`, hint: error.hint }
        throw error
      }
    },
  }
}

async function unlessGone<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof VendorError && error.code === 'vendor_not_found') return undefined
    throw error
  }
}
