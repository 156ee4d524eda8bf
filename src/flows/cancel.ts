import type { Events } from '../events/index.ts'
import type { Clock } from '../ports/index.ts'
import type { Tx } from '../store/index.ts'
import { cancelSteps, openChildren } from '../store/rows/flow-children.ts'
import { getSteps, saveStep } from '../store/rows/flow-steps.ts'
import { deleteWaitsOfFlow } from '../store/rows/flow-waits.ts'
import { endFlowRow, getFlow } from '../store/rows/flows.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { wakeParent } from './children.ts'
import { isFinal } from './definition.ts'
import { writeFlowLog } from './log.ts'

export type CancelDeps = {
  clock: Clock
  newId: (prefix: string) => string
  queue: WorkQueue
  events: Events
}

/** `outcome`: `cancelled` by a person, `taken_over` with its ticket, `not_needed` by its parent. */
export type CancelReason = { reason: string; outcome: string; actor: string }

/**
 * Ends a flow and every flow below it, for a reason that its log and its list show. What else is under way for it
 * (a call, a mail, a card) is ended by those who hear of `flow_cancelled`.
 * @returns false when it had ended before.
 */
export async function cancelFlow(
  deps: CancelDeps,
  tx: Tx,
  org: OrgId,
  flowId: string,
  why: CancelReason,
): Promise<boolean> {
  const now = deps.clock.now()
  const flow = await getFlow(tx, org, flowId)
  if (!flow || isFinal(flow.status)) return false
  const { reason, outcome } = why
  if (!(await endFlowRow(tx, { org, id: flowId, status: 'cancelled', outcome, reason, now }))) return false
  // From here on nobody carries it on: where it stands counts, not where it stood a moment ago.
  const ended = (await getFlow(tx, org, flowId)) ?? flow
  const at = (await getSteps(tx, { ...ended, status: flow.status }))[ended.position]
  await deleteWaitsOfFlow(tx, flowId)
  // The step at which it stands may not have been written since it was entered.
  if (at && ended.started_at !== null) await saveStep(tx, { ...at, status: 'cancelled', updated_at: now })
  await cancelSteps(tx, flowId, now)
  await writeFlowLog(tx, {
    id: deps.newId('log'),
    org,
    flowId,
    stepId: null,
    type: 'flow_cancelled',
    message: reason,
    metadata: { outcome },
    actor: why.actor,
    at: now,
  })
  const about = { flowId, template: flow.template, ticket: flow.ticket }
  const origin = { org, caseId: flow.case_id, cause: `flow:${flowId}`, depth: flow.depth + 1 }
  await deps.events.raise(tx, { type: 'flow_cancelled', ...about, reason }, origin)
  await cancelChildren(deps, tx, org, flowId, why)
  await wakeParent(deps.queue, tx, flow)
  return true
}

/** Ends the branches and sub-flows that a flow has under way. */
export async function cancelChildren(
  deps: CancelDeps,
  tx: Tx,
  org: OrgId,
  flowId: string,
  why: CancelReason,
): Promise<void> {
  for (const child of await openChildren(tx, flowId)) await cancelFlow(deps, tx, org, child.id, why)
}
