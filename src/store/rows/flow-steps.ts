import { sql } from 'kysely'
import { type Executor, type FlowStepsTable, insertInto, prepared, qb, type Tx } from '../index.ts'

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
  'user_response',
  'wait_until',
  'started_at',
  'completed_at',
  'created_at',
  'updated_at',
])

const stepsOf = prepared<{ flow: string }, FlowStepsTable>((p) =>
  qb.selectFrom('flow_steps').selectAll().where('flow_id', '=', p.flow).orderBy('position'),
)

export const getSteps = (read: Executor, flow: string) => read.all(stepsOf({ flow }))

export type StepChange = Pick<
  FlowStepsTable,
  | 'status'
  | 'runs'
  | 'attempts'
  | 'input'
  | 'result'
  | 'error'
  | 'user_response'
  | 'wait_until'
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
      user_response: p.user_response,
      wait_until: p.wait_until,
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
