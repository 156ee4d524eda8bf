import { createHash } from 'node:crypto'
import type { Instant } from '../ports/common.ts'
import type { Person, Ticket, TicketAudit, TicketComment, World } from './world.ts'

/** Zendesk's JSON of our plain data. Field names: the Support API's description (tickets, users, ticket comments). */

/** ISO 8601 without fractions: Zendesk's REST times have whole seconds, `updated_stamp` among them. */
export function zendeskTime(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

export function ticketJson(world: World, ticket: Ticket, baseUrl: string) {
  return {
    url: `${baseUrl}/api/v2/tickets/${ticket.id}.json`,
    id: Number(ticket.id),
    external_id: null,
    via: { channel: ticket.channel, source: { from: {}, to: {}, rel: null } },
    created_at: zendeskTime(ticket.createdAt),
    updated_at: zendeskTime(ticket.updatedAt),
    generated_timestamp: Math.floor(ticket.updatedAt / 1000),
    type: ticket.type,
    subject: ticket.subject,
    raw_subject: ticket.subject,
    description: ticket.comments[0]?.body ?? '',
    priority: ticket.priority,
    status: ticket.status,
    recipient: null,
    requester_id: Number(ticket.requesterId),
    submitter_id: Number(ticket.submitterId),
    assignee_id: numberOrNull(ticket.assigneeId),
    organization_id: null,
    group_id: numberOrNull(ticket.groupId),
    collaborator_ids: [],
    follower_ids: [],
    email_cc_ids: [],
    forum_topic_id: null,
    problem_id: null,
    has_incidents: false,
    is_public: ticket.comments.some((comment) => comment.public),
    due_at: null,
    tags: ticket.tags,
    custom_fields: Object.entries({ [world.desk.escalationFieldId]: null, ...ticket.fields }).map(
      ([id, value]) => ({ id: Number(id), value }),
    ),
    satisfaction_rating: null,
    sharing_agreement_ids: [],
    followup_ids: [],
    brand_id: 1,
    allow_channelback: false,
    allow_attachments: true,
    from_messaging_channel: false,
  }
}

export function commentJson(comment: TicketComment, auditId: string | undefined) {
  return {
    id: Number(comment.id),
    type: 'Comment',
    author_id: Number(comment.authorId),
    body: comment.body,
    html_body: `<div class="zd-comment" dir="auto"><p>${escapeHtml(comment.body).replace(/\n/g, '<br>')}</p></div>`,
    plain_body: comment.body,
    public: comment.public,
    attachments: [],
    audit_id: numberOrNull(auditId ?? null),
    via: { channel: 'api', source: { from: {}, to: {}, rel: null } },
    created_at: zendeskTime(comment.createdAt),
    metadata: { system: {}, custom: {} },
  }
}

export function auditJson(ticket: Ticket, audit: TicketAudit) {
  const comment = ticket.comments.find((one) => one.id === audit.commentId)
  return {
    id: Number(audit.id),
    ticket_id: Number(ticket.id),
    created_at: zendeskTime(audit.createdAt),
    author_id: Number(audit.authorId),
    metadata: { system: {}, custom: audit.custom },
    via: { channel: 'api', source: { from: {}, to: {}, rel: null } },
    events: [
      ...(comment
        ? [{ id: Number(comment.id), type: 'Comment', body: comment.body, public: comment.public }]
        : []),
      ...audit.changes.map((change, index) => ({
        id: Number(audit.id) * 100 + index,
        type: 'Change',
        field_name: change.field,
        value: change.current,
        previous_value: change.previous,
      })),
    ],
  }
}

export function userJson(person: Person, baseUrl: string) {
  return {
    id: Number(person.id),
    url: `${baseUrl}/api/v2/users/${person.id}.json`,
    name: person.name,
    email: person.email,
    created_at: zendeskTime(person.createdAt),
    updated_at: zendeskTime(person.updatedAt),
    // Zendesk's own zone names are Rails'; the IANA name stands beside it.
    time_zone: person.timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? 'UTC',
    iana_time_zone: person.timeZone,
    phone: person.phone,
    shared_phone_number: person.phone === null ? null : false,
    photo: null,
    locale_id: 1,
    locale: person.locale,
    organization_id: person.organization === null ? null : organizationJson(person.organization, baseUrl).id,
    role: person.role,
    verified: true,
    external_id: null,
    tags: person.tags,
    alias: '',
    active: true,
    shared: false,
    shared_agent: false,
    last_login_at: null,
    signature: null,
    details: '',
    notes: person.notes,
    suspended: false,
    restricted_agent: false,
    moderator: person.role !== 'end-user',
    user_fields: {},
  }
}

/** Organizations are known by their names alone; the id is made of it. */
export function organizationJson(name: string, baseUrl: string) {
  const id = 600_000 + (createHash('sha256').update(name).digest().readUInt32BE(0) % 100_000)
  return { id, url: `${baseUrl}/api/v2/organizations/${id}.json`, name, tags: [] }
}

/** The side-load `metric_sets`; minutes as calendar time. */
export function metricSetJson(ticket: Ticket, agentIds: Set<string>) {
  const firstReply = ticket.comments.find((comment) => comment.public && agentIds.has(comment.authorId))
  const minutes = (until: Instant | null | undefined) =>
    until === null || until === undefined ? null : Math.round((until - ticket.createdAt) / 60_000)
  const reply = minutes(firstReply?.createdAt)
  const resolution = minutes(ticket.solvedAt)
  return {
    id: Number(ticket.id) * 10,
    ticket_id: Number(ticket.id),
    created_at: zendeskTime(ticket.createdAt),
    updated_at: zendeskTime(ticket.updatedAt),
    solved_at: ticket.solvedAt === null ? null : zendeskTime(ticket.solvedAt),
    replies: ticket.comments.filter((comment) => comment.public && agentIds.has(comment.authorId)).length,
    reopens: 0,
    reply_time_in_minutes: { calendar: reply, business: reply },
    first_resolution_time_in_minutes: { calendar: resolution, business: resolution },
    full_resolution_time_in_minutes: { calendar: resolution, business: resolution },
  }
}

function numberOrNull(id: string | null): number | null {
  return id === null ? null : Number(id)
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
