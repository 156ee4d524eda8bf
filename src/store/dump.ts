import { type Executor, raw, type Value } from './query.ts'
import type { Database } from './schema.ts'

/** What each row of an organisation's tables is known by, beside the organisation: a dump goes by it. */
const KEYS = {
  deliveries: ['id'],
  events: ['id'],
  work: ['id'],
  effects: ['id'],
  desk_writes: ['id'],
  flows: ['id'],
  flow_steps: ['id'],
  flow_logs: ['flow_id', 'id'],
  flow_waits: ['step_id', 'event_type', 'correlation'],
  flow_templates: ['name', 'version'],
  flow_schedules: ['id'],
  flow_triggers: ['id'],
  tickets: ['ref'],
  desk_cursors: ['desk'],
  customers: ['id'],
  customer_identities: ['kind', 'value'],
  consents: ['id'],
  profiles: ['id'],
  messages: ['id'],
  calls: ['id'],
  escalations: ['id'],
  chat_messages: ['card', 'surface'],
  model_runs: ['id'],
  ai_actions: ['id'],
  knowledge_documents: ['id'],
  api_tokens: ['id'],
} as const satisfies Record<Exclude<keyof Database, 'migrations'>, readonly string[]>

export type DumpedTable = keyof typeof KEYS

export const dumpedTables = Object.keys(KEYS) as DumpedTable[]

const PAGE = 500

/** All rows that an organisation has in a table (`from` a key on), a page at a time, in the order of their keys. */
export async function* rowsOf(
  read: Executor,
  org: string,
  table: DumpedTable,
  from?: Value[],
): AsyncGenerator<Record<string, Value>> {
  const keys: readonly string[] = KEYS[table]
  const columns = keys.join(', ')
  const marks = keys.map(() => '?').join(', ')
  let after = from
  for (;;) {
    const beyond = after ? ` AND (${columns}) > (${marks})` : ''
    const page: Record<string, Value>[] = await read.all(
      raw(`SELECT * FROM ${table} WHERE org = ?${beyond} ORDER BY ${columns} LIMIT ${PAGE}`, [
        org,
        ...(after ?? []),
      ]),
    )
    yield* page
    const last = page.at(-1)
    if (!last || page.length < PAGE) return
    after = keys.map((key) => last[key] ?? null)
  }
}
