import type { StepOutcome } from '../outcome.ts'
import { type Answer, answerOf, type Prompt, promptOf, short } from '../prompt.ts'
import { promptOfStep } from '../steps/asking.ts'
import type { StepRun } from '../steps/run.ts'
import { parkedOrTimedOut } from '../steps/run.ts'
import { type Candidate, candidatesIn, chosen, optionsOf, resolvedFrom, SHOWN_MAX } from './candidates.ts'
import { searchAgain, unfound } from './no-match.ts'
import { sourceOf } from './source.ts'

export type MatchSettings = { of?: string | undefined; entity?: string | undefined; within: string }

/**
 * Decides by how many there are: none asks what else to look for, one is extracted for the steps that follow,
 * several are a choice for a person.
 */
export function byMatches(run: StepRun, settings: MatchSettings): StepOutcome {
  const prompt = promptOf(run.step)
  const answer = answerOf(run.step)
  if (prompt && !answer) return parkedOrTimedOut(run)
  const source = sourceOf(run, settings.of)
  if (prompt?.type === 'text' && answer) return searchAgain(run, source, answer)
  const entity = settings.entity ?? entityOf(source.step?.skill)
  const candidates = candidatesIn(source.value)
  if (answer) return picked(run, entity, candidates, answer)
  const [only] = candidates
  if (!only) return unfound(run, source, { entity, within: settings.within })
  if (candidates.length > 1) return { kind: 'ask', prompt: choice(run, settings.within, entity, candidates) }
  const resolved = resolvedFrom(entity, only)
  return { kind: 'done', result: { decision: 'single_match', resolved }, learned: { resolved } }
}

function choice(run: StepRun, within: string, entity: string, candidates: readonly Candidate[]): Prompt {
  const { length } = candidates
  const first = length > SHOWN_MAX ? `, of which these are the first ${SHOWN_MAX}` : ''
  return promptOfStep(run, within, {
    type: 'choice',
    message: `Found ${length} matches${first}. Which ${entity.replaceAll('_', ' ')} is meant?`,
    options: optionsOf(candidates),
    why: 'decision',
  })
}

function picked(run: StepRun, entity: string, candidates: readonly Candidate[], answer: Answer): StepOutcome {
  const candidate = chosen(candidates, answer.value)
  if (!candidate) throw new Error(`"${run.step.title}" was answered with ${answer.value}, which is gone`)
  const resolved = resolvedFrom(entity, candidate)
  const { value, label, by } = answer
  return {
    kind: 'done',
    result: { decision: 'multiple_matches', resolved, answer: { value, label, by } },
    learned: { resolved, userInput: value },
    by,
    note: short(label),
  }
}

/** What a skill looks for, by its name: `search_tasks` → task. */
function entityOf(skill: string | null | undefined): string {
  const plural = /^(?:search|find|list|get|look_up|query)_(\w+)$/.exec(skill ?? '')?.[1] ?? 'entity'
  return plural.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')
}
