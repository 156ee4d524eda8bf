import { InputError, messageOf, Refused, retryOf, VendorError } from '../../ops/errors.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import type { Job } from '../../work/index.ts'
import { keptOutcome } from '../again/kept.ts'
import type { StepType } from '../definition.ts'
import type { Repair, StepOutcome } from '../outcome.ts'
import { type FlowState, scopeOf } from '../state.ts'
import { aiDecision } from './ai-decision.ts'
import { approval } from './approval.ts'
import { conditional } from './conditional.ts'
import { delay } from './delay.ts'
import { parallel } from './parallel.ts'
import type { RunStep, StepDeps, StepRun } from './run.ts'
import { subFlow } from './sub-flow.ts'
import { toolCall } from './tool-call.ts'
import { userPrompt } from './user-prompt.ts'
import { waitEvent } from './wait-event.ts'

export { causeOf, type StepDeps } from './run.ts'

const runs: Record<StepType, RunStep> = {
  tool_call: toolCall,
  ai_decision: aiDecision,
  conditional,
  wait_event: waitEvent,
  delay,
  approval,
  user_prompt: userPrompt,
  parallel,
  sub_flow: subFlow,
}

/** What an execution leaves on its step's row, whatever it came to. */
export type Executed = { outcome: StepOutcome; input: string | null; repairs: Repair[] }

/** Executes one step as far as it goes now. What it throws is turned into an outcome here. */
export async function executeStep(
  deps: StepDeps,
  state: FlowState,
  step: FlowStepsTable,
  job: Job,
): Promise<Executed> {
  let scope: ReturnType<typeof scopeOf> | undefined
  const run: StepRun = {
    deps,
    state,
    step,
    job,
    scope: () => {
      scope ??= scopeOf(state)
      return scope
    },
    noted: { input: null, repairs: [] },
  }
  const outcome = await outcomeOf(run)
  const { input, repairs } = run.noted
  return { outcome, input: input && JSON.stringify(input), repairs }
}

async function outcomeOf(run: StepRun): Promise<StepOutcome> {
  try {
    const runStep = runs[run.step.type as StepType]
    if (!runStep) throw new InputError('unknown_step_type', `Steps of type "${run.step.type}" cannot be run.`)
    return keptOutcome(run.state.flow, run.step) ?? (await runStep(run))
  } catch (error) {
    return error instanceof Refused && error.until !== null
      ? { kind: 'held', until: error.until, why: error.message }
      : { kind: 'failed', code: codeOf(error), error: messageOf(error), retry: retryOf(error) }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof VendorError || error instanceof InputError || error instanceof Refused)
    return error.code
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'unexpected'
}
