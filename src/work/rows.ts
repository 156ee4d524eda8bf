import { sql } from 'kysely'
import type { Instant } from '../ports/index.ts'
import {
  type Executor,
  insertInto,
  lock,
  prepared,
  type Query,
  qb,
  type Tx,
  type WorkTable,
} from '../store/index.ts'

/**
 * The `work` table: `due` (waiting for its time), `leased` (somebody runs it), `dead` (gave up, kept for people).
 * States are literals in the SQL: only then does SQLite use the partial indexes.
 */
const due = sql.lit('due')
const leased = sql.lit('leased')
const dead = sql.lit('dead')

const columns = [
  'id',
  'org',
  'kind',
  'work_key',
  'unique_key',
  'payload',
  'case_id',
  'run_at',
  'attempts',
  'state',
  'lease_until',
  'leased_key',
  'last_error',
  'created_at',
  'leases',
  'interruptions',
] as const

/** Left out where a row with this id is there already. */
const insertOnce = insertInto('work', columns, { orIgnore: true })

/**
 * Merges with a row of the same unique key that still waits; the earlier time wins. The merge writes to that row,
 * so that nobody leases it before this transaction's change, which made the work necessary, can be seen.
 */
const insertMerging = prepared<WorkTable, unknown>((row) =>
  qb
    .insertInto('work')
    .values(Object.fromEntries(columns.map((column) => [column, row[column]])) as WorkTable)
    .onConflict((conflict) =>
      conflict
        .columns(['org', 'unique_key'])
        .where('state', '=', due)
        .where('unique_key', 'is not', null)
        .doUpdateSet({
          run_at: sql<Instant>`case when excluded.run_at < work.run_at then excluded.run_at else work.run_at end`,
        }),
    ),
)

export const insertRow = (tx: Tx, row: WorkTable) =>
  tx.run(row.unique_key === null ? insertOnce(row) : insertMerging(row))

/** Due rows whose key nobody holds, oldest first. */
const selectDue = prepared<{ now: Instant; limit: number }, { id: string; work_key: string | null }>((p) =>
  qb
    .selectFrom('work')
    .select(['id', 'work_key'])
    .where('state', '=', due)
    .where('run_at', '<=', p.now)
    .where((where) =>
      where.not(
        where.exists(
          qb
            .selectFrom('work as held')
            .select('held.id')
            .whereRef('held.leased_key', '=', sql.ref('work.work_key')),
        ),
      ),
    )
    .orderBy('run_at')
    .limit(p.limit),
)

const leaseOne = prepared<{ id: string; until: Instant }, WorkTable>((p) =>
  qb
    .updateTable('work')
    .set((set) => ({
      state: leased,
      lease_until: p.until,
      leased_key: set.ref('work_key'),
      unique_key: null,
      attempts: sql<number>`attempts + 1`,
      leases: sql<number>`leases + 1`,
    }))
    .where('id', '=', p.id)
    .where('state', '=', due)
    .returningAll(),
)

/** A worker's hold on a row; the count tells it from whoever held the row before. */
export type Lease = Pick<WorkTable, 'id' | 'leases'>

/** Leases up to `limit` rows that are due, never two of one key. */
export async function leaseRows(tx: Tx, now: Instant, until: Instant, limit: number): Promise<WorkTable[]> {
  // Two processes that lease at once would pick rows of one key, and one of them would fail.
  await lock(tx, 'work.lease')
  const rows: WorkTable[] = []
  const keys = new Set<string>()
  for (const { id, work_key } of await tx.all(selectDue({ now, limit: limit * 2 }))) {
    if (rows.length === limit) break
    if (work_key !== null && keys.has(work_key)) continue
    const row = await tx.first(leaseOne({ id, until }))
    if (!row) continue
    if (work_key !== null) keys.add(work_key)
    rows.push(row)
  }
  return rows
}

const deleteLeased = prepared<Lease, unknown>((p) =>
  qb.deleteFrom('work').where('id', '=', p.id).where('state', '=', leased).where('leases', '=', p.leases),
)

/**
 * The row is finished and goes; what it did is told by events, effects and flows.
 * @returns false when the lease was lost meanwhile: the row is somebody else's, or gone.
 */
export const finishRow = async (tx: Tx, { id, leases }: Lease) =>
  (await tx.run(deleteLeased({ id, leases }))) > 0

type Release = { run_at: Instant; attempts: number; last_error: string | null }

const release = prepared<Release & Lease, unknown>((p) =>
  qb
    .updateTable('work')
    .set({
      state: due,
      lease_until: null,
      leased_key: null,
      run_at: p.run_at,
      attempts: p.attempts,
      last_error: p.last_error,
      interruptions: 0,
    })
    .where('id', '=', p.id)
    .where('state', '=', leased)
    .where('leases', '=', p.leases),
)

/** Back to waiting, to be run at `run_at`. @returns false when the lease was lost meanwhile. */
export const releaseRow = async (tx: Tx, { id, leases }: Lease, to: Release) =>
  (await tx.run(release({ id, leases, ...to }))) > 0

const hasten = prepared<{ kind: string; why: string; now: Instant }, unknown>((p) =>
  qb
    .updateTable('work')
    .set({ run_at: p.now })
    .where('id', '=', (one) =>
      one
        .selectFrom('work as waiting')
        .select('waiting.id')
        .where('waiting.state', '=', due)
        .where('waiting.kind', '=', p.kind)
        .where('waiting.last_error', '=', p.why)
        .where('waiting.run_at', '>', p.now)
        .orderBy('waiting.run_at')
        .limit(1),
    ),
)

/** What has waited longest for this reason is due now. @returns how many rows: 0 or 1. */
export const hastenRow = (tx: Tx, about: { kind: string; why: string; now: Instant }) => tx.run(hasten(about))

const bury = prepared<Lease & { last_error: string }, unknown>((p) =>
  qb
    .updateTable('work')
    .set({ state: dead, lease_until: null, leased_key: null, last_error: p.last_error })
    .where('id', '=', p.id)
    .where('state', '=', leased)
    .where('leases', '=', p.leases),
)

/** Gives the row up. @returns false when the lease was lost meanwhile. */
export const buryRow = async (tx: Tx, { id, leases }: Lease, last_error: string) =>
  (await tx.run(bury({ id, leases, last_error }))) > 0

const renew = prepared<Lease & { until: Instant }, unknown>((p) =>
  qb
    .updateTable('work')
    .set({ lease_until: p.until })
    .where('id', '=', p.id)
    .where('state', '=', leased)
    .where('leases', '=', p.leases),
)

export async function renewRows(tx: Tx, held: Iterable<Lease>, until: Instant) {
  for (const { id, leases } of held) await tx.run(renew({ id, leases, until }))
}

const reclaim = prepared<{ before: Instant }, unknown>((p) =>
  qb
    .updateTable('work')
    .set({
      state: due,
      lease_until: null,
      leased_key: null,
      attempts: sql<number>`attempts - 1`,
      interruptions: sql<number>`interruptions + 1`,
    })
    .where('state', '=', leased)
    .where('lease_until', '<', p.before),
)

/** Gives back what a dead worker still holds; that it is dead is not the work's failure. @returns how many rows. */
export const reclaimRows = (tx: Tx, before: Instant) => tx.run(reclaim({ before }))

const nextDue = prepared<{ now: Instant }, { at: Instant | null }>((p) =>
  qb
    .selectFrom('work')
    .select((select) => select.fn.min('run_at').as('at'))
    .where('state', '=', due)
    .where('run_at', '>', p.now),
)

/** When the next row becomes due after `now`. Rows that are due and held back by their key are not waited for. */
export async function nextRunAfter(read: Executor, now: Instant): Promise<Instant | null> {
  return (await read.first(nextDue({ now })))?.at ?? null
}

export function listDead(read: Executor, org: string, limit: number, before?: string): Promise<WorkTable[]> {
  let query = qb.selectFrom('work').selectAll().where('org', '=', org).where('state', '=', dead)
  if (before) query = query.where('id', '<', before)
  return read.all(query.orderBy('id', 'desc').limit(limit))
}

/** A dead row is given its attempts anew. @returns false when there is no dead row with this id. */
export async function reviveRow(tx: Tx, org: string, id: string, now: Instant): Promise<boolean> {
  const changed = await tx.run(
    qb
      .updateTable('work')
      .set({ state: due, run_at: now, attempts: 0, interruptions: 0 })
      .where('org', '=', org)
      .where('id', '=', id)
      .where('state', '=', dead),
  )
  return changed > 0
}

type WorkFigures = { due: number; leased: number; dead: number; oldestDueAt: Instant | null }

const countOf = (state: typeof due) =>
  qb
    .selectFrom('work')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where('state', '=', state)

/** Each figure comes from its own index: with the table's rows, 100,000 that wait would take 30 ms to count. */
const figures = prepared<object, WorkFigures>(
  () =>
    qb.selectNoFrom([
      countOf(due).as('due'),
      countOf(leased).as('leased'),
      countOf(dead).as('dead'),
      qb
        .selectFrom('work')
        .select((select) => select.fn.min<Instant | null>('run_at').as('at'))
        .where('state', '=', due)
        .as('oldestDueAt'),
    ]) as Query<WorkFigures>,
)

/** How much waits and since when, for readiness and metrics. */
export async function workFigures(read: Executor): Promise<WorkFigures> {
  const none = { due: 0, leased: 0, dead: 0, oldestDueAt: null }
  return (await read.first(figures({}))) ?? none
}

/** When the next row is due that is not one of these kinds: what a jump in simulated time may go to. */
export async function nextRunAtBut(read: Executor, kinds: readonly string[]): Promise<Instant | null> {
  const row = await read.first(
    qb
      .selectFrom('work')
      .select((select) => select.fn.min('run_at').as('at'))
      .where('state', '=', due)
      .where('kind', 'not in', kinds),
  )
  return row?.at ?? null
}
