import { type FlowStepsTable, type FlowsTable, prepared, qb, type Tx } from '../index.ts'

/** Steps that are put into a flow, taken out of it, and those behind them. */

type Moved = Pick<
  FlowStepsTable,
  'id' | 'position' | 'on_success_goto' | 'on_fail_goto' | 'param_mappings' | 'settings'
>

const place = prepared<Moved, unknown>((p) =>
  qb
    .updateTable('flow_steps')
    .set({
      position: p.position,
      on_success_goto: p.on_success_goto,
      on_fail_goto: p.on_fail_goto,
      param_mappings: p.param_mappings,
      settings: p.settings,
    })
    .where('id', '=', p.id),
)

/** Writes where a step stands and what it says of others. */
export const placeStep = (tx: Tx, step: Moved) => tx.run(place(step))

export const removeStep = (tx: Tx, id: string) => tx.run(qb.deleteFrom('flow_steps').where('id', '=', id))

/**
 * Notes that a flow's steps are others now, which makes a transition void that is under way at the same moment.
 * @returns false when the flow is not as it was read any more.
 */
export async function changeStepCount(
  tx: Tx,
  flow: { org: string; id: string; total_steps: number; updated_at: number },
  read: Pick<FlowsTable, 'steps_executed' | 'updated_at' | 'status'>,
): Promise<boolean> {
  const changed = await tx.run(
    qb
      .updateTable('flows')
      .set({ total_steps: flow.total_steps, updated_at: flow.updated_at })
      .where('org', '=', flow.org)
      .where('id', '=', flow.id)
      // Many steps fit into a millisecond.
      .where('steps_executed', '=', read.steps_executed)
      .where('updated_at', '=', read.updated_at)
      .where('status', '=', read.status),
  )
  return changed > 0
}
