import { z } from 'zod'
import type { ParsedWebhook, RawRequest } from '../../src/ports/index.ts'
import { snapshotOf, stateOf, type VapiCall, VapiCallSchema } from './snapshot.ts'

/** Fields that we read of the messages at https://docs.vapi.ai/server-url/events */
const EnvelopeSchema = z.object({
  message: z.looseObject({
    type: z.string(),
    /** Milliseconds. */
    timestamp: z.number().int().nonnegative().nullish().catch(null),
  }),
})
const CallSchema = z.object({ call: VapiCallSchema })
const StatusSchema = CallSchema.extend({ status: z.string() })
/** What the report says of the end beside the call, whose own copy of it may be older. */
const ReportSchema = CallSchema.extend(
  VapiCallSchema.pick({
    startedAt: true,
    endedAt: true,
    endedReason: true,
    cost: true,
    analysis: true,
    artifact: true,
  }).shape,
)

/**
 * A verified message of Vapi as facts. A call is over with its report, which brings the transcript; a status
 * of `ended` may come before or after it, says less, and is left to the report and to polling.
 * Tools and assistants that ask the hub during a call are not offered by us, so their messages are ignored.
 */
export function parseVapiMessage(request: RawRequest): ParsedWebhook {
  const envelope = EnvelopeSchema.safeParse(jsonOf(request.rawBody))
  if (!envelope.success) return { kind: 'malformed', reason: 'Not a Vapi server message: message.type' }
  const { message } = envelope.data
  switch (message.type) {
    case 'status-update':
      return statusUpdate(message, message.timestamp ?? null)
    case 'end-of-call-report':
      return report(message, message.timestamp ?? null)
    default:
      return { kind: 'ignored', reason: `Message ${message.type.slice(0, 80)}` }
  }
}

function statusUpdate(message: unknown, at: number | null): ParsedWebhook {
  const parsed = StatusSchema.safeParse(message)
  if (!parsed.success) return { kind: 'malformed', reason: 'status-update without status or call.id' }
  const { call, status } = parsed.data
  const state = stateOf(status)
  if (state === undefined) return { kind: 'ignored', reason: `Status ${status.slice(0, 80)}` }
  if (state === 'ended') return { kind: 'ignored', reason: 'Ended; the report brings the transcript' }
  return factOf({ ...call, status }, `${call.id}:status-update:${status}`, at)
}

function report(message: unknown, at: number | null): ParsedWebhook {
  const parsed = ReportSchema.safeParse(message)
  if (!parsed.success) return { kind: 'malformed', reason: 'end-of-call-report without call.id' }
  const { call, ...end } = parsed.data
  const told = Object.fromEntries(
    Object.entries(end).filter(([, value]) => value !== null && value !== undefined),
  )
  return factOf({ ...call, ...told, status: 'ended' }, `${call.id}:end-of-call-report`, at)
}

function factOf(call: VapiCall, dedupeKey: string, occurredAt: number | null): ParsedWebhook {
  const event = { type: 'call_reported' as const, provider: 'vapi', call: snapshotOf(call) }
  return { kind: 'events', events: [{ event, source: 'vapi', dedupeKey, occurredAt }] }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
