import { InputError } from '../../ops/errors.ts'
import type { StepOutcome } from '../outcome.ts'
import type { StepRun } from './run.ts'

/** Not there yet. */
export function subFlow({ step }: StepRun): StepOutcome {
  throw new InputError('unknown_step_type', `Steps of type "${step.type}" cannot be run.`)
}
