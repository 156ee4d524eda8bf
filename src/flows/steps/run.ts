import type { Ai } from '../../ai/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Clock } from '../../ports/index.ts'
import type { Decision, Skills } from '../../skills/index.ts'
import type { FlowStepsTable, Store } from '../../store/index.ts'
import type { Job } from '../../work/index.ts'
import { durationMs } from '../definition.ts'
import { resolve, type Scope } from '../mappings.ts'
import type { Repair, StepOutcome } from '../outcome.ts'
import { type FlowState, StepSettings, settingsOf } from '../state.ts'

export type StepDeps = {
  store: Store
  clock: Clock
  skills: Skills
  decisions: ReadonlyMap<string, Decision>
  ai: Pick<Ai, 'ask'>
  /** Whether a person must approve contacts of this flow now. */
  approvalNeeded: (approvedBefore: boolean) => boolean
}

/** One execution of one step: what its type's code gets. */
export type StepRun = {
  deps: StepDeps
  state: FlowState
  step: FlowStepsTable
  job: Job
  /** What its mappings can see; made when first asked for. */
  scope: () => Scope
  /** For the row, whatever the execution comes to. */
  noted: { input: Record<string, unknown> | null; repairs: Repair[] }
}

export type RunStep = (run: StepRun) => StepOutcome | Promise<StepOutcome>

/** Static parameters and filled mappings, as a skill or a decision gets them; noted for the step's row. */
export function inputOf(run: StepRun): Record<string, unknown> {
  const { step } = run
  const fixed = JSON.parse(step.input_params) as Record<string, unknown>
  // Nothing to fill needs no scope, whose making costs more than the rest of a short step.
  const filled = step.param_mappings === '{}' ? {} : resolve(JSON.parse(step.param_mappings), run.scope())
  run.noted.input = { ...fixed, ...(filled as Record<string, unknown>) }
  return run.noted.input
}

/** The same execution of a step has the same cause, whatever crashed in between: effects happen once per cause. */
export const causeOf = (flowId: string, step: Pick<FlowStepsTable, 'position' | 'runs'>) =>
  `flow:${flowId}:${step.position}:${step.runs}`

/** Stays parked until its time, then fails over to `on_timeout`. */
export function parkedOrTimedOut({ deps, step }: StepRun): StepOutcome {
  if (deps.clock.now() < (step.wait_until ?? 0)) return { kind: 'parked' }
  return {
    kind: 'failed',
    code: 'timeout',
    error: `Nothing came for "${step.title}" in time`,
    retry: { when: 'never' },
    goto: settingsOf(StepSettings, step).on_timeout,
  }
}

/** Milliseconds of a duration that may be a mapping. Throws InputError `bad_duration`. */
export function durationOf(text: string, run: StepRun): number {
  const filled = text.includes('{{') ? resolve(text, run.scope()) : text
  const ms = durationMs(filled)
  if (ms === undefined)
    throw new InputError('bad_duration', `"${String(filled)}" is no duration like 90s, 5m, 24h or 14d.`)
  return ms
}
