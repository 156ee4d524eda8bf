import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { StepOutcome } from '../outcome.ts'
import { settingsOf } from '../state.ts'
import { inputOf, type StepRun } from './run.ts'

const Settings = z.looseObject({ decision: z.string().optional() })

/** A judgement: one that the hub has a name for. */
export async function aiDecision(run: StepRun): Promise<StepOutcome> {
  const { deps, state, step } = run
  const { decision: name } = settingsOf(Settings, step)
  const decide = deps.decisions.get(name ?? '')
  if (!decide) throw new InputError('unknown_decision', `There is no decision "${name}".`)
  const result = await decide(inputOf(run), {
    org: state.flow.org,
    flowId: state.flow.id,
    caseId: state.flow.case_id,
    customerId: state.flow.customer_id,
  })
  return { kind: 'done', result, by: 'ai' }
}
