import { type Executor, type FlowWaitsTable, insertInto, prepared, qb, type Tx } from '../index.ts'

/** What parked steps wait for; an event that matches wakes the flow. */

export const insertWait = insertInto('flow_waits', [
  'step_id',
  'org',
  'flow_id',
  'event_type',
  'correlation',
  'until',
])

const waitsFor = prepared<{ org: string; type: string; correlation: string }, FlowWaitsTable>((p) =>
  qb
    .selectFrom('flow_waits')
    .selectAll()
    .where('org', '=', p.org)
    .where('event_type', '=', p.type)
    .where('correlation', '=', p.correlation),
)

export const findWaits = (read: Executor, org: string, type: string, correlation: string) =>
  read.all(waitsFor({ org, type, correlation }))

const deleteWaitOf = prepared<{ step: string }, unknown>((p) =>
  qb.deleteFrom('flow_waits').where('step_id', '=', p.step),
)

/** @returns false when the event was there first. */
export async function deleteWait(tx: Tx, step: string): Promise<boolean> {
  return (await tx.run(deleteWaitOf({ step }))) > 0
}

export const deleteWaitsOfFlow = (tx: Tx, flow: string) =>
  tx.run(qb.deleteFrom('flow_waits').where('flow_id', '=', flow))
