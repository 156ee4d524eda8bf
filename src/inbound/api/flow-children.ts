import { type Prompt, promptOf } from '../../flows/index.ts'
import type { Executor, FlowStepsTable } from '../../store/index.ts'
import { type ChildFlow, childrenOf } from '../../store/rows/flow-children.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { getFlow } from '../../store/rows/flows.ts'

/** A branch or a sub-flow as its parent's step shows it; what it asks a person can be answered from there. */
export type ShownChild = Pick<
  ChildFlow,
  'id' | 'branch' | 'title' | 'status' | 'outcome' | 'last_error' | 'waiting_for' | 'waiting_until'
> & {
  /** Which execution of the step started it: 1, 2, … */
  run: number | null
  asks: { flow_id: string; step_id: string; prompt: Prompt | null } | null
}

/** The flows that a flow's steps started, by step. */
export async function childrenShown(
  read: Executor,
  flow: string,
  steps: readonly FlowStepsTable[],
): Promise<Map<string, ShownChild[]>> {
  const byStep = new Map<string, ShownChild[]>()
  if (!steps.some(({ type }) => type === 'parallel' || type === 'sub_flow')) return byStep
  for (const child of await childrenOf(read, flow)) {
    const { id, branch, title, status, outcome, last_error, waiting_for, waiting_until } = child
    const asks = status === 'awaiting_user' ? await asked(read, child) : null
    const about = { id, branch, title, status, outcome, last_error, waiting_for, waiting_until }
    const step = child.parent_step_id ?? ''
    byStep.set(step, [...(byStep.get(step) ?? []), { ...about, run: child.parent_runs, asks }])
  }
  return byStep
}

async function asked(read: Executor, { org, id }: ChildFlow): Promise<ShownChild['asks']> {
  const flow = await getFlow(read, org, id)
  const step = flow && (await getSteps(read, flow))[flow.position]
  return step?.status === 'awaiting_user' ? { flow_id: id, step_id: step.id, prompt: promptOf(step) } : null
}
