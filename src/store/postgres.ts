import pg from 'pg'
import { type Executor, type Query, runAfterCommit, type Tx } from './query.ts'
import type { Store } from './store.ts'

/** SQLSTATEs after which the same transaction may simply be run again: serialization failure, deadlock. */
const RUN_AGAIN = new Set(['40001', '40P01'])
const RUNS_MAX = 4

/** Opens the scaled store. Each `write` is a transaction of the pool's own; a deadlock's loser runs again. */
export function openPostgres(url: string, poolSize = 10): Store {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, types: { getTypeParser } })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})

  async function once<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const client = await pool.connect()
    const afterCommit: (() => void)[] = []
    let broken: Error | undefined
    try {
      await client.query('BEGIN')
      const result = await work({ ...executorOn(client), afterCommit: (then) => afterCommit.push(then) })
      await client.query('COMMIT')
      runAfterCommit(afterCommit)
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: unknown) => {
        broken = cause instanceof Error ? cause : new Error(String(cause))
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  return {
    dialect: 'postgres',
    read: executorOn(pool),
    async write(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work)
        } catch (error) {
          const state = error instanceof Error && 'code' in error ? String(error.code) : ''
          if (!RUN_AGAIN.has(state) || attempt === RUNS_MAX) throw error
        }
      }
    },
    close: () => pool.end(),
  }
}

/** int8 as a number: epoch milliseconds and counts stay far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return (text: string) => Number(text)
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}

function executorOn(client: pg.Pool | pg.PoolClient): Executor {
  async function query<Row>(built: Query<Row>) {
    const { sql, parameters } = built.compile()
    return client.query({ text: toPostgres(sql), values: parameters.map(storable) })
  }
  return {
    dialect: 'postgres',
    all: async <Row>(built: Query<Row>) => (await query(built)).rows as Row[],
    first: async <Row>(built: Query<Row>) => (await query(built)).rows[0] as Row | undefined,
    run: async (built) => (await query(built)).rowCount ?? 0,
  }
}

/** Text from outside may hold zero bytes, which SQLite keeps and Postgres refuses, every time it is tried again. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '') : value
}

const translated = new Map<string, string>()

/** `?` to `$1…`. Values never stand in our SQL text, so every question mark in it is a parameter. */
function toPostgres(sql: string): string {
  let text = translated.get(sql)
  if (text === undefined) {
    let position = 0
    text = sql.replace(/\?/g, () => `$${++position}`)
    translated.set(sql, text)
  }
  return text
}
