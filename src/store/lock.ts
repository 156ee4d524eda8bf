import { type Executor, raw } from './query.ts'

/**
 * Makes transactions that name the same thing run one after the other, from here to their end. SQLite's do
 * anyway; on Postgres what one is about to write, another one's look would not see.
 */
export async function lock(tx: Executor, name: string): Promise<void> {
  if (tx.dialect === 'sqlite') return
  await tx.run(raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [name]))
}
