import { openSqlite } from './sqlite.ts'
import type { Store } from './store.ts'

export { type DumpedTable, dumpedTables, rowsOf } from './dump.ts'
export { lock } from './lock.ts'
export { migrate, missingMigrations } from './migrate.ts'
export { holdAlone } from './only-hub.ts'
export { type Executor, insertInto, prepared, type Query, qb, raw, type Tx, type Value } from './query.ts'
export type * from './schema.ts'
export type { Store } from './store.ts'

/** Opens Postgres where `databaseUrl` says so (its driver is loaded only then), else the embedded file. */
export async function openStore(at: { databaseUrl: string | null; file: string }): Promise<Store> {
  if (at.databaseUrl === null) return openSqlite(at.file)
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(at.databaseUrl)
}
