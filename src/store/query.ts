import {
  type Compilable,
  CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Database } from './schema.ts'

/** Builds queries, typed over the schema; runs none. Both databases take what it compiles (see postgres.ts). */
export const qb = new Kysely<Database>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/** What a column can hold in both databases: times are epoch milliseconds, JSON is text, flags are 0 and 1. */
export type Value = string | number | null | Buffer

export type Query<Row> = Pick<Compilable<Row>, 'compile'>

/** Runs queries, inside a transaction or on the read connection. */
export type Executor = {
  readonly dialect: 'sqlite' | 'postgres'
  all<Row>(query: Query<Row>): Promise<Row[]>
  first<Row>(query: Query<Row>): Promise<Row | undefined>
  /** @returns how many rows it changed. */
  run(query: Query<unknown>): Promise<number>
}

/** A transaction under way. `afterCommit` runs once it is durable, never when it is rolled back. */
export type Tx = Executor & { afterCommit(then: () => void): void }

/** For stores: what is durable is not undone by a listener that fails; its error ends up where uncaught ones do. */
export function runAfterCommit(listeners: readonly (() => void)[]) {
  for (const listener of listeners) {
    try {
      listener()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

/** What the row's compile step leaves in place of a value that is bound at each run. */
class Slot {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query whose SQL is built once and bound many times: building costs more than SQLite needs to run it.
 * `build` gets stand-ins for the parameters and may use them wherever a value may stand.
 */
export function prepared<Params extends object, Row>(
  build: (params: Params) => Query<Row>,
): (params: Params) => Query<Row> {
  let sql: string | undefined
  let order: readonly (Slot | Value)[] = []
  let compiled: CompiledQuery<Row> | undefined
  return (params) => ({
    compile() {
      if (compiled === undefined || sql === undefined) {
        const slots = new Proxy({} as Params, { get: (_, name) => new Slot(String(name)) })
        compiled = build(slots).compile()
        sql = compiled.sql
        order = compiled.parameters as (Slot | Value)[]
      }
      const values = params as Record<string, unknown>
      return {
        ...compiled,
        parameters: order.map((value) => (value instanceof Slot ? (values[value.name] ?? null) : value)),
      }
    },
  })
}

/**
 * An insert of whole rows, prepared. With `orIgnore` a row that a unique index already holds is left out:
 * `run` then answers 0.
 */
export function insertInto<Table extends keyof Database & string>(
  table: Table,
  columns: readonly (keyof Database[Table] & string)[],
  options: { orIgnore?: boolean } = {},
) {
  type Row = Database[Table]
  return prepared<{ [Column in keyof Row]: Row[Column] }, unknown>((row) => {
    // The builder wants insertable types per table; this is the one place that is generic over tables.
    const insert = qb.insertInto(table).values(pick(row, columns) as never)
    return options.orIgnore ? insert.onConflict((conflict) => conflict.doNothing()) : insert
  })
}

function pick<Row extends object>(row: Row, columns: readonly string[]): Record<string, unknown> {
  const from = row as Record<string, unknown>
  return Object.fromEntries(columns.map((column) => [column, from[column]]))
}

/** SQL as it stands, for migrations and statements that took thought. */
export function raw<Row>(sql: string, parameters: readonly Value[] = []): Query<Row> {
  return { compile: () => ({ ...CompiledQuery.raw(sql, [...parameters]) }) as CompiledQuery<Row> }
}
