import { type Executor, type FlowLogsTable, insertInto, qb, raw, type Tx } from '../index.ts'

/** A flow's audit log. */

const columns = [
  'id',
  'org',
  'flow_id',
  'step_id',
  'type',
  'message',
  'metadata',
  'actor_type',
  'actor_id',
  'at',
] as const

export const insertFlowLog = insertInto('flow_logs', columns)

const ROW = `(${columns.map(() => '?').join(', ')})`
const INSERT = `INSERT INTO flow_logs (${columns.join(', ')}) VALUES `
const ROWS_MAX = 20

/** Many lines with few statements: half of what a line costs is its statement. */
export async function insertFlowLogs(tx: Tx, rows: readonly FlowLogsTable[]): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_MAX) {
    const some = rows.slice(from, from + ROWS_MAX)
    const sql = INSERT + some.map(() => ROW).join(', ')
    await tx.run(
      raw(
        sql,
        some.flatMap((row) => columns.map((column) => row[column])),
      ),
    )
  }
}

export function logsOfFlow(
  read: Executor,
  org: string,
  flow: string,
  limit: number,
  after?: string,
): Promise<FlowLogsTable[]> {
  let query = qb.selectFrom('flow_logs').selectAll().where('org', '=', org).where('flow_id', '=', flow)
  if (after) query = query.where('id', '>', after)
  return read.all(query.orderBy('id').limit(limit))
}

/** Who put steps into a flow or took some out, as audit logs name people. */
export async function editorsOf(read: Executor, flow: string): Promise<string[]> {
  const lines = await read.all(
    qb
      .selectFrom('flow_logs')
      .select(['actor_type', 'actor_id'])
      .distinct()
      .where('flow_id', '=', flow)
      .where('type', 'in', ['step_inserted', 'step_deleted']),
  )
  return lines.map(({ actor_type, actor_id }) =>
    actor_id === null ? actor_type : `${actor_type}:${actor_id}`,
  )
}
