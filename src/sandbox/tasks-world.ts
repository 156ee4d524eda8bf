import type { Instant } from '../ports/common.ts'
import type { TaskPriority, TaskStatus } from '../ports/tasks.ts'

/** What the stand-in of the task desk remembers, as plain data. */
export type TaskTracker = {
  /** Next number of an id. */
  counter: number
  projects: Record<string, { id: string; name: string }>
  tasks: Record<string, TrackedTask>
  /** Idempotency key → digest of what was first sent under it, and the answer that it gets again. */
  keys: Record<
    string,
    { body: string; at: Instant; times: number; answer: { status: number; body: unknown } }
  >
}

export type TrackedTask = {
  id: string
  title: string
  status: TaskStatus
  priority: TaskPriority
  projectId: string | null
  assignee: string | null
  /** Counts its changes. */
  version: number
  comments: TrackedComment[]
  createdAt: Instant
  updatedAt: Instant
}

/** `by`: the hub's account, or a person of the team. */
export type TrackedComment = { id: string; content: string; by: string; createdAt: Instant }

export const emptyTracker = (): TaskTracker => ({ counter: 0, projects: {}, tasks: {}, keys: {} })

export function addProject(tracker: TaskTracker, name: string): string {
  tracker.counter += 1
  const id = `p-${tracker.counter}`
  tracker.projects[id] = { id, name }
  return id
}

/** A new task, in its time; everything but the title may be left out. */
export function addTask(
  tracker: TaskTracker,
  fields: Pick<TrackedTask, 'title' | 'createdAt'> & Partial<TrackedTask>,
): TrackedTask {
  tracker.counter += 1
  const task: TrackedTask = {
    id: `t-${tracker.counter}`,
    status: 'todo',
    priority: 'normal',
    projectId: null,
    assignee: null,
    version: 1,
    comments: [],
    updatedAt: fields.createdAt,
    ...fields,
  }
  tracker.tasks[task.id] = task
  return task
}

export type TaskFields = Partial<Pick<TrackedTask, 'status' | 'title' | 'priority'>>

/** @returns the fields that were to change, as they were before. */
export function changeTask(task: TrackedTask, change: TaskFields, now: Instant): TaskFields {
  const previous: TaskFields = {
    ...(change.status === undefined ? {} : { status: task.status }),
    ...(change.title === undefined ? {} : { title: task.title }),
    ...(change.priority === undefined ? {} : { priority: task.priority }),
  }
  Object.assign(task, change)
  task.version += 1
  task.updatedAt = now
  return previous
}

export function addComment(
  tracker: TaskTracker,
  task: TrackedTask,
  comment: Omit<TrackedComment, 'id'>,
): TrackedComment {
  tracker.counter += 1
  const added = { id: `c-${tracker.counter}`, ...comment }
  task.comments.push(added)
  return added
}

/** Tasks whose title has every word of `search`, the shortest title first: the closest match. */
export function findTasks(tracker: TaskTracker, search: string): TrackedTask[] {
  const words = plain(search).split(/\s+/).filter(Boolean)
  return Object.values(tracker.tasks)
    .filter(({ title }) => words.every((word) => plain(title).includes(word)))
    .sort((a, b) => a.title.length - b.title.length)
}

const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
