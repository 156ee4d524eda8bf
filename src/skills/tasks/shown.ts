import { z } from 'zod'
import { Refused } from '../../ops/errors.ts'
import { type Task, type TaskDesk, taskPriorities, taskStatuses } from '../../ports/index.ts'
import type { Act, Recheck } from '../define.ts'

/** What the skills about tasks have in common. */

export const Status = z.enum(taskStatuses)
export const Priority = z.enum(taskPriorities)

/** A task as skills answer it. */
export const ShownTask = z.object({
  id: z.string(),
  title: z.string(),
  status: Status,
  priority: Priority,
  project_id: z.string().nullable(),
  assignee: z.string().nullable(),
  url: z.string().nullable(),
  updated_at: z.iso.datetime(),
})

export function showTask({ projectId, updatedAt, version: _, ...task }: Task): z.infer<typeof ShownTask> {
  return { ...task, project_id: projectId, updated_at: new Date(updatedAt).toISOString() }
}

/** The fields of a task that are set by skills. */
export const TaskFields = z.object({
  status: Status.optional().describe('How far it is: a task that is finished is done'),
  title: z.string().trim().min(1).max(500).optional().describe('Its title'),
  priority: Priority.optional(),
})
export type TaskFields = z.infer<typeof TaskFields>

/** Throws Refused where somebody has changed one of these fields since, to something else than is `wanted` now. */
export function refuseIfMoved(task: Task, expected: TaskFields, wanted: TaskFields = {}): void {
  const moved = (['status', 'title', 'priority'] as const).filter(
    (field) =>
      expected[field] !== undefined && task[field] !== expected[field] && task[field] !== wanted[field],
  )
  if (moved.length === 0) return
  const now = moved.map((field) => `${field} is ${task[field]}`).join(', ')
  throw new Refused('changed_since', `The task "${task.title}" was changed since: ${now}. It was left alone.`)
}

/** What aliases call a task's title. */
export const titleAliases = { name: 'title', task_title: 'title', summary: 'title' } as const

/** A write whose answer was lost is repeated under its key, for as long as the tracker knows the key. */
export async function recheckByKey(
  desk: TaskDesk,
  { hub, triedAt }: Act & { triedAt: number },
): Promise<Recheck<never>> {
  return { kind: hub.clock.now() - triedAt < desk.idempotentForMs ? 'repeat' : 'unknown' }
}
