import type { Clock } from '../ports/index.ts'
import type { Store } from '../store/index.ts'
import { retryDoubtful } from '../store/rows/effects.ts'
import { getSteps, saveStep } from '../store/rows/flow-steps.ts'
import { reopenFlow } from '../store/rows/flows.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { resumeChildren } from './children.ts'
import { writeFlowLog } from './log.ts'
import { conflict, needFlow, needNoRival } from './need.ts'
import { runFlowWork } from './run-work.ts'
import { causeOf } from './steps/run.ts'

export type ControlDeps = { store: Store; clock: Clock; newId: (prefix: string) => string; queue: WorkQueue }

/**
 * Takes a failed flow up again at the step that failed, with the same causes: what was done is not done again.
 * Throws InputError: 404 `unknown_flow`; 409 `conflict` where it did not fail, is part of another flow, or its ticket
 * or one of a flow below it has another unfinished one by now.
 */
export async function retryFlow(deps: ControlDeps, org: OrgId, flowId: string, actor: string): Promise<void> {
  await deps.store.write(async (tx) => {
    const flow = await needFlow(tx, org, flowId)
    if (flow.status !== 'failed')
      throw conflict(`Only a failed flow can be retried; this one is ${flow.status}.`)
    if (flow.parent_flow_id !== null)
      throw conflict(`It is part of flow ${flow.parent_flow_id}: retry that one, and it goes on as well.`)
    await needNoRival(tx, flow)
    const step = (await getSteps(tx, flow)).find(({ position }) => position === flow.position)
    if (!step) throw conflict('The flow failed beyond its last step; start it anew.')
    const now = deps.clock.now()
    const reopened = await reopenFlow(tx, org, flowId, `"${step.title}" to be tried again`, now)
    if (reopened === 0) throw conflict('Somebody else retried it at the same moment.')
    await saveStep(tx, {
      ...step,
      status: 'running',
      attempts: 1,
      result: null,
      error: null,
      error_code: null,
      waited_ms: step.waited_ms + now - (flow.completed_at ?? now),
      user_response: null,
      prompt: null,
      wait_until: null,
      updated_at: now,
    })
    const byHand = `in doubt, and to be tried again, says ${actor}`
    await retryDoubtful(tx, org, flowId, causeOf(flowId, step), byHand, now)
    await resumeChildren(deps, tx, step, actor)
    await writeFlowLog(tx, {
      id: deps.newId('log'),
      org,
      flowId,
      stepId: step.id,
      type: 'flow_resumed',
      message: `retried from "${step.title}" by ${actor}`,
      actor,
      at: now,
    })
    await deps.queue.add(tx, runFlowWork, { flowId }, { org, caseId: flow.case_id, unique: flowId })
  })
}
