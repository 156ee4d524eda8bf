import { z } from 'zod'
import { never, VendorError } from '../../src/ops/errors.ts'
import type { DeskComment, DeskPerson, DeskTicket } from '../../src/ports/index.ts'

/** Zendesk's shapes, only what the hub uses, and how they become ours. Ids: numbers there, strings here. */

const Id = z.number().transform((value) => String(value))
const Time = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value))

const Minutes = z.object({ calendar: z.number().nullish() }).nullish()

/** Calendar minutes, not business hours: a customer waits on Sundays too. */
const MetricSet = z.object({
  ticket_id: Id.nullish(),
  solved_at: Time.nullish(),
  reply_time_in_minutes: Minutes,
  full_resolution_time_in_minutes: Minutes,
})

export const Ticket = z.object({
  id: Id,
  subject: z.string().nullish(),
  description: z.string().nullish(),
  // `deleted` stands only in the incremental export.
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed', 'deleted']),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).nullish(),
  tags: z.array(z.string()).default([]),
  requester_id: Id,
  assignee_id: Id.nullish(),
  group_id: Id.nullish(),
  via: z.object({ channel: z.union([z.string(), z.number()]).nullish() }).nullish(),
  created_at: Time,
  updated_at: Time,
  metric_set: MetricSet.nullish(),
})
type Ticket = z.output<typeof Ticket>

/** Side-loaded figures come inside the ticket or beside it, by endpoint. */
export const MetricSets = z.array(MetricSet).nullish()

const Author = z.object({ id: Id, name: z.string(), role: z.string() })

export const TicketAnswer = z.object({ ticket: Ticket, metric_sets: MetricSets })

export const Users = z.array(Author).nullish()

export const Comment = z.object({
  id: Id,
  author_id: Id,
  body: z.string().nullish(),
  plain_body: z.string().nullish(),
  public: z.boolean(),
  created_at: Time,
  via: z.object({ channel: z.union([z.string(), z.number()]).nullish() }).nullish(),
})

const User = z.object({
  id: Id.nullable(),
  name: z.string(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  locale: z.string().nullish(),
  iana_time_zone: z.string().nullish(),
  role: z.string().nullish(),
  organization_id: Id.nullish(),
  tags: z.array(z.string()).nullish(),
})

const Organizations = z.array(z.object({ id: Id, name: z.string() })).nullish()

export const UserAnswer = z.object({ user: User, organizations: Organizations })

/** Cursor paging: developer.zendesk.com/api-reference/introduction/pagination */
export const PageMeta = z.object({ has_more: z.boolean(), after_cursor: z.string().nullish() })

export function nextOf(meta: z.output<typeof PageMeta>): string | null {
  return meta.has_more ? (meta.after_cursor ?? null) : null
}

/** @returns undefined for a deleted ticket. */
export function ticketOf(
  ticket: Ticket,
  baseUrl: string,
  metricSets?: z.output<typeof MetricSets>,
): DeskTicket | undefined {
  if (ticket.status === 'deleted') return undefined
  const figures = ticket.metric_set ?? metricSets?.find((one) => one.ticket_id === ticket.id)
  const channel = ticket.via?.channel
  return {
    id: ticket.id,
    url: `${baseUrl}/agent/tickets/${ticket.id}`,
    subject: ticket.subject ?? '',
    description: ticket.description ?? '',
    status: ticket.status,
    priority: ticket.priority ?? null,
    tags: ticket.tags,
    requesterId: ticket.requester_id,
    assigneeId: ticket.assignee_id ?? null,
    groupId: ticket.group_id ?? null,
    channel: channel === undefined || channel === null ? null : String(channel),
    createdAt: ticket.created_at,
    updatedAt: ticket.updated_at,
    solvedAt: figures?.solved_at ?? null,
    firstReplyMinutes: figures?.reply_time_in_minutes?.calendar ?? null,
    resolutionMinutes: figures?.full_resolution_time_in_minutes?.calendar ?? null,
  }
}

/** Author id of what Zendesk itself writes. */
const SYSTEM_AUTHOR = '-1'

export function commentOf(
  comment: z.output<typeof Comment>,
  ticketId: string,
  users: z.output<typeof Users>,
): DeskComment {
  const author = users?.find((user) => user.id === comment.author_id)
  const isSystem = comment.author_id === SYSTEM_AUTHOR || author?.role === 'system'
  // An author we cannot look up is taken for a customer: what customers write is never trusted.
  const kind = isSystem ? 'system' : author && author.role !== 'end-user' ? 'agent' : 'customer'
  return {
    id: comment.id,
    ticketId,
    author: { id: comment.author_id, kind, name: author?.name ?? (isSystem ? 'Zendesk' : 'unknown') },
    public: comment.public,
    text: (comment.plain_body ?? comment.body ?? '').replaceAll(/&nbsp;|\u00a0/g, ' ').trim(),
    createdAt: comment.created_at,
  }
}

/** @param organizations side-loaded, of which a person may be in several. */
export function personOf(
  user: z.output<typeof User>,
  id: string,
  organizations: z.output<typeof Organizations>,
): DeskPerson {
  return {
    id,
    name: user.name,
    email: user.email ?? null,
    phone: user.phone ?? null,
    locale: user.locale ?? null,
    timeZone: user.iana_time_zone ?? null,
    organization: organizations?.find((one) => one.id === user.organization_id)?.name ?? null,
    tags: user.tags ?? [],
  }
}

/** Ids become part of a path: nothing but digits may. Throws VendorError: what is no id, Zendesk has not. */
export function idPart(id: string): string {
  if (/^\d+$/.test(id)) return id
  throw new VendorError({
    code: 'vendor_not_found',
    vendor: 'zendesk',
    retry: never,
    hint: `${JSON.stringify(id.slice(0, 40))} is no Zendesk id`,
  })
}
