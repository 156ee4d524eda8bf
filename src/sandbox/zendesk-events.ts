import { createHmac } from 'node:crypto'
import type { StandInDeps } from './deps.ts'
import type { Ticket, TicketAudit } from './world.ts'

/** Ticket events that the sandbox's webhook is subscribed to, with the field each tells of. */
const EVENT_OF_FIELD: Record<string, string> = {
  assignee_id: 'agent_assignment_changed',
  group_id: 'group_assignment_changed',
  status: 'status_changed',
  tags: 'tags_changed',
  priority: 'priority_changed',
}

export const ZENDESK_WEBHOOK_ID = '01JSANDBOXWEBHOOK000000000'

/**
 * base64(HMAC-SHA256(secret, timestamp + body)); the timestamp is ISO 8601, taken as it is
 * (developer.zendesk.com, "Verifying webhooks").
 */
export function signZendesk(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(timestamp).update(body).digest('base64')
}

export function registerZendeskWebhooks(deps: StandInDeps, secret: string) {
  deps.webhooks.register('zendesk', {
    url: `${deps.hubUrl}/api/v1/webhooks/zendesk`,
    sign({ id, body, at }) {
      const timestamp = new Date(at).toISOString()
      return {
        'user-agent': 'Zendesk Webhook',
        'x-zendesk-account-id': deps.world.desk.accountId,
        'x-zendesk-webhook-id': ZENDESK_WEBHOOK_ID,
        'x-zendesk-webhook-invocation-id': id,
        'x-zendesk-webhook-signature-timestamp': timestamp,
        'x-zendesk-webhook-signature': signZendesk(secret, timestamp, body),
      }
    },
    triesAgain: (status) => status === 409 || status === 429 || status >= 500,
  })
}

/** Sends what Zendesk sends after `audit` changed the ticket (or made it). */
export function tellOfChange(deps: StandInDeps, ticket: Ticket, audit: TicketAudit, created: boolean) {
  const style = deps.world.settings.deskWebhooks
  if (style !== 'trigger') {
    const events = created ? [{ type: 'created', event: {} }] : eventsOf(deps, ticket, audit)
    events.forEach(({ type, event }, index) => {
      const body = envelope(deps, ticket, audit, type, {
        ...event,
        meta: { sequence: { id: audit.id, position: index + 1 } },
      })
      deps.webhooks.send('zendesk', body, { id: deps.uuid() })
    })
  }
  if (style !== 'events') {
    // What a trigger sends is the administrator's own JSON; this is the one in manifests/zendesk.
    const body = { ticket_id: ticket.id, event: 'updated' }
    deps.webhooks.send('zendesk', body, { id: deps.uuid() })
  }
}

function eventsOf(deps: StandInDeps, ticket: Ticket, audit: TicketAudit) {
  const events: { type: string; event: Record<string, unknown> }[] = []
  const comment = ticket.comments.find((one) => one.id === audit.commentId)
  if (comment) {
    const author = deps.world.people[comment.authorId]
    events.push({
      type: 'comment_added',
      event: {
        comment: {
          id: comment.id,
          body: comment.body,
          is_public: comment.public,
          author: {
            id: comment.authorId,
            name: author?.name ?? '',
            is_staff: author !== undefined && author.role !== 'end-user',
          },
        },
      },
    })
  }
  for (const { field, previous, current } of audit.changes) {
    const type = EVENT_OF_FIELD[field]
    if (!type) continue
    const event =
      field === 'tags'
        ? tagDifference(previous, current)
        : { current: inEvent(current), previous: inEvent(previous) }
    events.push({ type, event })
  }
  return events
}

/** In events ids are strings and words upper case, unlike in the REST API. */
function inEvent(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value).toUpperCase()
}

function tagDifference(previous: unknown, current: unknown) {
  const before = new Set(Array.isArray(previous) ? previous : [])
  const after = new Set(Array.isArray(current) ? current : [])
  return {
    tags_added: [...after].filter((tag) => !before.has(tag)),
    tags_removed: [...before].filter((tag) => !after.has(tag)),
  }
}

function envelope(
  deps: StandInDeps,
  ticket: Ticket,
  audit: TicketAudit,
  type: string,
  event: Record<string, unknown>,
) {
  return {
    type: `zen:event-type:ticket.${type}`,
    account_id: Number(deps.world.desk.accountId),
    id: deps.uuid(),
    time: new Date(audit.createdAt).toISOString(),
    zendesk_event_version: '2022-11-06',
    subject: `zen:ticket:${ticket.id}`,
    detail: {
      actor_id: audit.authorId,
      assignee_id: ticket.assigneeId,
      brand_id: '1',
      created_at: new Date(ticket.createdAt).toISOString(),
      custom_status: null,
      description: ticket.comments[0]?.body ?? '',
      external_id: null,
      form_id: null,
      group_id: ticket.groupId,
      id: ticket.id,
      is_public: ticket.comments.some((comment) => comment.public),
      organization_id: null,
      priority: ticket.priority?.toUpperCase() ?? null,
      requester_id: ticket.requesterId,
      status: ticket.status.toUpperCase(),
      subject: ticket.subject,
      submitter_id: ticket.submitterId,
      tags: ticket.tags,
      type: ticket.type?.toUpperCase() ?? null,
      updated_at: new Date(ticket.updatedAt).toISOString(),
      via: { channel: ticket.channel },
    },
    event,
  }
}
