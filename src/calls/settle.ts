import type { Events, Origin } from '../events/index.ts'
import type { CallOutcome, CallSnapshot, Clock } from '../ports/index.ts'
import { type CallsTable, lock, type Tx } from '../store/index.ts'
import { getCall, updateCall } from '../store/rows/calls.ts'
import { answerEffect } from '../store/rows/effects.ts'
import { spend } from '../store/rows/flow-family.ts'
import { depthBelow } from '../store/rows/flows.ts'
import { insertMessage } from '../store/rows/messages.ts'
import type { OrgId } from '../work/index.ts'

/** Connected for less than this is a missed call. */
const MISSED_BELOW_S = 15
const RING_AGAIN_MS = 15 * 60_000
const BROKEN_AGAIN_MS = 30_000

export type CallLimits = { maxRetries: number; backoffMultiplier: number }

/** What is to be done about an outcome: over, called again after a while, or given up. */
type Class = { kind: 'completed' } | { kind: 'again'; firstMs: number } | { kind: 'failed' }

function classOf(outcome: CallOutcome, turns: number): Class {
  switch (outcome) {
    case 'answered':
    case 'transferred':
      return { kind: 'completed' }
    case 'no_answer':
    case 'busy':
    case 'voicemail':
      return { kind: 'again', firstMs: RING_AGAIN_MS }
    case 'transient':
      return turns > 0 ? { kind: 'completed' } : { kind: 'again', firstMs: BROKEN_AGAIN_MS }
    case 'invalid_number':
    case 'rejected':
      return { kind: 'failed' }
    case 'unknown':
      return turns > 0 ? { kind: 'completed' } : { kind: 'failed' }
  }
}

export type SettleDeps = {
  clock: Clock
  newId: (prefix: string) => string
  events: Events
  limits: CallLimits
  queueCall: (tx: Tx, org: OrgId, call: { id: string; caseId: string; runAt?: number }) => Promise<void>
}

/**
 * The end of a call's attempt, from whichever says so first: webhook, poll, or our own refusal to dial. The
 * second one finds the call settled and changes nothing; a late report of an earlier attempt neither.
 * @returns whether it was this report that settled the attempt.
 */
export async function settleAttempt(
  deps: SettleDeps,
  tx: Tx,
  org: OrgId,
  callId: string,
  end: CallSnapshot,
): Promise<boolean> {
  await lock(tx, `call:${callId}`)
  const call = await getCall(tx, org, callId)
  if (call?.status !== 'processing' || !isThisAttempt(call, end)) return false
  const outcome = end.outcome ?? 'unknown'
  const what = classOf(outcome, end.turns.length)
  const now = deps.clock.now()
  const reported = {
    provider_call_id: end.providerCallId,
    outcome,
    ended_reason: end.endedReason,
    started_at: end.startedAt,
    ended_at: end.endedAt ?? now,
    duration_s: end.durationS,
    summary: end.summary,
    success: end.success === null ? null : Number(end.success),
    recording_url: end.recordingUrl,
    cost_usd: (call.cost_usd ?? 0) + (end.costUsd ?? 0),
    updated_at: now,
  }
  const origin = await originOf(tx, org, call)
  await storeTurns(deps, tx, call, end)
  if (call.flow_id !== null && end.costUsd) await spend(tx, call.flow_id, end.costUsd, 0)
  if (call.provider_key !== null) {
    const answer = JSON.stringify({ provider: call.provider, providerCallId: end.providerCallId })
    await answerEffect(tx, { org, id: call.provider_key, answer, now })
  }
  if (what.kind !== 'completed' || end.durationS < MISSED_BELOW_S) {
    const missed = { callId, customerId: call.customer_id, outcome, durationS: end.durationS }
    await deps.events.raise(tx, { type: 'missed_call', ...missed }, origin)
  }
  if (what.kind === 'again' && call.attempts <= deps.limits.maxRetries) {
    const runAt = now + Math.round(what.firstMs * deps.limits.backoffMultiplier ** (call.attempts - 1))
    await updateCall(tx, org, callId, {
      ...reported,
      status: 'pending_ai_call',
      reason: `attempt ${call.attempts}: ${outcome}; again later`,
      held_gate: 'retry',
      held_until: runAt,
    })
    await deps.queueCall(tx, org, { id: callId, caseId: call.case_id, runAt })
    return true
  }
  await updateCall(tx, org, callId, {
    ...reported,
    status: what.kind === 'completed' ? 'completed' : 'failed',
    reason: what.kind === 'completed' ? null : outcome,
  })
  await raiseEnd(deps, tx, org, call, {
    outcome,
    durationS: end.durationS,
    failed: what.kind !== 'completed',
  })
  return true
}

/** A call that is given up before it was ever (again) dialled: a gate that only people open, a final refusal. */
export async function abandonCall(
  deps: SettleDeps,
  tx: Tx,
  org: OrgId,
  callId: string,
  why: { reason: string; outcome: CallOutcome },
): Promise<void> {
  await lock(tx, `call:${callId}`)
  const call = await getCall(tx, org, callId)
  if (!call || call.status === 'completed' || call.status === 'failed') return
  const now = deps.clock.now()
  await updateCall(tx, org, callId, {
    status: 'failed',
    outcome: why.outcome,
    ended_reason: why.reason,
    reason: why.reason,
    held_gate: null,
    held_until: null,
    ended_at: now,
    updated_at: now,
  })
  await raiseEnd(
    deps,
    tx,
    org,
    { ...call, reason: why.reason },
    { outcome: why.outcome, durationS: 0, failed: true },
  )
}

async function originOf(tx: Tx, org: OrgId, call: CallsTable): Promise<Origin> {
  const depth = await depthBelow(tx, org, call.flow_id)
  return { org, caseId: call.case_id, cause: `call:${call.id}:${call.attempts}`, depth }
}

async function raiseEnd(
  deps: SettleDeps,
  tx: Tx,
  org: OrgId,
  call: CallsTable,
  end: { outcome: CallOutcome; durationS: number; failed: boolean },
) {
  const about = { callId: call.id, customerId: call.customer_id, flowId: call.flow_id }
  const origin = await originOf(tx, org, call)
  if (end.failed) {
    const reason = call.reason ?? end.outcome
    await deps.events.raise(tx, { type: 'call_failed', ...about, reason, attempts: call.attempts }, origin)
  }
  await deps.events.raise(
    tx,
    {
      type: 'call_ended',
      ...about,
      ticket: call.ticket,
      outcome: end.outcome,
      durationS: end.durationS,
      endedAt: deps.clock.now(),
    },
    origin,
  )
}

/** The provider's id where we have it; before our request was answered, our key. */
function isThisAttempt(call: CallsTable, end: CallSnapshot): boolean {
  return call.provider_call_id !== null
    ? call.provider_call_id === end.providerCallId
    : end.key !== null && end.key === call.provider_key
}

/** What was said becomes part of the customer's one conversation. */
async function storeTurns(deps: SettleDeps, tx: Tx, call: CallsTable, end: CallSnapshot) {
  for (const [index, turn] of end.turns.entries()) {
    await tx.run(
      insertMessage({
        id: deps.newId('msg'),
        org: call.org,
        customer_id: call.customer_id,
        channel: 'call',
        direction: turn.speaker === 'assistant' ? 'out' : 'in',
        kind: 'turn',
        ticket: call.ticket,
        flow_id: call.flow_id,
        call_id: call.id,
        effect_id: null,
        provider: call.provider,
        provider_id: `${end.providerCallId}#${index}`,
        header_id: null,
        in_reply_to: null,
        subject: null,
        body: turn.text,
        status: 'said',
        meta: JSON.stringify({ atS: turn.atS }),
        at: (end.startedAt ?? deps.clock.now()) + Math.round(turn.atS * 1_000),
      }),
    )
  }
}
