import { z } from 'zod'
import { holds } from '../conditions.ts'
import { Condition } from '../definition.ts'
import type { StepOutcome } from '../outcome.ts'
import { settingsOf } from '../state.ts'
import type { StepRun } from './run.ts'

const Settings = z.looseObject({ condition: Condition })

/** Goes on at `on_success` where its condition holds, else at `on_fail`, else at the next step. */
export function conditional({ step, scope }: StepRun): StepOutcome {
  const verdict = holds(settingsOf(Settings, step).condition, scope())
  return {
    kind: 'done',
    result: verdict,
    goto: verdict.holds ? step.on_success_goto : (step.on_fail_goto ?? step.position + 1),
  }
}
