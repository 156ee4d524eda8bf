import { z } from 'zod'
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

/** What aliases call a task's title. */
export const titleAliases = { name: 'title', task_title: 'title', summary: 'title' } as const

/** A write whose answer was lost is repeated under its key, for as long as the tracker knows the key. */
export async function recheckByKey(
  desk: TaskDesk,
  { hub, triedAt }: Act & { triedAt: number },
): Promise<Recheck<never>> {
  return { kind: hub.clock.now() - triedAt < desk.idempotentForMs ? 'repeat' : 'unknown' }
}
