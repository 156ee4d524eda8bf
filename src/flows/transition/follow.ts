import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import type { LogLine } from '../log.ts'
import type { StepOutcome } from '../outcome.ts'
import { tooLargeContext, tooLargeResult } from '../sizes.ts'
import { type FlowState, StepSettings, settingsOf } from '../state.ts'
import type { Executed } from '../steps/index.ts'
import { ask } from './ask.ts'
import { complete, contextAfter } from './complete.ts'
import { fail } from './fail.ts'
import type { Transition } from './transition.ts'
import { hold, park } from './wait.ts'

/** What follows from what a step's execution came to. */
export function follow(
  state: FlowState,
  step: FlowStepsTable,
  executed: Executed & { outcome: Exclude<StepOutcome, { kind: 'parked' }> },
  now: Instant,
  random: () => number,
): Transition {
  const { outcome, input, repairs } = executed
  const noted: FlowStepsTable = {
    ...step,
    input,
    repairs: repairs.length > 0 ? JSON.stringify(repairs) : step.repairs,
  }
  const transition = followOutcome(state, noted, outcome, now, random)
  // Tried again, it says nothing new.
  if (repairs.length === 0 || noted.repairs === step.repairs) return transition
  const changes = repairs.map(
    ({ param, from, to }) => `${param}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
  )
  const message = `put right before "${step.title}" ran: ${changes.join('; ')}`
  const line: LogLine = { type: 'params_repaired', message, stepId: step.id, metadata: { repairs } }
  return { ...transition, logs: [line, ...transition.logs] }
}

function followOutcome(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Exclude<StepOutcome, { kind: 'parked' }>,
  now: Instant,
  random: () => number,
): Transition {
  const settings = settingsOf(StepSettings, step)
  switch (outcome.kind) {
    case 'done': {
      const result = JSON.stringify(outcome.result ?? null)
      const context = contextAfter(state.context, step, outcome)
      const tooLarge =
        tooLargeResult(step.title, result) ??
        (context === state.context ? undefined : tooLargeContext(step.title, context))
      return tooLarge
        ? fail(state, step, { kind: 'failed', ...tooLarge, retry: { when: 'never' } }, settings, now, random)
        : complete(state, step, outcome, { result, context, settings }, now)
    }
    case 'failed':
      return fail(state, step, outcome, settings, now, random)
    case 'wait': {
      const tooLarge = tooLargeResult(step.title, JSON.stringify(outcome.result ?? null))
      return tooLarge
        ? fail(state, step, { kind: 'failed', ...tooLarge, retry: { when: 'never' } }, settings, now, random)
        : park(state, step, outcome, now)
    }
    case 'ask':
      return ask(state, step, outcome.prompt, now)
    case 'held':
      return hold(state, step, { at: outcome.until, why: outcome.why }, 'step_held', outcome.why, now)
    default: {
      const unknown: never = outcome
      throw new Error(`unknown outcome ${JSON.stringify(unknown)}`)
    }
  }
}
