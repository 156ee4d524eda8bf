import { type Executor, type FlowLogsTable, insertInto, qb } from '../index.ts'

/** A flow's audit log. */

export const insertFlowLog = insertInto('flow_logs', [
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
])

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
