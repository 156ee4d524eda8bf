import type { FlowLogsTable, FlowsTable, Tx } from '../store/index.ts'
import { insertFlowLog, insertFlowLogs } from '../store/rows/flow-logs.ts'

export type FlowLogType =
  | 'flow_created'
  | 'flow_resumed'
  | 'flow_completed'
  | 'flow_failed'
  | 'flow_cancelled'
  | 'flow_rolled_back'
  | 'flow_replayed'
  | 'step_rolled_back'
  | 'plan_created'
  | 'bound_reached'
  | 'child_started'
  | 'step_inserted'
  | 'step_deleted'
  | 'params_repaired'
  | 'prompt_asked'
  | 'prompt_answered'
  | 'prompt_reminded'
  | 'prompt_delegated'
  | 'step_started'
  | 'step_completed'
  | 'step_failed'
  | 'step_retrying'
  | 'step_held'
  | 'waiting'
  | 'event_received'
  | 'wait_timed_out'
  | 'approval_requested'
  | 'approval_skipped'
  | 'approval_answered'

/** Who did it: `system`, `ai`, or `user:<who>`. */
export function actorOf(actor: string): { actor_type: string; actor_id: string | null } {
  const colon = actor.indexOf(':')
  return colon < 0
    ? { actor_type: actor, actor_id: null }
    : { actor_type: actor.slice(0, colon), actor_id: actor.slice(colon + 1) }
}

export type LogLine = {
  type: FlowLogType
  message: string
  stepId: string | null
  metadata?: Record<string, unknown>
  actor?: string
  /** When it happened; with its flow's transition where nothing is said. */
  at?: number
}

/** Lines of a flow's audit log, in the transaction of what they tell. */
export async function writeFlowLogs(
  tx: Tx,
  newId: (prefix: string) => string,
  flow: Pick<FlowsTable, 'id' | 'org' | 'updated_at'>,
  lines: readonly LogLine[],
): Promise<void> {
  await insertFlowLogs(
    tx,
    lines.map((line) =>
      rowOf({ id: newId('log'), org: flow.org, flowId: flow.id, at: flow.updated_at, ...line }),
    ),
  )
}

type Entry = {
  id: string
  org: string
  flowId: string
  stepId: string | null
  type: FlowLogType
  message: string
  metadata?: Record<string, unknown>
  actor?: string
  at: number
}

/** One line of a flow's audit log, in the transaction of what it tells. */
export const writeFlowLog = (tx: Tx, entry: Entry) => tx.run(insertFlowLog(rowOf(entry)))

const rowOf = (entry: Entry): FlowLogsTable => ({
  id: entry.id,
  org: entry.org,
  flow_id: entry.flowId,
  step_id: entry.stepId,
  type: entry.type,
  message: entry.message,
  metadata: JSON.stringify(entry.metadata ?? {}),
  ...actorOf(entry.actor ?? 'system'),
  at: entry.at,
})
