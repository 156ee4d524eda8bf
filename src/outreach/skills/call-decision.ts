import { z } from 'zod'
import { CallSnapshotSchema } from '../../events/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { CallTurn } from '../../ports/index.ts'
import { ContextPack, type Decision } from '../../skills/index.ts'
import type { CallsTable, Executor } from '../../store/index.ts'
import { getCall } from '../../store/rows/calls.ts'
import { turnsOfCall } from '../../store/rows/messages.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import { CallJudgementSchema, type CallVerdict, outcomeSections, settleCall } from '../call-outcome.ts'
import { successNote } from '../note.ts'
import type { OutreachDeps } from './deps.ts'
import { goalOf } from './prepare-call.ts'

export type CallResult = CallVerdict & {
  callId: string /** For the desk, when the ticket may be solved. */
  note: string
}

/** What a call came to: the model judges the transcript, code holds it to the words that were said. */
export function callDecision(deps: OutreachDeps): Decision {
  return async (input, about): Promise<CallResult> => {
    const { callId } = z.object({ callId: z.string() }).parse(input)
    const call = await getCall(deps.store.read, about.org, callId)
    if (!call) throw new InputError('unknown_call', `There is no call ${callId}.`)
    const turns = await loadTurns(deps.store.read, about.org, call)
    const snapshot = {
      outcome: CallSnapshotSchema.shape.outcome.parse(call.outcome),
      endedReason: call.ended_reason,
      turns,
      success: call.success === null ? null : call.success === 1,
      summary: call.summary,
    }
    const judgement = turns.length > 0 ? await judge(deps, call, snapshot, about) : null
    const verdict = settleCall(snapshot, judgement)
    return {
      ...verdict,
      callId,
      note: successNote({
        verdict,
        turns,
        durationS: call.duration_s ?? 0,
        recordingUrl: call.recording_url,
      }),
    }
  }
}

async function judge(
  deps: OutreachDeps,
  call: CallsTable,
  snapshot: Parameters<typeof settleCall>[0],
  about: { org: string; flowId: string; caseId: string },
) {
  const ticket = call.ticket ? await getTicket(deps.store.read, about.org, call.ticket) : undefined
  const pack = ContextPack.parse(JSON.parse(call.context_pack))
  const asked = await deps.ai.ask({
    prompt: 'call_outcome',
    sections: outcomeSections({
      ticketRef: call.ticket ?? call.id,
      subject: ticket?.subject ?? '',
      goal: goalOf(ticket?.subject ?? ''),
      success: pack.successCriteria,
      language: call.language,
      call: snapshot,
    }),
    schema: CallJudgementSchema,
    caseId: about.caseId,
    flowId: about.flowId,
    purpose: 'call outcome',
  })
  return asked.kind === 'answer' ? asked.value : null
}

const TurnMeta = z.object({ atS: z.number() })

/** The turns of a call's last attempt out of the conversation: what a machine said to an earlier one is no answer. */
export async function loadTurns(
  read: Executor,
  org: string,
  call: Pick<CallsTable, 'id' | 'provider_call_id'>,
): Promise<CallTurn[]> {
  const rows = await turnsOfCall(read, org, call.id)
  const ofLast = rows.filter((row) => row.provider_id?.startsWith(`${call.provider_call_id}#`))
  return ofLast.map((row) => ({
    speaker: row.direction === 'out' ? ('assistant' as const) : ('customer' as const),
    text: row.body,
    atS: TurnMeta.parse(JSON.parse(row.meta)).atS,
  }))
}
