import { sql } from 'kysely'
import { type Executor, type FlowsTable, prepared, qb, type Tx } from '../index.ts'

/** A flow and those above it: what it uses up counts for all of them. */

const flowAndThoseAbove = (id: string) =>
  sql<string>`(
    WITH RECURSIVE up (id, parent) AS (
      SELECT id, parent_flow_id FROM flows WHERE id = ${id}
      UNION ALL SELECT flows.id, flows.parent_flow_id FROM flows JOIN up ON flows.id = up.parent)
    SELECT id FROM up)`

const stepsAbove = prepared<{ id: string; steps: number }, unknown>((p) =>
  qb
    .updateTable('flows')
    .set({ steps_below: sql<number>`steps_below + ${p.steps}` })
    .where('id', 'in', flowAndThoseAbove(p.id))
    .where('id', '!=', p.id),
)

/** Counts steps that a branch or a sub-flow executes for every flow above it. */
export const countStepsAbove = (tx: Tx, flow: string, steps: number) =>
  tx.run(stepsAbove({ id: flow, steps }))

const above = prepared<{ id: string }, FlowsTable>((p) =>
  qb
    .selectFrom('flows')
    .selectAll()
    .where('id', 'in', flowAndThoseAbove(p.id))
    .where('id', '!=', p.id)
    .orderBy('depth'),
)

/** The flows that a branch or a sub-flow runs for, the outermost first. */
export const flowsAbove = (read: Executor, flow: string) => read.all(above({ id: flow }))

const addSpent = prepared<{ id: string; usd: number; tokens: number }, unknown>((p) =>
  qb
    .updateTable('flows')
    .set({
      spent_usd: sql<number>`spent_usd + ${p.usd}`,
      spent_tokens: sql<number>`spent_tokens + ${p.tokens}`,
    })
    .where('id', 'in', flowAndThoseAbove(p.id)),
)

/** Counts what a model run or a call of this flow cost, for the flows above it as well: bounds are held against the sums. */
export const spend = (tx: Tx, flow: string, usd: number, tokens: number) =>
  tx.run(addSpent({ id: flow, usd, tokens }))
