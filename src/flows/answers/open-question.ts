import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { FlowStepsTable, FlowsTable, Tx } from '../../store/index.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import type { OrgId } from '../../work/index.ts'
import { isFinal } from '../definition.ts'
import { conflict, needFlow } from '../need.ts'

export type AboutStep = { flowId: string; stepId: string }

const FirstAnswer = z.looseObject({ by: z.string(), at: z.number() })

/**
 * A step that waits for somebody's answer now. Throws InputError: 404 where there is none, 409 that says why it is
 * closed: the flow ended, the step went on (or its time was up), somebody was first.
 */
export async function openQuestion(
  tx: Tx,
  org: OrgId,
  about: AboutStep,
): Promise<{ flow: FlowsTable; step: FlowStepsTable }> {
  const { flow, step } = await findStep(tx, org, about)
  if (isFinal(flow.status)) throw conflict(`The flow has ended: ${flow.status}.`)
  if (step.status !== 'awaiting_user')
    throw conflict(`"${step.title}" does not wait for an answer; it is ${step.status}.`)
  if (step.user_response !== null) {
    const first = FirstAnswer.parse(JSON.parse(step.user_response))
    throw conflict(`Already answered by ${first.by} at ${new Date(first.at).toISOString()}.`)
  }
  return { flow, step }
}

async function findStep(tx: Tx, org: OrgId, { flowId, stepId }: AboutStep) {
  const flow = await needFlow(tx, org, flowId)
  const step = (await getSteps(tx, flow)).find(({ id }) => id === stepId)
  if (!step) throw new InputError('unknown_step', `Flow ${flow.id} has no step ${stepId}.`, { status: 404 })
  return { flow, step }
}
