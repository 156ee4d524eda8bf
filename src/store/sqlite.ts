import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { type Executor, type Query, runAfterCommit, type Tx } from './query.ts'
import type { Store } from './store.ts'

/** Most transactions that share one commit: bounds how long the first of them waits. */
const BATCH_MAX = 256

type Waiting = {
  work: (tx: Tx) => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

type Outcome = { settle: () => void; afterCommit: (() => void)[] }

/**
 * Opens the embedded store. One connection writes: whatever transactions are waiting run inside one
 * `BEGIN … COMMIT`, so that one flush to disk (WAL, synchronous=FULL) serves many. Should one of them throw,
 * all are undone and run again, each in its own savepoint: savepoints cost a webhook 8 µs, and few throw.
 * Another connection reads.
 */
export function openSqlite(file: string): Store {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const writer = open(file)
  const reader = open(file)
  const begin = writer.prepare('BEGIN IMMEDIATE')
  const commit = writer.prepare('COMMIT')
  const rollback = writer.prepare('ROLLBACK')
  const savepoint = writer.prepare('SAVEPOINT one')
  const release = writer.prepare('RELEASE one')
  const rollbackToSavepoint = writer.prepare('ROLLBACK TO one')
  const run = executorOn(writer)

  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined

  /** The batch as one transaction. @returns undefined, with nothing changed, when it has to be run apart. */
  async function runTogether(batch: Waiting[]): Promise<Outcome[] | undefined> {
    try {
      begin.run()
      const outcomes: Outcome[] = []
      for (const one of batch) outcomes.push(await runOne(one))
      commit.run()
      return outcomes
    } catch (error) {
      if (writer.inTransaction) rollback.run()
      return batch.length > 1 ? undefined : batch.map((one) => failed(one, error))
    }
  }

  /** Each in its own savepoint, so that only what throws is undone. */
  async function runApart(batch: Waiting[]): Promise<Outcome[]> {
    try {
      begin.run()
      const outcomes: Outcome[] = []
      for (const one of batch) {
        savepoint.run()
        try {
          outcomes.push(await runOne(one))
        } catch (error) {
          rollbackToSavepoint.run()
          outcomes.push(failed(one, error))
        }
        release.run()
      }
      commit.run()
      return outcomes
    } catch (error) {
      if (writer.inTransaction) rollback.run()
      return batch.map((one) => failed(one, error))
    }
  }

  async function runOne({ work, resolve }: Waiting): Promise<Outcome> {
    const afterCommit: (() => void)[] = []
    const result = await work({ ...run, afterCommit: (then) => afterCommit.push(then) })
    return { settle: () => resolve(result), afterCommit }
  }

  async function flush() {
    await gather()
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH_MAX)
      for (const { settle, afterCommit } of (await runTogether(batch)) ?? (await runApart(batch))) {
        settle()
        runAfterCommit(afterCommit)
      }
      if (waiting.length > 0) await gather()
    }
    flushing = undefined
  }

  /** Lets all that is about to write join the same commit: turn by turn, for as long as each brings more. */
  async function gather() {
    for (let before = 0; waiting.length > before && waiting.length < BATCH_MAX; ) {
      before = waiting.length
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  return {
    dialect: 'sqlite',
    read: executorOn(reader),
    write<Result>(work: (tx: Tx) => Promise<Result>) {
      return new Promise<Result>((resolve, reject) => {
        // The queue holds transactions of any result; each keeps its own resolver.
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
        flushing ??= flush()
      })
    },
    async close() {
      await flushing
      waiting = []
      reader.close()
      writer.close()
    },
  }
}

const failed = ({ reject }: Waiting, error: unknown): Outcome => ({
  settle: () => reject(error),
  afterCommit: [],
})

function open(file: string): Sqlite.Database {
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('busy_timeout = 5000')
  // Savepoints keep what they may have to restore in a temporary file otherwise: a third of a small write's time.
  db.pragma('temp_store = MEMORY')
  // 8 MB of log between two checkpoints instead of 4: less is written twice. With 16 the commit that has to wait
  // for one is late enough to be seen in the 99th percentile of webhooks.
  db.pragma('wal_autocheckpoint = 2000')
  db.pragma('foreign_keys = ON')
  return db
}

function executorOn(db: Sqlite.Database): Executor {
  const statements = new Map<string, Sqlite.Statement>()
  const statementOf = (sql: string) => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = db.prepare(plannedOnce(sql))
      statements.set(sql, statement)
    }
    return statement
  }
  return {
    dialect: 'sqlite',
    async all<Row>(query: Query<Row>) {
      const { sql, parameters } = query.compile()
      return statementOf(sql).all(...parameters) as Row[]
    },
    async first<Row>(query: Query<Row>) {
      const { sql, parameters } = query.compile()
      return statementOf(sql).get(...parameters) as Row | undefined
    },
    async run(query: Query<unknown>) {
      const { sql, parameters } = query.compile()
      return statementOf(sql).run(...parameters).changes
    },
  }
}

/**
 * SQLite looks at what is bound to a bare `= ?` or `LIMIT ?` when it plans, and the driver clears the bindings after
 * each run, which SQLite takes for a new value: it would parse and plan such a statement anew at every run, which
 * takes three times as long as running it. A plus sign changes no value and keeps it from looking.
 */
const plannedOnce = (sql: string) => sql.replace(/(=|\blimit) \?/gi, '$1 +?')
