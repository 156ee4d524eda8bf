import type { FlowStepsTable } from '../../store/index.ts'
import type { StepOutcome } from '../outcome.ts'
import type { Answer } from '../prompt.ts'
import { StepSettings, settingsOf } from '../state.ts'
import { promptOfStep } from '../steps/asking.ts'
import type { StepRun } from '../steps/run.ts'
import { searchText } from './search-text.ts'
import type { Source } from './source.ts'

/** Whoever has been asked this often looks for something that is not there. */
const ROUNDS_MAX = 3

/** A search that can be made again with other words. */
type Repeatable = { step: FlowStepsTable; param: string; text: string; rounds: number }

/**
 * Nothing was found. A person is asked what else to look for, where the search can be made again; a definition that
 * says where to go on with `no_match` wants no question.
 */
export function unfound(
  run: StepRun,
  source: Source,
  { entity, within }: { entity: string; within: string },
): StepOutcome {
  const search = repeatable(run, source)
  const what = `No ${entity.replaceAll('_', ' ')} was found${search ? ` for "${search.text}"` : ''}`
  const isForeseen = settingsOf(StepSettings, run.step).on_error.no_match !== undefined
  if (isForeseen || !search) return noMatch(what)
  if (search.rounds >= ROUNDS_MAX) return noMatch(`${what}, after ${ROUNDS_MAX} more searches`)
  const message = `${what}. What should be looked for?`
  return { kind: 'ask', prompt: promptOfStep(run, within, { type: 'text', message, why: 'decision' }) }
}

/** Goes back to the search, whose text is now what a person said. */
export function searchAgain(run: StepRun, source: Source, answer: Answer): StepOutcome {
  const search = repeatable(run, source)
  if (!search) throw new Error(`"${run.step.title}" asked for a search that is gone`)
  const { step, param, text, rounds } = search
  const again = String(answer.value)
  return {
    kind: 'done',
    result: { decision: 'no_match', searched: text, answer: { value: again, by: answer.by } },
    learned: {
      userInput: again,
      searchAgain: { position: step.position, runs: step.runs + 1, param, text: again, rounds: rounds + 1 },
    },
    goto: step.position,
    by: answer.by,
    note: `looks for "${again}" now`,
  }
}

function noMatch(error: string): StepOutcome {
  return { kind: 'failed', code: 'no_match', error, retry: { when: 'never' }, learned: { searchAgain: null } }
}

/** Only what reads may be done again, so nothing but reading may lie between the search and here. */
function repeatable({ deps, state, step }: StepRun, source: Source): Repeatable | undefined {
  const search = source.step
  const skill = search?.type === 'tool_call' ? deps.skills.get(search.skill ?? '') : undefined
  if (!search || !skill || search.position >= step.position) return undefined
  const between = state.steps.slice(search.position, step.position)
  if (!between.every((one) => isHarmless(one, deps.skills))) return undefined
  const found = searchText(skill, JSON.parse(search.input ?? '{}'))
  if (!found) return undefined
  const last = state.context.search_again
  const isOurs = last?.position === search.position && last.runs === search.runs
  return { step: search, ...found, rounds: isOurs ? last.rounds : 0 }
}

function isHarmless({ type, skill }: FlowStepsTable, skills: StepRun['deps']['skills']): boolean {
  if (type === 'tool_call') return skills.get(skill ?? '')?.effect === 'read'
  return type === 'conditional' || type === 'ai_decision'
}
