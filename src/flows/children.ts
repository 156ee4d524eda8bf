import type { FlowStepsTable, FlowsTable, Tx } from '../store/index.ts'
import type { WorkQueue } from '../work/index.ts'
import { type CreateDeps, insertPlan } from './create.ts'
import type { Child } from './outcome.ts'
import { runFlowWork } from './run-work.ts'
import type { FlowState } from './state.ts'

/** Starts a branch or a sub-flow of a step, in the transaction that parks the step. */
export async function startChild(
  deps: CreateDeps,
  tx: Tx,
  { flow, context }: FlowState,
  step: FlowStepsTable,
  child: Child,
): Promise<void> {
  await insertPlan(deps, tx, child.plan, {
    org: flow.org,
    params: child.params,
    context: child.context,
    settings: context.settings,
    requestedBy: flow.requested_by,
    requestedFrom: `flow ${flow.id}`,
    caseId: flow.case_id,
    ticket: flow.ticket,
    customerId: flow.customer_id,
    fence: flow.fence,
    ...child.about,
    parent: {
      flowId: flow.id,
      stepId: step.id,
      runs: step.runs,
      branch: child.branch,
      depth: flow.depth + 1,
    },
  })
}

/** A branch or a sub-flow that ends lets its parent look again, in the transaction that ends it. */
export async function wakeParent(
  queue: WorkQueue,
  tx: Tx,
  flow: Pick<FlowsTable, 'org' | 'case_id' | 'parent_flow_id'>,
): Promise<void> {
  const { org, case_id: caseId, parent_flow_id: parent } = flow
  if (parent !== null) await queue.add(tx, runFlowWork, { flowId: parent }, { org, caseId, unique: parent })
}
