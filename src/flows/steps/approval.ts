import { z } from 'zod'
import { roles } from '../../skills/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { oneWith } from '../answers/may.ts'
import { resolve } from '../mappings.ts'
import type { StepOutcome } from '../outcome.ts'
import { type FlowState, settingsOf } from '../state.ts'
import { durationOf, parkedOrTimedOut, type StepRun } from './run.ts'

const Settings = z.looseObject({
  policy: z.enum(['contacts', 'always']),
  role: z.enum(roles),
  payload: z.record(z.string(), z.unknown()),
  editable: z.array(z.string()),
  within: z.string(),
})
/** What an approval shows while it waits. */
export const AskedFor = z.looseObject({ payload: z.record(z.string(), z.unknown()) })

/** What a person answered, as control.ts stored it. */
export const ApprovalAnswer = z.object({
  approved: z.boolean(),
  by: z.string(),
  at: z.number(),
  edit: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  note: z.string().nullable(),
})
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>

/** A person looks at a payload, may edit what is editable of it, and lets it go or not. */
export function approval(run: StepRun): StepOutcome {
  const { deps, state, step } = run
  if (step.user_response !== null) return answered(step, step.user_response)
  if (step.wait_until !== null) return parkedOrTimedOut(run)
  const settings = settingsOf(Settings, step)
  const payload = resolve(settings.payload, run.scope())
  const approvedBefore = state.steps.some(
    (other) =>
      other.type === 'approval' &&
      other.position !== step.position &&
      // What was approved of the flow that this one replays was approved for that one.
      (other.completed_at ?? 0) >= state.flow.created_at &&
      wasApprovedByPerson(other),
  )
  if (settings.policy === 'contacts' && !deps.approvalNeeded(approvedBefore || wasApprovedEarlier(state))) {
    return {
      kind: 'done',
      result: { approved: true, by: 'policy', edited: [], payload },
      note: 'no approval needed',
    }
  }
  return {
    kind: 'wait',
    status: 'awaiting_user',
    waitingFor: `approval of "${step.title}" by ${oneWith(settings.role)}`,
    until: deps.clock.now() + durationOf(settings.within, run),
    result: { payload },
  }
}

function answered(step: FlowStepsTable, response: string): StepOutcome {
  const answer = ApprovalAnswer.parse(JSON.parse(response))
  if (!answer.approved) {
    const why = answer.note ? `: ${answer.note}` : ''
    return {
      kind: 'failed',
      code: 'rejected',
      error: `Rejected by ${answer.by}${why}`,
      retry: { when: 'never' },
      by: answer.by,
    }
  }
  const asked = AskedFor.parse(JSON.parse(step.result ?? '{}'))
  return {
    kind: 'done',
    result: {
      approved: true,
      by: answer.by,
      edited: Object.keys(answer.edit),
      payload: { ...asked.payload, ...answer.edit },
    },
    by: answer.by,
  }
}

const Approved = z.looseObject({ approved: z.literal(true), by: z.string() })

function wasApprovedByPerson(step: FlowStepsTable): boolean {
  if (step.status !== 'completed' || step.result === null) return false
  const approved = Approved.safeParse(JSON.parse(step.result))
  return approved.success && approved.data.by !== 'policy'
}

/** The same approval step may be passed again in a loop; its first answer is remembered in the context. */
const wasApprovedEarlier = (state: FlowState) => state.context.approvedOnce === true
