import { sql } from 'kysely'
import { type Executor, type FlowTriggersTable, insertInto, prepared, qb, type Tx } from '../index.ts'

/** Templates that start by events. */

export const insertTrigger = insertInto('flow_triggers', [
  'id',
  'org',
  'name',
  'event_type',
  'conditions',
  'template',
  'params',
  'enabled',
  'last_at',
  'last_event_id',
  'last_flow_id',
  'last_error',
  'created_by',
  'created_at',
  'updated_at',
])

const enabledOfType = prepared<{ org: string; type: string }, Pick<FlowTriggersTable, 'id'>>((p) =>
  qb
    .selectFrom('flow_triggers')
    .select('id')
    .where('org', '=', p.org)
    .where('event_type', '=', p.type)
    // A literal: only then does SQLite use the partial index.
    .where('enabled', '=', sql.lit(1)),
)

/** The triggers that an event of this type may set off: what matching costs follows their number alone. */
export const triggersOf = (read: Executor, org: string, type: string) =>
  read.all(enabledOfType({ org, type }))

const triggerById = prepared<{ org: string; id: string }, FlowTriggersTable>((p) =>
  qb.selectFrom('flow_triggers').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getTrigger = (read: Executor, org: string, id: string) => read.first(triggerById({ org, id }))

export function listTriggers(
  read: Executor,
  org: string,
  page: { limit: number; before?: string },
): Promise<FlowTriggersTable[]> {
  let query = qb.selectFrom('flow_triggers').selectAll().where('org', '=', org)
  if (page.before) query = query.where('id', '<', page.before)
  return read.all(query.orderBy('id', 'desc').limit(page.limit))
}

type TriggerChange = Partial<
  Pick<
    FlowTriggersTable,
    'enabled' | 'last_at' | 'last_event_id' | 'last_flow_id' | 'last_error' | 'updated_at'
  >
>

/** @returns false when there is none. */
export async function changeTrigger(
  tx: Tx,
  org: string,
  id: string,
  change: TriggerChange,
): Promise<boolean> {
  const changed = await tx.run(
    qb.updateTable('flow_triggers').set(change).where('org', '=', org).where('id', '=', id),
  )
  return changed > 0
}

/** @returns false when there was none. */
export async function deleteTrigger(tx: Tx, org: string, id: string): Promise<boolean> {
  return (await tx.run(qb.deleteFrom('flow_triggers').where('org', '=', org).where('id', '=', id))) > 0
}
