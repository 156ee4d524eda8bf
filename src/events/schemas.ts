import { z } from 'zod'

/**
 * Every fact the hub records, by type. The upper half is what the doors bring in (a vendor said something,
 * not yet understood); the lower half is what the hub made of it, and its types are the triggers of rules.
 * Times are epoch milliseconds.
 */

const instant = z.int().describe('Milliseconds since 1970-01-01 UTC')
const ticketRef = z.string().describe('Which ticket, like zendesk:4711')

const ofFlow = {
  flowId: z.string(),
  template: z.string().nullable().optional().describe('Null of a flow that was planned'),
  ticket: ticketRef.nullable().optional(),
}

export const CallSnapshotSchema = z.object({
  providerCallId: z.string(),
  key: z.string().nullable(),
  state: z.enum(['queued', 'ringing', 'in_progress', 'ended']),
  outcome: z
    .enum([
      'answered',
      'transferred',
      'no_answer',
      'busy',
      'voicemail',
      'invalid_number',
      'rejected',
      'transient',
      'unknown',
    ])
    .nullable(),
  endedReason: z.string().nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  durationS: z.number().nonnegative(),
  turns: z.array(z.object({ speaker: z.enum(['assistant', 'customer']), text: z.string(), atS: z.number() })),
  summary: z.string().nullable(),
  success: z.boolean().nullable(),
  recordingUrl: z.string().nullable(),
  costUsd: z.number().nullable(),
})

export const eventSchemas = {
  // — what the doors bring in —
  /** A desk says that something happened to a ticket; a hint only, the ticket is fetched. */
  desk_notified: z.object({
    desk: z.string(),
    ticketId: z.string(),
    hint: z.string().describe("The vendor's own event name"),
  }),
  /** A mail provider holds a mail for us. */
  mail_received: z.object({
    provider: z.string(),
    providerId: z.string(),
    to: z.array(z.string()),
    subject: z.string(),
  }),
  /** What became of a mail that we sent. */
  mail_status: z.object({
    provider: z.string(),
    providerId: z.string(),
    status: z.enum(['sent', 'delivered', 'delayed', 'bounced', 'complained', 'failed']),
    messageId: z.string().nullable(),
    detail: z.string().nullable(),
  }),
  /** A voice provider tells where a call stands; the last one carries the transcript. */
  call_reported: z.object({ provider: z.string(), call: CallSnapshotSchema }),
  /** Verified, stored, and of no use. */
  ignored: z.object({ reason: z.string() }),

  // — what the hub made of it: triggers —
  ticket_created: z.object({ ticket: ticketRef }),
  ticket_assigned: z.object({
    ticket: ticketRef,
    toAi: z.boolean(),
    newly: z.boolean().optional().describe('Given to AI, which did not have it before'),
    assigneeId: z.string().nullable(),
  }),
  ticket_updated: z.object({ ticket: ticketRef, changed: z.array(z.string()) }),
  ticket_closed: z.object({ ticket: ticketRef }),
  ticket_taken: z.object({ ticket: ticketRef, fence: z.int(), reason: z.string() }),
  new_customer: z.object({ customerId: z.string() }),
  inbound_email: z.object({
    messageId: z.string(),
    customerId: z.string(),
    flowId: z.string().nullable(),
    ticket: ticketRef.nullable(),
    subject: z.string(),
    text: z.string().describe('Without quotes and signature'),
  }),
  mail_bounced: z.object({
    messageId: z.string(),
    customerId: z.string(),
    flowId: z.string().nullable(),
    ticket: ticketRef.nullable(),
    detail: z.string(),
  }),
  customer_opted_out: z.object({ customerId: z.string(), channel: z.string(), words: z.string() }),
  call_ended: z.object({
    callId: z.string(),
    customerId: z.string(),
    flowId: z.string().nullable(),
    ticket: ticketRef.nullable(),
    outcome: CallSnapshotSchema.shape.outcome,
    durationS: z.number().nonnegative().describe('Connected seconds; 0 when not answered'),
    endedAt: instant,
  }),
  missed_call: z.object({
    callId: z.string(),
    customerId: z.string(),
    outcome: z.string(),
    durationS: z.number(),
  }),
  call_failed: z.object({
    callId: z.string(),
    customerId: z.string(),
    flowId: z.string().nullable(),
    reason: z.string(),
    attempts: z.int(),
  }),
  escalation_created: z.object({ escalationId: z.string(), priority: z.string(), reason: z.string() }),
  escalation_assigned: z.object({ escalationId: z.string(), assignedTo: z.string() }),
  escalation_resolved: z.object({ escalationId: z.string(), outcome: z.string() }),
  flow_completed: z.object({ ...ofFlow, outcome: z.string() }),
  flow_failed: z.object({ ...ofFlow, error: z.string() }),
  flow_cancelled: z.object({ ...ofFlow, reason: z.string() }),
  flow_input_required: z.object({
    flowId: z.string(),
    stepId: z.string(),
    moment: z.enum(['asked', 'reminded', 'delegated']),
  }),
  /** What was asked of a person is settled: answered, or nobody did in time. */
  flow_input_closed: z.object({ flowId: z.string(), stepId: z.string() }),
} as const

export type EventType = keyof typeof eventSchemas

/** What the doors bring in is not understood yet: nothing is triggered by it. */
const fromDoors = ['desk_notified', 'mail_received', 'mail_status', 'call_reported', 'ignored'] as const
type FromDoors = (typeof fromDoors)[number]
export type TriggerType = Exclude<EventType, FromDoors>

const isTrigger = (type: string): type is TriggerType => !fromDoors.some((one) => one === type)
/** The types of events that rules and flows may be triggered by. */
export const triggerTypes: readonly TriggerType[] = Object.keys(eventSchemas).filter(isTrigger)

/** A fact: its type with the payload of that type. */
export type HubEvent = { [T in EventType]: { type: T } & z.infer<(typeof eventSchemas)[T]> }[EventType]

export type EventOf<T extends EventType> = Extract<HubEvent, { type: T }>

/**
 * A fact about to be appended.
 * `dedupeKey`: the same key within one source is the same fact and is appended once, for ever.
 */
export type NewEvent = {
  event: HubEvent
  source: string
  dedupeKey: string | null
  occurredAt: number | null
}
