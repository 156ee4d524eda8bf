import type { Tx } from '../../store/index.ts'
import { markRolledBack } from '../../store/rows/flow-undoing.ts'
import { isFinal } from '../definition.ts'
import { writeFlowLog } from '../log.ts'
import { StepSettings, settingsOf } from '../state.ts'
import type { Transition } from '../transition/index.ts'

/**
 * What a flow of undoing comes to is told by the flow that it undoes: the step is rolled back, or why it was left.
 * In the transaction of the transition.
 */
export async function noteUndone(
  tx: Tx,
  newId: (prefix: string) => string,
  { flow, steps }: Pick<Transition, 'flow' | 'steps'>,
): Promise<void> {
  const { undo_of: of } = flow
  if (of === null) return
  const at = flow.updated_at
  const line = { org: flow.org, flowId: of, at, actor: flow.requested_by }
  for (const step of steps) {
    const { undoes } = settingsOf(StepSettings, step)
    if (!undoes || (step.status !== 'completed' && step.status !== 'failed')) continue
    const isDone = step.status === 'completed'
    if (isDone) await markRolledBack(tx, undoes.step, at)
    await writeFlowLog(tx, {
      ...line,
      id: newId('log'),
      stepId: undoes.step,
      type: 'step_rolled_back',
      message: isDone ? step.title : `left as it is: ${step.error}`,
      metadata: { effect: undoes.effect, undo: flow.id, done: isDone },
    })
  }
  if (!isFinal(flow.status)) return
  await writeFlowLog(tx, {
    ...line,
    id: newId('log'),
    stepId: null,
    type: 'flow_rolled_back',
    message: `rolled back by ${flow.id}: ${flow.status}`,
    metadata: { undo: flow.id },
  })
}
