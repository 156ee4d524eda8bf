import { z } from 'zod'
import type { StepOutcome } from '../outcome.ts'
import { settingsOf } from '../state.ts'
import { durationOf, type StepRun } from './run.ts'

const Settings = z.looseObject({ for: z.string() })

/** Lets time pass, in the queue and not in memory. */
export function delay(run: StepRun): StepOutcome {
  const { deps, step } = run
  if (step.wait_until === null) {
    const until = deps.clock.now() + durationOf(settingsOf(Settings, step).for, run)
    return { kind: 'wait', status: 'waiting', waitingFor: `${step.title} to pass`, until }
  }
  return deps.clock.now() < step.wait_until ? { kind: 'parked' } : { kind: 'done', result: { waited: true } }
}
