import { createHash } from 'node:crypto'
import { z } from 'zod'
import { taskPriorities, taskStatuses } from '../ports/tasks.ts'
import type { StandInDeps } from './deps.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import {
  addComment,
  addTask,
  changeTask,
  findTasks,
  type TrackedComment,
  type TrackedTask,
} from './tasks-world.ts'

export const TASKS = { apiToken: 'tasks-token-of-the-sandbox', account: 'Switchboard' } as const

const KEY_LIVES_MS = 24 * 3_600_000

const Query = z.object({
  search: z.string().default(''),
  status: z.enum(taskStatuses).optional(),
  project_id: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
const Change = z.strictObject({
  status: z.enum(taskStatuses).optional(),
  title: z.string().min(1).optional(),
  priority: z.enum(taskPriorities).optional(),
})
const New = Change.extend({ title: z.string().min(1), project_id: z.string().optional() })
const Comment = z.strictObject({ content: z.string().min(1) })

/** Serves the routes of `integrations/tasks/README.md`; the wire's rules are told there. */
export function startTasksStandIn(deps: StandInDeps): Promise<StandIn> {
  const { clock } = deps
  const tracker = deps.world.taskTracker

  function handle(request: StandInRequest): StandInReply {
    if (request.headers.authorization !== `Bearer ${TASKS.apiToken}`) return problem(401, 'Unknown token')
    const [resource, id, sub, subId] = request.path.slice(1).split('/').map(decodeURIComponent)
    if (request.method === 'GET' && resource === 'me') return { status: 200, body: { name: TASKS.account } }
    if (resource !== 'tasks') return problem(404, 'No such route')
    if (id === undefined) return onTasks(request)
    const task = tracker.tasks[id]
    if (!task) return problem(404, `No task ${id}`)
    if (sub === undefined) return onTask(request, task)
    return sub === 'comments' ? onComments(request, task, subId) : problem(404, 'No such route')
  }

  function onTasks(request: StandInRequest): StandInReply {
    if (request.method === 'POST')
      return once(request, New, ({ project_id, ...fields }) => {
        if (project_id !== undefined && !tracker.projects[project_id])
          return problem(422, `No project ${project_id}`)
        const task = addTask(tracker, { ...fields, projectId: project_id ?? null, createdAt: clock.now() })
        return { status: 201, body: taskJson(task) }
      })
    if (request.method !== 'GET') return problem(405, 'Not here')
    const query = Query.safeParse(Object.fromEntries(request.query))
    if (!query.success) return problem(422, z.prettifyError(query.error))
    const { search, status, project_id, limit } = query.data
    const found = findTasks(tracker, search)
      .filter((task) => status === undefined || task.status === status)
      .filter((task) => project_id === undefined || task.projectId === project_id)
    return { status: 200, body: { data: found.slice(0, limit).map(taskJson) } }
  }

  function onTask(request: StandInRequest, task: TrackedTask): StandInReply {
    switch (request.method) {
      case 'GET':
        return { status: 200, body: taskJson(task) }
      case 'PATCH':
        return once(request, Change, (change) => {
          const wanted = request.headers['if-match']
          if (wanted !== undefined && wanted !== `"${task.version}"`)
            return problem(412, `The task has version ${task.version}`)
          const previous = changeTask(task, change, clock.now())
          return { status: 200, body: { task: taskJson(task), previous } }
        })
      case 'DELETE':
        delete tracker.tasks[task.id]
        deps.changed()
        return { status: 204 }
      default:
        return problem(405, 'Not here')
    }
  }

  function onComments(request: StandInRequest, task: TrackedTask, id: string | undefined): StandInReply {
    if (request.method === 'POST' && id === undefined)
      return once(request, Comment, ({ content }) => {
        const comment = addComment(tracker, task, { content, by: TASKS.account, createdAt: clock.now() })
        return { status: 201, body: commentJson(task, comment) }
      })
    if (request.method !== 'DELETE' || id === undefined) return problem(405, 'Not here')
    const kept = task.comments.filter((comment) => comment.id !== id)
    if (kept.length === task.comments.length) return problem(404, `No comment ${id}`)
    task.comments = kept
    deps.changed()
    return { status: 204 }
  }

  /** The same key and body within a day: the first answer again. Another body: refused. */
  function once<Shape extends z.ZodType>(
    request: StandInRequest,
    shape: Shape,
    act: (input: z.output<Shape>) => StandInReply,
  ): StandInReply {
    const input = shape.safeParse(request.json)
    if (!input.success) return problem(422, z.prettifyError(input.error))
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || key === '') return problem(422, 'Idempotency-Key is missing')
    const body = createHash('sha256').update(`${request.method} ${request.path}\n`).update(request.rawBody)
    const digest = body.digest('base64')
    const known = tracker.keys[key]
    if (known && clock.now() - known.at < KEY_LIVES_MS) {
      if (known.body !== digest) return problem(409, 'The key was used for something else')
      known.times += 1
      deps.changed()
      return known.answer
    }
    const { status, body: answered } = act(input.data)
    if (status < 400)
      // As it was at that moment: the task goes on changing.
      tracker.keys[key] = {
        body: digest,
        at: clock.now(),
        times: 1,
        answer: { status, body: structuredClone(answered) },
      }
    deps.changed()
    return { status, body: answered }
  }

  const taskJson = (task: TrackedTask) => ({
    id: task.id,
    title: task.title,
    status: task.status,
    priority: task.priority,
    project_id: task.projectId,
    assignee: task.assignee,
    url: null,
    version: String(task.version),
    updated_at: new Date(task.updatedAt).toISOString(),
  })
  const commentJson = (task: TrackedTask, { id, content, createdAt }: TrackedComment) => ({
    id,
    task_id: task.id,
    content,
    created_at: new Date(createdAt).toISOString(),
  })

  return startStandIn(handle, {
    port: deps.port,
    faultBody: (status) => ({ title: 'Switched on in the sandbox', status }),
  })
}

function problem(status: number, detail: string): StandInReply {
  return { status, body: { title: 'Task desk', detail, status } }
}
