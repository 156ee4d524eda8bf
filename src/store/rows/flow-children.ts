import { sql } from 'kysely'
import { type Executor, type FlowStepsTable, type FlowsTable, prepared, qb, type Tx } from '../index.ts'
import { isFinal } from './flows.ts'

/** Branches and sub-flows: flows that a step of another flow started and waits for. */

const columns = [
  'id',
  'org',
  'case_id',
  'title',
  'template',
  'branch',
  'status',
  'outcome',
  'last_error',
  'waiting_for',
  'waiting_until',
  'started_at',
  'completed_at',
  'updated_at',
  'parent_flow_id',
  'parent_step_id',
  'parent_runs',
] as const

/** Without its context, which may be large. */
export type ChildFlow = Pick<FlowsTable, (typeof columns)[number]>

const ofRun = prepared<{ parent: string; step: string; runs: number }, ChildFlow>((p) =>
  qb
    .selectFrom('flows')
    .select([...columns])
    .where('parent_flow_id', '=', p.parent)
    .where('parent_step_id', '=', p.step)
    .where('parent_runs', '=', p.runs)
    .orderBy('id'),
)

/** The children of exactly this execution of a step, in the order in which they were started. */
export const childrenOfRun = (read: Executor, step: Pick<FlowStepsTable, 'id' | 'flow_id' | 'runs'>) =>
  read.all(ofRun({ parent: step.flow_id, step: step.id, runs: step.runs }))

const ofFlow = prepared<{ parent: string }, ChildFlow>((p) =>
  qb
    .selectFrom('flows')
    .select([...columns])
    .where('parent_flow_id', '=', p.parent)
    .orderBy('id'),
)

/** Every flow that steps of this one started, the oldest first. */
export const childrenOf = (read: Executor, flow: string) => read.all(ofFlow({ parent: flow }))

const below = prepared<{ flow: string }, { id: string }>((p) =>
  qb
    .selectFrom('flows')
    .select('id')
    .where('id', '!=', p.flow)
    .where(
      'id',
      'in',
      sql<string>`(
      WITH RECURSIVE down (id) AS (
        SELECT id FROM flows WHERE id = ${p.flow}
        UNION ALL SELECT flows.id FROM flows JOIN down ON flows.parent_flow_id = down.id)
      SELECT id FROM down)`,
    ),
)

/** The ids of all branches and sub-flows of a flow, and of theirs. */
export const flowsBelow = async (read: Executor, flow: string): Promise<string[]> =>
  (await read.all(below({ flow }))).map(({ id }) => id)

/** Those that are not over. */
export async function openChildren(read: Executor, flow: string): Promise<ChildFlow[]> {
  return (await childrenOf(read, flow)).filter(({ status }) => !isFinal(status))
}

const statusOf = prepared<{ org: string; id: string }, Pick<FlowsTable, 'status'>>((p) =>
  qb.selectFrom('flows').select('status').where('org', '=', p.org).where('id', '=', p.id),
)

export const flowStatus = async (read: Executor, org: string, id: string): Promise<string | undefined> =>
  (await read.first(statusOf({ org, id })))?.status

const lastDone = prepared<{ flow: string }, Pick<FlowStepsTable, 'result'>>((p) =>
  qb
    .selectFrom('flow_steps')
    .select('result')
    .where('flow_id', '=', p.flow)
    .where('status', '=', sql.lit('completed'))
    .orderBy('completed_at', 'desc')
    .orderBy('position', 'desc')
    .limit(1),
)

/** What a flow came to: the result of the step that it completed last. */
export async function resultOfFlow(read: Executor, flow: string): Promise<unknown> {
  const row = await read.first(lastDone({ flow }))
  return row?.result ? JSON.parse(row.result) : null
}

/** A child that failed, or was cancelled because another one did, goes on with its parent. */
export const reopenChild = (
  tx: Tx,
  child: { id: string; status: 'pending' | 'running'; waitingFor: string; now: number },
) =>
  tx.run(
    qb
      .updateTable('flows')
      .set({
        status: child.status,
        outcome: null,
        last_error: null,
        completed_at: null,
        fingerprint: null,
        waiting_for: child.waitingFor,
        waiting_until: null,
        updated_at: child.now,
      })
      .where('id', '=', child.id)
      .where('status', 'in', ['failed', 'cancelled']),
  )

/** What a cancelled flow had not come to by then is ahead of it again. */
export const reopenSteps = (tx: Tx, flow: string, now: number) =>
  tx.run(
    qb
      .updateTable('flow_steps')
      .set({ status: 'pending', updated_at: now })
      .where('flow_id', '=', flow)
      .where('status', '=', 'cancelled'),
  )

/** Whatever a flow has not come to. */
export const cancelSteps = (tx: Tx, flow: string, now: number) =>
  tx.run(
    qb
      .updateTable('flow_steps')
      .set({ status: 'cancelled', updated_at: now })
      .where('flow_id', '=', flow)
      .where('status', 'in', ['pending', 'running', 'waiting', 'awaiting_user']),
  )
