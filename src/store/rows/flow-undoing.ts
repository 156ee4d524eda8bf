import { sql } from 'kysely'
import { z } from 'zod'
import { type Executor, type FlowsTable, prepared, qb, type Tx } from '../index.ts'
import { isFinal } from './flows.ts'

/** Flows that take back what other flows did. */

const undoing = prepared<{ org: string; flow: string }, FlowsTable>((p) =>
  qb
    .selectFrom('flows')
    .selectAll()
    .where('org', '=', p.org)
    .where('undo_of', '=', p.flow)
    .orderBy('id', 'desc'),
)

/** The one that is under way, if there is one. */
export async function openUndoing(read: Executor, org: string, flow: string) {
  return (await read.all(undoing({ org, flow }))).find(({ status }) => !isFinal(status))
}

const doneSteps = prepared<{ org: string; flow: string }, { settings: string }>((p) =>
  qb
    .selectFrom('flows')
    .innerJoin('flow_steps', 'flow_steps.flow_id', 'flows.id')
    .select('flow_steps.settings')
    .where('flows.org', '=', p.org)
    .where('flows.undo_of', '=', p.flow)
    .where('flow_steps.status', '=', sql.lit('completed')),
)

const Undoes = z.looseObject({ undoes: z.object({ effect: z.string() }) })

/** Ids of the flow's effects that were taken back. */
export async function undoneEffects(read: Executor, org: string, flow: string): Promise<Set<string>> {
  const rows = await read.all(doneSteps({ org, flow }))
  return new Set(rows.map(({ settings }) => Undoes.parse(JSON.parse(settings)).undoes.effect))
}

/** The step whose effect was taken back says so. */
export async function markRolledBack(tx: Tx, step: string, now: number): Promise<void> {
  await tx.run(
    qb
      .updateTable('flow_steps')
      .set({ status: 'rolled_back', updated_at: now })
      .where('id', '=', step)
      .where('status', 'in', ['completed', 'failed', 'cancelled']),
  )
}
