import { type DeskWritesTable, type Executor, insertInto, prepared, qb, type Tx } from '../index.ts'

/** The ledger of what we changed on a desk, field by field: old value, new value, and whether the desk took it. */
export const insertDeskWrite = insertInto('desk_writes', [
  'id',
  'org',
  'effect_id',
  'ticket',
  'field',
  'old_value',
  'new_value',
  'state',
  'at',
])

const settle = prepared<{ effect: string; state: string }, unknown>((p) =>
  qb.updateTable('desk_writes').set({ state: p.state }).where('effect_id', '=', p.effect),
)

export const settleDeskWrites = (tx: Tx, effect: string, state: 'done' | 'failed') =>
  tx.run(settle({ effect, state }))

const ofEffect = prepared<{ effect: string }, DeskWritesTable>((p) =>
  qb.selectFrom('desk_writes').selectAll().where('effect_id', '=', p.effect).orderBy('id'),
)

/** What one effect changed, field by field. */
export const deskWritesOfEffect = (read: Executor, effect: string) => read.all(ofEffect({ effect }))

/** Our writes to a ticket since `since`, newest last: a change that the desk reports may be our own. */
const since = prepared<{ org: string; ticket: string; since: number }, DeskWritesTable>((p) =>
  qb
    .selectFrom('desk_writes')
    .selectAll()
    .where('org', '=', p.org)
    .where('ticket', '=', p.ticket)
    .where('at', '>=', p.since)
    .orderBy('at'),
)

export const deskWritesSince = (read: Executor, org: string, ticket: string, at: number) =>
  read.all(since({ org, ticket, since: at }))

export function deskWritesOf(read: Executor, org: string, ticket: string): Promise<DeskWritesTable[]> {
  return read.all(
    qb
      .selectFrom('desk_writes')
      .selectAll()
      .where('org', '=', org)
      .where('ticket', '=', ticket)
      .orderBy('at')
      .orderBy('id')
      .limit(500),
  )
}
