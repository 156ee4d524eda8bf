import type { Clock } from '../ports/index.ts'
import type { Tx } from '../store/index.ts'
import { getSteps, saveStep } from '../store/rows/flow-steps.ts'
import { deleteWaitsOfFlow } from '../store/rows/flow-waits.ts'
import { endFlowRow, getFlow } from '../store/rows/flows.ts'
import type { OrgId } from '../work/index.ts'
import { writeFlowLog } from './log.ts'

/** Ends a flow, for a reason that its log and its list show. @returns false when it had ended before. */
export async function cancelFlow(
  deps: { clock: Clock; newId: (prefix: string) => string },
  tx: Tx,
  org: OrgId,
  flowId: string,
  why: { reason: string; outcome: string; actor: string },
): Promise<boolean> {
  const now = deps.clock.now()
  const ended = await endFlowRow(tx, {
    org,
    id: flowId,
    status: 'cancelled',
    outcome: why.outcome,
    reason: why.reason,
    now,
  })
  if (!ended) return false
  await deleteWaitsOfFlow(tx, flowId)
  const flow = await getFlow(tx, org, flowId)
  if (!flow) return false
  for (const step of await getSteps(tx, flow)) {
    if (step.status === 'completed' || step.status === 'failed') continue
    await saveStep(tx, { ...step, status: 'cancelled', updated_at: now })
  }
  await writeFlowLog(tx, {
    id: deps.newId('log'),
    org,
    flowId,
    stepId: null,
    type: 'flow_cancelled',
    message: why.reason,
    actor: why.actor,
    at: now,
  })
  return true
}
