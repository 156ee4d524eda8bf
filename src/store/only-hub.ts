import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { ConfigError } from '../ops/errors.ts'

/**
 * Makes sure that one hub alone runs on an embedded store: a second one would take the first one's leases for
 * those of a dead worker. The lock is a transaction held open on a file beside the store, so that it ends with
 * the process, however that ends. Throws ConfigError when another hub holds it.
 * @returns gives it back.
 */
export function holdAlone(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const lock = new Sqlite(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Sqlite.SqliteError) || error.code !== 'SQLITE_BUSY') throw error
    throw new ConfigError([
      `another hub runs on ${dirname(file)}: stop it, or give this one a DATA_DIR of its own (several processes need DATABASE_URL)`,
    ])
  }
  return () => lock.close()
}
