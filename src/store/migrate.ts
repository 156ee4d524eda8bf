import { lock } from './lock.ts'
import { migrations } from './migrations/index.ts'
import { type Executor, qb, raw } from './query.ts'
import type { Store } from './store.ts'

/**
 * Brings the schema up to date, each migration in its own transaction, in the order of the list.
 * @returns the names of those that ran.
 */
export async function migrate(store: Store, now: number): Promise<string[]> {
  await store.write(async (tx) => {
    await lock(tx, 'migrate')
    await tx.run(
      raw('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at bigint NOT NULL)'),
    )
  })
  const ran: string[] = []
  for (const { name, statements } of migrations) {
    const applied = await store.write(async (tx) => {
      await lock(tx, 'migrate')
      if (await tx.first(qb.selectFrom('migrations').select('name').where('name', '=', name))) return false
      for (const statement of statements) {
        await tx.run(raw(typeof statement === 'string' ? statement : statement[tx.dialect]))
      }
      await tx.run(qb.insertInto('migrations').values({ name, applied_at: now }))
      return true
    })
    if (applied) ran.push(name)
  }
  return ran
}

/** The names of the migrations that have not run, in their order. Changes nothing. */
export async function missingMigrations(read: Executor): Promise<string[]> {
  const names = migrations.map(({ name }) => name)
  const done = await read.all(qb.selectFrom('migrations').select('name')).catch(() => [])
  return names.filter((name) => !done.some((row) => row.name === name))
}
