import { z } from 'zod'
import type { CallSnapshot, CallTurn } from '../../src/ports/index.ts'
import { outcomeOf, wasNeverConnected } from './ended-reason.ts'
import { keyOfTag } from './key.ts'

/** An ISO time as milliseconds; null where there is none. */
const time = z
  .string()
  .transform((iso) => Date.parse(iso))
  .pipe(z.int())
  .nullish()
  .catch(null)

const MetadataSchema = z.object({ metadata: z.object({ switchboardKey: z.string() }).nullish().catch(null) })

/** What we read of a `Call`; everything but the id may be missing, and what is odd is as if it were. */
export const VapiCallSchema = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  createdAt: time,
  startedAt: time,
  endedAt: time,
  endedReason: z.string().nullish(),
  name: z.string().nullish().catch(null),
  monitor: z.object({ controlUrl: z.string().nullish() }).nullish().catch(null),
  cost: z.number().nonnegative().nullish().catch(null),
  customer: z.object({ externalId: z.string().nullish() }).nullish().catch(null),
  assistant: MetadataSchema.nullish().catch(null),
  assistantOverrides: MetadataSchema.nullish().catch(null),
  analysis: z
    .object({
      summary: z.string().nullish().catch(null),
      successEvaluation: z.union([z.string(), z.boolean()]).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  artifact: z
    .object({
      messages: z.array(z.unknown()).nullish().catch(null),
      recordingUrl: z.string().nullish().catch(null),
      recording: z
        .object({ mono: z.object({ combinedUrl: z.string().nullish() }).nullish() })
        .nullish()
        .catch(null),
      presignedMonoUrl: z.string().nullish().catch(null),
      presignedUrlsExpiresAt: time,
    })
    .nullish()
    .catch(null),
})

export type VapiCall = z.infer<typeof VapiCallSchema>

/** A message of the transcript. System prompts and tool calls are of other shapes and are left out. */
const SpokenSchema = z.object({
  role: z.enum(['assistant', 'bot', 'user']),
  message: z.string(),
  secondsFromStart: z.number().nullish().catch(null),
})

const STATES = new Map<string, CallSnapshot['state']>([
  ['scheduled', 'queued'],
  ['queued', 'queued'],
  ['ringing', 'ringing'],
  ['in-progress', 'in_progress'],
  ['forwarding', 'in_progress'],
  ['ended', 'ended'],
  ['not-found', 'ended'],
  ['deletion-failed', 'ended'],
])

/** @returns undefined for a status that Vapi did not have when this was written. */
export function stateOf(status: string | null | undefined): CallSnapshot['state'] | undefined {
  return status ? STATES.get(status) : 'queued'
}

/** A call as Vapi has it, in our words. An unknown status counts as in progress until Vapi says `ended`. */
export function snapshotOf(call: VapiCall): CallSnapshot {
  const state = stateOf(call.status) ?? 'in_progress'
  const endedReason = call.endedReason ?? null
  const ended = state === 'ended'
  return {
    providerCallId: call.id,
    key: keyOf(call),
    state,
    outcome: ended ? outcomeOf(endedReason) : null,
    endedReason,
    startedAt: call.startedAt ?? null,
    endedAt: call.endedAt ?? null,
    durationS: ended ? durationOf(call) : 0,
    turns: turnsOf(call.artifact?.messages ?? []),
    summary: call.analysis?.summary?.trim() || null,
    success: successOf(call.analysis?.successEvaluation),
    recordingUrl: recordingUrlOf(call),
    costUsd: call.cost ?? null,
  }
}

/** The lasting address; reading it may need the API key. */
export function recordingUrlOf({ artifact }: VapiCall): string | null {
  return artifact?.recording?.mono?.combinedUrl ?? artifact?.recordingUrl ?? null
}

function keyOf(call: VapiCall): string | null {
  return (
    call.assistantOverrides?.metadata?.switchboardKey ??
    call.assistant?.metadata?.switchboardKey ??
    keyOfTag(call.customer?.externalId) ??
    keyOfTag(call.name)
  )
}

const UNANSWERED = new Set(['no_answer', 'busy', 'invalid_number'])

/** Vapi counts from the attempt; nobody was connected where nobody answered. */
function durationOf({ startedAt, endedAt, endedReason }: VapiCall): number {
  const reason = endedReason ?? null
  if (!startedAt || !endedAt || wasNeverConnected(reason) || UNANSWERED.has(outcomeOf(reason))) return 0
  return Math.max(0, (endedAt - startedAt) / 1000)
}

function turnsOf(messages: unknown[]): CallTurn[] {
  return messages.flatMap((message) => {
    const spoken = SpokenSchema.safeParse(message)
    if (!spoken.success || spoken.data.message.trim() === '') return []
    const { role, message: text, secondsFromStart } = spoken.data
    const speaker = role === 'user' ? 'customer' : 'assistant'
    return [{ speaker, text: text.trim(), atS: Math.max(0, secondsFromStart ?? 0) }]
  })
}

/** A string even for the rubric PassFail: docs.vapi.ai/assistants/call-analysis */
function successOf(evaluation: string | boolean | null | undefined): boolean | null {
  const word = String(evaluation ?? '')
    .trim()
    .toLowerCase()
  if (word === 'true') return true
  return word === 'false' ? false : null
}
