import { z } from 'zod'
import type { ParsedWebhook, RawRequest } from '../../src/ports/index.ts'

const EVENT_PREFIX = 'zen:event-type:'

/** REST has numbers, event payloads have strings: one kind inside the hub. */
const TicketId = z.union([z.int().positive(), z.string().regex(/^\d+$/)]).transform((value) => String(value))

/**
 * Envelope of an event subscription; `detail` holds more, none of it current by the time we look.
 * developer.zendesk.com/api-reference/webhooks/event-types/ticket-events
 */
const TicketEvent = z.object({
  id: z.string().min(1),
  type: z.string(),
  time: z.string().optional(),
  detail: z.object({ id: TicketId }),
})

/** What our trigger sends (manifests/zendesk): ids only, because placeholders are not escaped for JSON. */
const TriggerBody = z.object({ ticket_id: TicketId, event: z.string().min(1).max(100) })

const Enveloped = z.object({ type: z.string().startsWith(EVENT_PREFIX) })

const UnfilledTrigger = z.object({ ticket_id: z.string().startsWith('{{') })

/**
 * Understands both kinds of Zendesk webhook. Either is a hint that a ticket changed: the ticket is fetched.
 * Events come in any order and more than once; `dedupeKey` is the event's own id, a trigger has none.
 */
export function parseZendeskWebhook(request: RawRequest): ParsedWebhook {
  const body = parseJson(request.rawBody)
  const type = Enveloped.safeParse(body).data?.type
  if (type !== undefined) return parseEvent(type.slice(EVENT_PREFIX.length), body)

  const trigger = TriggerBody.safeParse(body)
  if (trigger.success) return notified(trigger.data.ticket_id, `trigger.${trigger.data.event}`, null, null)
  if (UnfilledTrigger.safeParse(body).success)
    return { kind: 'ignored', reason: 'a test from the webhook page: its placeholders are not filled in' }
  return { kind: 'malformed', reason: 'neither a Zendesk event nor {"ticket_id", "event"}' }
}

function parseEvent(name: string, body: unknown): ParsedWebhook {
  if (!name.startsWith('ticket.')) return { kind: 'ignored', reason: `${name} is not about a ticket` }
  const event = TicketEvent.safeParse(body)
  if (!event.success) return { kind: 'malformed', reason: `${name}: ${z.prettifyError(event.error)}` }
  const occurredAt = Date.parse(event.data.time ?? '')
  return notified(event.data.detail.id, name, event.data.id, Number.isNaN(occurredAt) ? null : occurredAt)
}

function notified(
  ticketId: string,
  hint: string,
  dedupeKey: string | null,
  occurredAt: number | null,
): ParsedWebhook {
  const event = { type: 'desk_notified' as const, desk: 'zendesk', ticketId, hint }
  return { kind: 'events', events: [{ event, source: 'zendesk', dedupeKey, occurredAt }] }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
