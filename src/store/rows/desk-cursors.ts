import { sql } from 'kysely'
import { type DeskCursorsTable, type Executor, prepared, qb, type Tx } from '../index.ts'

/** How far the poll of a desk has read, and what it had to fill. */
const byDesk = prepared<{ org: string; desk: string }, DeskCursorsTable>((p) =>
  qb.selectFrom('desk_cursors').selectAll().where('org', '=', p.org).where('desk', '=', p.desk),
)

export const getCursor = (read: Executor, org: string, desk: string) => read.first(byDesk({ org, desk }))

export function saveCursor(
  tx: Tx,
  org: string,
  desk: string,
  page: { cursor: string; now: number; missed: number; recovered: number },
) {
  return tx.run(
    qb
      .insertInto('desk_cursors')
      .values({
        org,
        desk,
        cursor: page.cursor,
        polled_at: page.now,
        missed: page.missed,
        recovered: page.recovered,
        last_webhook_at: null,
      })
      .onConflict((conflict) =>
        conflict.columns(['org', 'desk']).doUpdateSet({
          cursor: page.cursor,
          polled_at: page.now,
          missed: sql<number>`desk_cursors.missed + ${page.missed}`,
          recovered: sql<number>`desk_cursors.recovered + ${page.recovered}`,
        }),
      ),
  )
}

export function listCursors(read: Executor, org: string): Promise<DeskCursorsTable[]> {
  return read.all(qb.selectFrom('desk_cursors').selectAll().where('org', '=', org))
}
