import { sql } from 'kysely'
import {
  type Executor,
  type FlowStepsTable,
  type FlowsTable,
  insertInto,
  prepared,
  qb,
  type Tx,
} from '../index.ts'
import { isFinal } from './flows.ts'

/** The steps of flows: what each is, and how far it is. */

export const insertStep = insertInto('flow_steps', [
  'id',
  'org',
  'flow_id',
  'position',
  'parent_step_id',
  'type',
  'name',
  'skill',
  'title',
  'description',
  'input_params',
  'param_mappings',
  'settings',
  'on_success_goto',
  'on_fail_goto',
  'status',
  'runs',
  'attempts',
  'input',
  'result',
  'error',
  'error_code',
  'user_response',
  'prompt',
  'repairs',
  'wait_until',
  'waited_ms',
  'started_at',
  'completed_at',
  'created_at',
  'updated_at',
])

const stepsOf = prepared<{ flow: string }, FlowStepsTable>((p) =>
  qb.selectFrom('flow_steps').selectAll().where('flow_id', '=', p.flow).orderBy('position'),
)

type Standing = Pick<FlowsTable, 'id' | 'status' | 'position' | 'entered_at' | 'entered_runs'>

/**
 * A flow's steps as they stand. The one that it entered is not written before it comes to something: a step that
 * goes straight through costs one write, and what it would say follows from the flow's row.
 */
export async function getSteps(read: Executor, flow: Standing): Promise<FlowStepsTable[]> {
  const steps = await read.all(stepsOf({ flow: flow.id }))
  if (flow.status === 'completed') return steps.map(skippedIfPassed)
  const at = steps[flow.position]
  if (!at || at.runs >= flow.entered_runs || isFinal(flow.status)) return steps
  return steps.with(flow.position, enteredStep(at, flow.entered_runs, flow.entered_at))
}

/** What a flow jumped over by the time it was completed. */
const skippedIfPassed = (step: FlowStepsTable): FlowStepsTable =>
  step.status === 'pending' ? { ...step, status: 'skipped' } : step

/** What an execution of a step has not come to yet. */
export const blankRun = {
  input: null,
  result: null,
  error: null,
  error_code: null,
  user_response: null,
  prompt: null,
  repairs: null,
  wait_until: null,
  waited_ms: 0,
  completed_at: null,
} satisfies Partial<FlowStepsTable>

/** A step at the begin of its `runs`-th execution: nothing of the one before is left. */
export function enteredStep(step: FlowStepsTable, runs: number, at: number | null): FlowStepsTable {
  return { ...step, ...blankRun, status: 'running', runs, attempts: 1, started_at: at }
}

export type StepChange = Pick<
  FlowStepsTable,
  | 'status'
  | 'runs'
  | 'attempts'
  | 'input'
  | 'result'
  | 'error'
  | 'error_code'
  | 'user_response'
  | 'prompt'
  | 'repairs'
  | 'wait_until'
  | 'waited_ms'
  | 'started_at'
  | 'completed_at'
  | 'updated_at'
>

const changeStep = prepared<StepChange & { id: string }, unknown>((p) =>
  qb
    .updateTable('flow_steps')
    .set({
      status: p.status,
      runs: p.runs,
      attempts: p.attempts,
      input: p.input,
      result: p.result,
      error: p.error,
      error_code: p.error_code,
      user_response: p.user_response,
      prompt: p.prompt,
      repairs: p.repairs,
      wait_until: p.wait_until,
      waited_ms: p.waited_ms,
      started_at: p.started_at,
      completed_at: p.completed_at,
      updated_at: p.updated_at,
    })
    .where('id', '=', p.id),
)

const answerOnce = prepared<{ id: string; answer: string; now: number }, unknown>((p) =>
  qb
    .updateTable('flow_steps')
    .set({ user_response: p.answer, updated_at: p.now })
    .where('id', '=', p.id)
    .where('status', '=', sql.lit('awaiting_user'))
    .where('user_response', 'is', null),
)

/** @returns false when the step has been answered, or does not wait any more. */
export async function answerStep(tx: Tx, id: string, answer: string, now: number): Promise<boolean> {
  return (await tx.run(answerOnce({ id, answer, now }))) > 0
}

/** A prompt is asked of somebody else. @returns false when the step has been answered, or does not wait any more. */
export async function reassignPrompt(
  tx: Tx,
  change: { id: string; prompt: string; waitedMs: number; now: number },
): Promise<boolean> {
  const changed = await tx.run(
    qb
      .updateTable('flow_steps')
      .set({
        prompt: change.prompt,
        waited_ms: sql<number>`waited_ms + ${change.waitedMs}`,
        updated_at: change.now,
      })
      .where('id', '=', change.id)
      .where('status', '=', 'awaiting_user')
      .where('user_response', 'is', null),
  )
  return changed > 0
}

const touchUnanswered = prepared<{ id: string; answer: string }, unknown>((p) =>
  qb
    .updateTable('flow_steps')
    .set((set) => ({ user_response: set.ref('user_response') }))
    .where('id', '=', p.id)
    .where(sql<string>`coalesce(user_response, '')`, '=', p.answer),
)

/** @returns false when somebody has answered the step since it was read: an answer is not written over. */
export async function isAnsweredAsRead(
  tx: Tx,
  step: Pick<FlowStepsTable, 'id' | 'user_response'>,
): Promise<boolean> {
  return (await tx.run(touchUnanswered({ id: step.id, answer: step.user_response ?? '' }))) > 0
}

export const saveStep = (tx: Tx, step: StepChange & { id: string }) => tx.run(changeStep(step))
