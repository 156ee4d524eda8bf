import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { addTicket, nextId, noteTicketChange, type Ticket, type TicketAudit, type World } from './world.ts'
import { tellOfChange } from './zendesk-events.ts'
import { zendeskTime } from './zendesk-wire.ts'

const idIn = z.union([z.number(), z.string()]).transform(String)
const ticketStatus = z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed'])
const CommentIn = z.object({
  body: z.string().optional(),
  html_body: z.string().optional(),
  public: z.boolean().optional(),
  author_id: idIn.optional(),
  uploads: z.array(z.string()).optional(),
})

/** What `ticket` may hold in a create or update request, as far as the sandbox acts on it. */
export const TicketIn = z.object({
  subject: z.string().optional(),
  status: ticketStatus.optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).nullable().optional(),
  type: z.enum(['question', 'incident', 'problem', 'task']).nullable().optional(),
  tags: z.array(z.string()).optional(),
  assignee_id: idIn.nullable().optional(),
  group_id: idIn.nullable().optional(),
  requester_id: idIn.optional(),
  custom_fields: z.array(z.object({ id: idIn, value: z.string().nullable() })).optional(),
  comment: CommentIn.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  updated_stamp: z.string().optional(),
  safe_update: z.unknown().optional(),
})
export type TicketIn = z.input<typeof TicketIn>

/** Refusals, in the shape of Zendesk's error answers. */
export type DeskRefusal = { status: 404 | 409 | 422; error: string; description: string; details?: unknown }

type Changed = { ok: true; ticket: Ticket; audit: TicketAudit } | { ok: false; refusal: DeskRefusal }

/** One update of one ticket by one author: fields and comment together, one audit, the webhooks that follow. */
export function updateTicket(
  deps: StandInDeps,
  ticketId: string,
  input: z.output<typeof TicketIn>,
  authorId: string,
): Changed {
  const { world, clock } = deps
  const ticket = world.tickets[ticketId]
  if (!ticket) return refuse(404, 'RecordNotFound', 'Not found')
  if (ticket.status === 'closed')
    return refuse(422, 'RecordInvalid', 'Record validation errors', {
      status: [{ description: 'Status: closed prevents ticket update', error: 'TicketClosed' }],
    })
  if ('safe_update' in input && input.updated_stamp !== zendeskTime(ticket.updatedAt))
    return refuse(
      409,
      'UpdateConflict',
      'Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again.',
    )
  const mistake = unknownReference(world, input)
  if (mistake) return mistake

  const now = clock.now()
  const audit: TicketAudit = {
    id: nextId(world),
    authorId,
    createdAt: now,
    changes: [],
    commentId: null,
    custom: input.metadata ?? {},
  }
  const set = <K extends 'subject' | 'status' | 'priority' | 'type' | 'assigneeId' | 'groupId' | 'tags'>(
    key: K,
    field: string,
    value: Ticket[K] | undefined,
  ) => {
    if (value === undefined || JSON.stringify(ticket[key]) === JSON.stringify(value)) return
    audit.changes.push({ field, previous: ticket[key], current: value })
    ticket[key] = value
  }

  set('subject', 'subject', input.subject)
  set('priority', 'priority', input.priority)
  set('type', 'type', input.type)
  set('tags', 'tags', input.tags && cleanTags(input.tags))
  set('groupId', 'group_id', input.group_id)
  set('assigneeId', 'assignee_id', input.assignee_id)
  keepGroupAndAssigneeTogether(world, ticket, input, set)
  // An assigned ticket is no longer new.
  set('status', 'status', input.status ?? (ticket.status === 'new' && ticket.assigneeId ? 'open' : undefined))
  for (const { id, value } of input.custom_fields ?? []) {
    if ((ticket.fields[id] ?? null) === value) continue
    audit.changes.push({ field: id, previous: ticket.fields[id] ?? null, current: value })
    ticket.fields[id] = value
  }
  const text = input.comment?.body ?? input.comment?.html_body
  if (input.comment && text) {
    const comment = {
      id: nextId(world),
      authorId: input.comment.author_id ?? authorId,
      public: input.comment.public ?? ticket.comments[0]?.public ?? true,
      body: text,
      createdAt: now,
    }
    ticket.comments.push(comment)
    audit.commentId = comment.id
  }
  if (ticket.status === 'solved') ticket.solvedAt ??= now
  else ticket.solvedAt = null

  if (audit.changes.length > 0 || audit.commentId) record(deps, ticket, audit, false)
  return { ok: true, ticket, audit }
}

/** Makes a ticket; `comment` is its first one. */
export function createTicket(
  deps: StandInDeps,
  input: z.output<typeof TicketIn>,
  authorId: string,
  channel = 'api',
): Changed {
  const { world, clock } = deps
  const text = input.comment?.body ?? input.comment?.html_body
  if (!text)
    return refuse(422, 'RecordInvalid', 'Record validation errors', {
      base: [{ description: 'Description: cannot be blank', error: 'BlankValue' }],
    })
  const mistake = unknownReference(world, input)
  if (mistake) return mistake
  const now = clock.now()
  const requesterId = input.requester_id ?? authorId
  const comment = {
    id: nextId(world),
    authorId: input.comment?.author_id ?? requesterId,
    public: input.comment?.public ?? true,
    body: text,
    createdAt: now,
  }
  const audit: TicketAudit = {
    id: nextId(world),
    authorId,
    createdAt: now,
    changes: [],
    commentId: comment.id,
    custom: input.metadata ?? {},
  }
  const ticket = addTicket(world, {
    id: nextId(world),
    subject: input.subject ?? text.slice(0, 80),
    status: input.status ?? (input.assignee_id ? 'open' : 'new'),
    priority: input.priority ?? null,
    type: input.type ?? null,
    tags: cleanTags(input.tags ?? []),
    requesterId,
    submitterId: authorId,
    assigneeId: input.assignee_id ?? null,
    groupId: input.group_id ?? world.desk.groupId,
    channel,
    fields: Object.fromEntries((input.custom_fields ?? []).map(({ id, value }) => [id, value])),
    comments: [comment],
    audits: [audit],
    createdAt: now,
    updatedAt: now,
    solvedAt: null,
  })
  deps.changed()
  tellOfChange(deps, ticket, audit, true)
  return { ok: true, ticket, audit }
}

function record(deps: StandInDeps, ticket: Ticket, audit: TicketAudit, created: boolean) {
  ticket.audits.push(audit)
  ticket.updatedAt = audit.createdAt
  noteTicketChange(deps.world, ticket)
  deps.changed()
  tellOfChange(deps, ticket, audit, created)
}

/** A ticket's assignee is a member of its group: a new group drops the assignee, a new assignee brings the group. */
function keepGroupAndAssigneeTogether(
  world: World,
  ticket: Ticket,
  input: z.output<typeof TicketIn>,
  set: (key: 'assigneeId' | 'groupId', field: string, value: string | null | undefined) => void,
) {
  const { assigneeId, groupId } = ticket
  if (!assigneeId || (groupId && world.groups[groupId]?.memberIds.includes(assigneeId))) return
  if (input.group_id && !input.assignee_id) return set('assigneeId', 'assignee_id', null)
  const group = Object.values(world.groups).find((one) => one.memberIds.includes(assigneeId))
  if (group) set('groupId', 'group_id', group.id)
}

function unknownReference(world: World, input: z.output<typeof TicketIn>): Changed | undefined {
  const assignee = input.assignee_id ? world.people[input.assignee_id] : undefined
  if (input.assignee_id && (!assignee || assignee.role === 'end-user'))
    return refuse(422, 'RecordInvalid', 'Record validation errors', {
      assignee: [{ description: 'Assignee: is not an agent', error: 'InvalidValue' }],
    })
  if (input.group_id && !world.groups[input.group_id])
    return refuse(422, 'RecordInvalid', 'Record validation errors', {
      group: [{ description: `Group: ${input.group_id} does not exist`, error: 'InvalidValue' }],
    })
  if (input.requester_id && !world.people[input.requester_id])
    return refuse(422, 'RecordInvalid', 'Record validation errors', {
      requester: [{ description: 'Requester: is invalid', error: 'InvalidValue' }],
    })
  return undefined
}

/** Zendesk keeps tags in lower case, each once. */
function cleanTags(tags: string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim().toLowerCase().replaceAll(' ', '_')).filter(Boolean))]
}

function refuse(
  status: DeskRefusal['status'],
  error: string,
  description: string,
  details?: unknown,
): { ok: false; refusal: DeskRefusal } {
  return { ok: false, refusal: { status, error, description, ...(details ? { details } : {}) } }
}
