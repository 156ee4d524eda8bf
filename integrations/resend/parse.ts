import { z } from 'zod'
import type { HubEvent, NewEvent } from '../../src/events/schemas.ts'
import type { ParsedWebhook, RawRequest } from '../../src/ports/index.ts'
import { bareAddress } from './address.ts'

/** Fields that we read of the events at https://resend.com/docs/dashboard/webhooks/event-types */
const EnvelopeSchema = z.object({ type: z.string(), created_at: z.string(), data: z.unknown() })

const ReceivedSchema = z.object({
  email_id: z.string().min(1),
  to: z.array(z.string()),
  /** Whom the mail was really delivered for, which a forwarded or blind-copied `to` does not tell (npm `resend`). */
  received_for: z.array(z.string()).nullish(),
  subject: z.string().nullish(),
})

const SentSchema = z.object({
  email_id: z.string().min(1),
  /** The Message-ID that Resend gave the mail; in `email.sent` (npm `resend`), not in the OpenAPI description. */
  message_id: z.string().nullish(),
  bounce: z.object({ type: z.string(), subType: z.string(), message: z.string() }).partial().nullish(),
  failed: z.object({ reason: z.string() }).partial().nullish(),
  suppressed: z.object({ type: z.string(), message: z.string() }).partial().nullish(),
})

type MailStatus = Extract<HubEvent, { type: 'mail_status' }>['status']

/** A suppressed mail was never sent: its address bounced or complained before. */
const STATUSES = new Map<string, MailStatus>([
  ['email.sent', 'sent'],
  ['email.delivered', 'delivered'],
  ['email.delivery_delayed', 'delayed'],
  ['email.bounced', 'bounced'],
  ['email.complained', 'complained'],
  ['email.failed', 'failed'],
  ['email.suppressed', 'failed'],
])

/** A verified Resend webhook as facts. An incoming mail carries no text: it is fetched by its id. */
export function parseResendWebhook(request: RawRequest): ParsedWebhook {
  const envelope = EnvelopeSchema.safeParse(jsonOf(request.rawBody))
  if (!envelope.success) return { kind: 'malformed', reason: 'Not a Resend event: type, created_at and data' }
  const { type, created_at: createdAt, data } = envelope.data
  if (type === 'email.received') return received(data, createdAt)
  const status = STATUSES.get(type)
  return status ? statusOf(status, type, data, createdAt) : { kind: 'ignored', reason: `Event ${type}` }
}

function received(data: unknown, createdAt: string): ParsedWebhook {
  const mail = ReceivedSchema.safeParse(data)
  if (!mail.success) return { kind: 'malformed', reason: 'email.received without email_id or to' }
  const { email_id: providerId, to, received_for: receivedFor, subject } = mail.data
  const recipients = new Set([...to, ...(receivedFor ?? [])].map(bareAddress))
  return factOf(`email.received:${providerId}`, createdAt, {
    type: 'mail_received',
    provider: 'resend',
    providerId,
    to: [...recipients],
    subject: subject ?? '',
  })
}

function statusOf(status: MailStatus, type: string, data: unknown, createdAt: string): ParsedWebhook {
  const mail = SentSchema.safeParse(data)
  if (!mail.success) return { kind: 'malformed', reason: `${type} without email_id` }
  // A mail can be delayed several times: the moment is part of what makes the fact the same.
  return factOf(`${type}:${mail.data.email_id}:${createdAt}`, createdAt, {
    type: 'mail_status',
    provider: 'resend',
    providerId: mail.data.email_id,
    status,
    messageId: mail.data.message_id ?? null,
    detail: detailOf(mail.data),
  })
}

function detailOf({ bounce, failed, suppressed }: z.infer<typeof SentSchema>): string | null {
  if (bounce) return [bounce.type, bounce.subType, bounce.message].filter(Boolean).join(': ')
  return failed?.reason ?? suppressed?.message ?? null
}

function factOf(dedupeKey: string, createdAt: string, event: HubEvent): ParsedWebhook {
  const at = Date.parse(createdAt)
  const fact: NewEvent = { event, source: 'resend', dedupeKey, occurredAt: Number.isNaN(at) ? null : at }
  return { kind: 'events', events: [fact] }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
