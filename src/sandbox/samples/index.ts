import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Instant } from '../../ports/common.ts'
import { taskPriorities, taskStatuses } from '../../ports/tasks.ts'
import { addProject, addTask } from '../tasks-world.ts'
import {
  addPerson,
  addTicket,
  callMoods,
  mailPersonas,
  nextId,
  type Ticket,
  type TicketComment,
  type World,
} from '../world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Between a ticket's comments, where the sample does not say. */
const USUAL_HOURS = 4

const CommentSample = z.strictObject({
  from: z.enum(['guest', 'marta', 'jonas']),
  /** After the ticket was made. */
  afterHours: z.number().optional(),
  internal: z.boolean().default(false),
  text: z.string(),
})

const TicketSample = z.strictObject({
  subject: z.string(),
  daysAgo: z.number(),
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).default('normal'),
  tags: z.array(z.string()).default([]),
  channel: z.string().default('web'),
  assignee: z.enum(['marta', 'jonas']).optional(),
  comments: z.array(CommentSample).min(1),
})
type TicketSample = z.infer<typeof TicketSample>

const CustomerSample = z.strictObject({
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable().default(null),
  locale: z.string(),
  timeZone: z.string(),
  organization: z.string().nullable().default(null),
  tags: z.array(z.string()),
  notes: z.string().default(''),
  replyPhone: z.string().nullable().default(null),
  mail: z.enum(mailPersonas).nullable().default(null),
  call: z.enum(callMoods).nullable().default(null),
  tickets: z.array(TicketSample),
})

const ProjectSample = z.strictObject({
  project: z.string(),
  tasks: z.array(
    z.strictObject({
      title: z.string(),
      status: z.enum(taskStatuses).default('todo'),
      priority: z.enum(taskPriorities).default('normal'),
      assignee: z.string().nullable().default(null),
      daysAgo: z.number(),
    }),
  ),
})

/** Where the sample knowledge lies: Markdown with `title` and `kind` in the front matter. */
export const knowledgeFolder = new URL('./knowledge/', import.meta.url)

/** Fills a new world with the sample hotel company's customers, tickets and tasks, their dates relative to `now`. */
export function seedWorld(world: World, now: Instant) {
  const tickets: Omit<Ticket, 'id' | 'seq'>[] = []
  for (const sample of readCustomers()) {
    const { tickets: ownTickets, ...fields } = sample
    const oldest = Math.max(0, ...ownTickets.map((ticket) => ticket.daysAgo))
    const person = addPerson(world, { ...fields, createdAt: now - (oldest + 1) * DAY })
    for (const ticket of ownTickets) tickets.push(ticketOf(world, ticket, person.id, now))
  }
  // Numbers rise with age, and the desk's change log is in the order of its changes.
  tickets.sort((a, b) => a.createdAt - b.createdAt)
  const numbered = tickets.map((ticket, index) => ({ ...ticket, id: String(4001 + index) }))
  for (const ticket of numbered.sort((a, b) => a.updatedAt - b.updatedAt)) addTicket(world, ticket)
  world.counter = Math.max(world.counter, 4001 + numbered.length)
  for (const person of Object.values(world.people)) person.ticketIds.sort((a, b) => Number(a) - Number(b))
  seedTasks(world, now)
}

function seedTasks({ taskTracker }: World, now: Instant) {
  const samples = parse(readFileSync(new URL('./tasks.yaml', import.meta.url), 'utf8'))
  for (const { project, tasks } of z.array(ProjectSample).parse(samples)) {
    const projectId = addProject(taskTracker, project)
    for (const { daysAgo, ...task } of tasks)
      addTask(taskTracker, { ...task, projectId, createdAt: now - daysAgo * DAY })
  }
}

function readCustomers() {
  const folder = new URL('./customers/', import.meta.url)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => CustomerSample.parse(parse(readFileSync(new URL(name, folder), 'utf8'))))
}

function ticketOf(
  world: World,
  sample: TicketSample,
  requesterId: string,
  now: Instant,
): Omit<Ticket, 'id' | 'seq'> {
  const staff = { marta: '9002', jonas: '9003', guest: requesterId }
  // Today's tickets came in a while ago, so that none of them lies in the future.
  const createdAt = now - sample.daysAgo * DAY - 2 * HOUR
  const comments: TicketComment[] = sample.comments.map((comment, index) => ({
    id: nextId(world),
    authorId: staff[comment.from],
    public: !comment.internal,
    body: comment.text.trim(),
    createdAt: createdAt + (comment.afterHours ?? index * USUAL_HOURS) * HOUR,
  }))
  const updatedAt = comments.at(-1)?.createdAt ?? createdAt
  const over = sample.status === 'solved' || sample.status === 'closed'
  const answered = sample.comments.findLast((comment) => comment.from !== 'guest')?.from
  const assignee = sample.assignee ?? (over ? answered : undefined)
  return {
    subject: sample.subject,
    status: sample.status,
    priority: sample.priority,
    type: sample.tags.includes('complaint') ? 'problem' : 'question',
    tags: sample.tags,
    requesterId,
    submitterId: requesterId,
    assigneeId: assignee ? staff[assignee] : null,
    groupId: assignee === 'jonas' ? world.desk.humanGroupId : world.desk.groupId,
    channel: sample.channel,
    fields: {},
    comments,
    audits: [],
    createdAt,
    updatedAt,
    solvedAt: over ? updatedAt : null,
  }
}
