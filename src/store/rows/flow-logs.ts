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
