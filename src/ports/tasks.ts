import type { Check, Instant } from './common.ts'

export const taskStatuses = ['todo', 'working', 'done'] as const
export type TaskStatus = (typeof taskStatuses)[number]

export const taskPriorities = ['low', 'normal', 'high'] as const
export type TaskPriority = (typeof taskPriorities)[number]

/** A task as the tracker has it now. Ids are the tracker's own, always strings. */
export type Task = {
  id: string
  title: string
  status: TaskStatus
  priority: TaskPriority
  /** null: in no project. */
  projectId: string | null
  /** The person's name as the tracker shows it. */
  assignee: string | null
  /** Where a person opens it; null where the tracker has no page for it. */
  url: string | null
  /** Another one after every change of the task; comments do not count. */
  version: string
  updatedAt: Instant
}

export type TaskComment = {
  id: string
  taskId: string
  /** Plain text. */
  content: string
  createdAt: Instant
}

export type TaskQuery = {
  /** Every word of it must stand in the title; case does not matter. */
  search: string
  status?: TaskStatus
  projectId?: string
  /** 1 to 100. */
  limit: number
}

export type NewTask = Pick<Task, 'title'> & Partial<Pick<Task, 'status' | 'priority' | 'projectId'>>

/** Absent: leave as it is. */
export type TaskChange = Partial<Pick<Task, 'status' | 'title' | 'priority'>>

/**
 * A tracker of tasks. Knows nothing of flows and skills, and never retries by itself. Everything throws
 * VendorError; a write under a key that is known answers what the first one did, and does nothing.
 */
export interface TaskDesk {
  readonly name: string
  /** For how long a write may be repeated under its key without happening twice. */
  readonly idempotentForMs: number
  /** Best match first. */
  search(query: TaskQuery): Promise<Task[]>
  /** @returns undefined when there is no such task (any more). */
  get(id: string): Promise<Task | undefined>
  create(task: NewTask, options: { key: string }): Promise<Task>
  /**
   * `previous`: the fields that were to change, as they were before.
   * Throws `vendor_conflict` when the task has another version than `expectedVersion`.
   */
  update(
    id: string,
    change: TaskChange,
    options: { key: string; expectedVersion?: string },
  ): Promise<{ task: Task; previous: TaskChange }>
  /** A task that is gone already is no error. */
  remove(id: string): Promise<void>
  comment(taskId: string, content: string, options: { key: string }): Promise<TaskComment>
  /** A comment that is gone already is no error. */
  removeComment(taskId: string, commentId: string): Promise<void>
  check(): Promise<Check>
}
