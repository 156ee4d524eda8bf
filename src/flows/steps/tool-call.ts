import { InputError } from '../../ops/errors.ts'
import type { StepOutcome } from '../outcome.ts'
import { fitInput } from './fit-input.ts'
import { causeOf, type StepRun } from './run.ts'

/** Runs a skill, once per execution of the step. */
export async function toolCall(run: StepRun): Promise<StepOutcome> {
  const { deps, state, step, job } = run
  const { flow } = state
  const name = step.skill ?? ''
  const skill = deps.skills.get(name)
  if (!skill) throw new InputError('unknown_skill', `There is no skill "${name}".`, { status: 404 })
  const fitted = fitInput(run, skill)
  if (fitted.kind !== 'fits') return fitted
  const result = await deps.skills.act(name, fitted.input, {
    org: job.org,
    cause: causeOf(flow.id, step),
    actor: 'ai',
    caseId: flow.case_id,
    flowId: flow.id,
    fence: flow.fence,
    depth: flow.depth + 1,
    log: job.log,
  })
  const created = createdBy(name, result)
  return { kind: 'done', result, ...(created ? { learned: { created } } : {}) }
}

/** What a skill called `create_…` made is known to later steps as `context.created_entities.<noun>_id`. */
export function createdBy(skill: string, result: unknown): Record<string, unknown> | undefined {
  const noun = /^create_(\w+)$/.exec(skill)?.[1]
  if (noun === undefined || typeof result !== 'object' || result === null) return undefined
  const made = 'data' in result ? result.data : result
  if (typeof made !== 'object' || made === null || !('id' in made)) return undefined
  return { [`${noun}_id`]: made.id, [noun]: made }
}
