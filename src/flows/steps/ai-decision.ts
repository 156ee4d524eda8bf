import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { byMatches } from '../decide/by-matches.ts'
import { byModel } from '../decide/by-model.ts'
import type { StepOutcome } from '../outcome.ts'
import { settingsOf } from '../state.ts'
import { inputOf, type StepRun } from './run.ts'

const Settings = z.looseObject({
  decision: z.string().optional(),
  of: z.string().optional(),
  entity: z.string().optional(),
  question: z.string().optional(),
  answers: z.record(z.string(), z.int().nullable()).optional(),
  within: z.string(),
})

/** A judgement: one that the hub has a name for, one that the model makes, or by how many matches there are. */
export function aiDecision(run: StepRun): Promise<StepOutcome> | StepOutcome {
  const settings = settingsOf(Settings, run.step)
  const { decision, question } = settings
  if (decision !== undefined) return byName(run, decision)
  return question === undefined ? byMatches(run, settings) : byModel(run, { ...settings, question })
}

async function byName(run: StepRun, name: string): Promise<StepOutcome> {
  const { deps, state } = run
  const decide = deps.decisions.get(name)
  if (!decide) throw new InputError('unknown_decision', `There is no decision "${name}".`)
  const result = await decide(inputOf(run), {
    org: state.flow.org,
    flowId: state.flow.id,
    caseId: state.flow.case_id,
    customerId: state.flow.customer_id,
  })
  return { kind: 'done', result, by: 'ai' }
}
