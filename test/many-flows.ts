import { raw, type Tx } from '../src/store/index.ts'

/**
 * Copies a flow that waits, with its steps, its log and its work, `n` times, as SQL: so many made one by one would
 * take minutes. Copy 17 of `flw_…` is `flw_…_17`, its steps, lines and work likewise.
 */
export async function copyFlow(tx: Tx, flow: string, n: number): Promise<void> {
  await copyRows(tx, 'flows', `id = '${flow}'`, n, ['id'])
  await copyRows(tx, 'flow_steps', `flow_id = '${flow}'`, n, ['id', 'flow_id'])
  await copyRows(tx, 'flow_waits', `flow_id = '${flow}'`, n, ['step_id', 'flow_id'])
  await copyRows(tx, 'flow_logs', `flow_id = '${flow}'`, n, ['id', 'flow_id', 'step_id'])
  await copyRows(tx, 'work', `work_key = 'flow:${flow}'`, n, ['id', 'work_key', 'unique_key'], {
    payload: `'{"flowId":"${flow}_' || i || '"}'`,
  })
}

/** Copies rows; `own` columns get the copy's number behind what they hold, `other` ones are SQL over `i`. */
export async function copyRows(
  tx: Tx,
  table: string,
  where: string,
  n: number,
  own: readonly string[],
  other: Record<string, string> = {},
): Promise<void> {
  const row = await tx.first(raw<Record<string, unknown>>(`SELECT * FROM ${table} WHERE ${where} LIMIT 1`))
  if (!row) return
  const columns = Object.keys(row)
  const values = columns.map(
    (column) => other[column] ?? (own.includes(column) ? `${column} || '_' || i` : column),
  )
  await tx.run(
    raw(`WITH RECURSIVE copies (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copies WHERE i < ${n})
      INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table}, copies WHERE ${where}`),
  )
}
