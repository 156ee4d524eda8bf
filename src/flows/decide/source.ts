import type { FlowStepsTable } from '../../store/index.ts'
import { pathsIn, resolve } from '../mappings.ts'
import type { StepRun } from '../steps/run.ts'

/** What a decision looks at, and the step of this flow that it came from, where one can be told. */
export type Source = { value: unknown; step: FlowStepsTable | null }

/** Steps that bring something to decide on; what lies between (a condition, a pause) does not. */
export const BRINGING: ReadonlySet<string> = new Set(['tool_call', 'sub_flow', 'parallel', 'wait_event'])

/** What `of` maps to; without it the result of the step before. */
export function sourceOf(run: StepRun, of: string | undefined): Source {
  const { state, step } = run
  if (of !== undefined) return { value: resolve(of, run.scope()), step: stepIn(of, state.steps) }
  const before = state.steps.slice(0, step.position).filter(({ status }) => status === 'completed')
  const found = before.findLast(({ type }) => BRINGING.has(type)) ?? before.at(-1) ?? null
  return { value: found?.result ? (JSON.parse(found.result) as unknown) : null, step: found }
}

function stepIn(of: string, steps: readonly FlowStepsTable[]): FlowStepsTable | null {
  const [root, position] = pathsIn(of)[0]?.split('.') ?? []
  return root === 'steps' ? (steps[Number(position)] ?? null) : null
}
