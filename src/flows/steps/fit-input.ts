import { InputError } from '../../ops/errors.ts'
import type { Skill } from '../../skills/index.ts'
import type { StepOutcome } from '../outcome.ts'
import { answerOf, type Prompt, promptOf } from '../prompt.ts'
import { type Doubt, repairInput, withAnswer } from '../repair/repair.ts'
import { promptOfStep } from './asking.ts'
import { inputOf, parkedOrTimedOut, type StepRun } from './run.ts'

/** How long a person has to give a parameter that nobody else may. */
const WITHIN = '72h'

/**
 * What a step's skill is run with: its parameters, put right where that is safe, and asked for where it is not.
 * Throws InputError `unknown_params` for what the skill does not take, `bad_input` for what would be asked for where
 * the step says where to go on when it fails.
 */
export function fitInput(
  run: StepRun,
  skill: Skill,
): { kind: 'fits'; input: Record<string, unknown> } | StepOutcome {
  const prompt = promptOf(run.step)
  if (prompt && run.step.user_response === null) return parkedOrTimedOut(run)
  const said = saidBefore(run, prompt)
  let repaired = repairInput(skill, withNewSearch(run, inputOf(run)))
  const { noted } = run
  noted.repairs = [...repaired.repairs]
  for (let { doubt } = repaired; doubt && said.has(doubt.param); doubt = repaired.doubt) {
    const value = said.get(doubt.param)
    said.delete(doubt.param)
    noted.repairs.push({
      param: doubt.param,
      from: doubt.given?.value ?? null,
      to: value,
      why: 'as a person said',
    })
    repaired = repairInput(skill, withAnswer(repaired.input, doubt, value))
  }
  noted.input = repaired.input
  if (repaired.unknown.length > 0) throw unknownParams(skill, repaired.unknown, repaired.known)
  if (repaired.doubt === null) return { kind: 'fits', input: repaired.input }
  // A step that says where to go on when it fails has its answer to that: nobody is asked.
  if (run.step.on_fail_goto !== null) throw unfit(skill, repaired.doubt)
  const { param } = repaired.doubt
  const given = Object.fromEntries([...saidBefore(run, prompt)].filter(([name]) => name !== param))
  return { kind: 'ask', prompt: promptOfStep(run, WITHIN, { ...questionFor(run, repaired.doubt), given }) }
}

/** What people have said so far, by parameter: in earlier questions of this execution, and to the last one. */
function saidBefore({ step }: StepRun, prompt: Prompt | null): Map<string, unknown> {
  if (prompt?.why !== 'param') return new Map()
  const said = new Map(Object.entries(prompt.given))
  const answer = answerOf(step)
  if (answer && prompt.param !== null) said.set(prompt.param, answer.value)
  return said
}

/** A search that found nothing is made again with what a person said to look for. */
function withNewSearch({ state, step }: StepRun, input: Record<string, unknown>) {
  const again = state.context.search_again
  if (again?.position !== step.position || again.runs !== step.runs) return input
  return { ...input, [again.param]: again.text }
}

function questionFor({ step }: StepRun, doubt: Doubt) {
  const { param, description, choices, given, problem } = doubt
  const had =
    given === null
      ? 'Nothing was given'
      : `Given was ${param === given.param ? '' : `${given.param} = `}${JSON.stringify(given.value)}`
  const about = description === null ? '' : ` (${description})`
  return {
    type: choices.length > 0 ? ('choice' as const) : ('text' as const),
    message: `"${step.title}" needs ${param}${about}. ${had.slice(0, 500)}, which is not guessed at: ${problem}. What is it?`,
    options: choices.map((value) => ({ value, label: value })),
    check: choices.length > 0 ? null : { ...ANY_TEXT, is: kindOf(doubt) },
    why: 'param' as const,
    param,
  }
}

const ANY_TEXT = { min_length: 1, max_length: 1_000 }

function kindOf({ param, type }: Doubt) {
  if (type === 'number') return 'number' as const
  if (/e?mail$/i.test(param)) return 'email' as const
  return /phone$|mobile$/i.test(param) ? ('phone' as const) : ('text' as const)
}

function unfit(skill: Skill, { param, problem }: Doubt) {
  return new InputError('bad_input', `The input of ${skill.name} does not fit: ${param}: ${problem}`, {
    issues: [{ path: param, message: problem }],
  })
}

function unknownParams(skill: Skill, unknown: readonly string[], known: readonly string[]) {
  const takes = known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.'
  return new InputError('unknown_params', `${skill.name} takes no ${unknown.join(', ')}. ${takes}`, {
    issues: unknown.map((name) => ({ path: name, message: `is no parameter of ${skill.name}` })),
  })
}
