import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { AnswerCheck } from '../definition.ts'
import { resolve } from '../mappings.ts'
import type { StepOutcome } from '../outcome.ts'
import {
  type Answer,
  answerOf,
  confirmOptions,
  Prompt,
  type PromptOption,
  promptOf,
  readAnswer,
} from '../prompt.ts'
import { settingsOf } from '../state.ts'
import { type Asked, promptOfStep } from './asking.ts'
import { durationOf, parkedOrTimedOut, type StepRun } from './run.ts'

const Settings = z.looseObject({
  prompt_type: z.enum(['choice', 'text', 'confirm']),
  message: z.string(),
  options: z.union([z.string(), z.array(z.unknown())]),
  check: AnswerCheck.optional(),
  role: z.enum(['agent', 'manager', 'admin']),
  assigned_to: z.string().optional(),
  within: z.string(),
  remind_after: z.string().optional(),
  default: z.string().optional(),
  on_no: z.int().nullable(),
  confirms_plan: z.boolean().optional(),
})
type Settings = z.infer<typeof Settings>

const OPTIONS_MAX = 100

/** Asks a person: a choice, a text, or yes and no. */
export function userPrompt(run: StepRun): StepOutcome {
  const { deps, step } = run
  const settings = settingsOf(Settings, step)
  const answer = answerOf(step)
  if (answer) return answered(step, settings, answer)
  const prompt = promptOf(step)
  if (prompt) return unanswered(run, settings, prompt)
  const given: Asked = {
    type: settings.prompt_type,
    message: String(resolve(settings.message, run.scope())),
    options: optionsOf(run, settings),
    check: settings.check ?? null,
    why: 'prompt',
    role: settings.role,
    assigned_to:
      settings.assigned_to === undefined ? null : String(resolve(settings.assigned_to, run.scope())),
    remind_at:
      settings.remind_after === undefined ? null : deps.clock.now() + durationOf(settings.remind_after, run),
    default: settings.default ?? null,
  }
  return { kind: 'ask', prompt: checkedDefault(promptOfStep(run, settings.within, given)) }
}

function optionsOf(run: StepRun, { prompt_type, options }: Settings): PromptOption[] {
  if (prompt_type === 'text') return []
  if (prompt_type === 'confirm') return [...confirmOptions]
  const read = Prompt.shape.options.max(OPTIONS_MAX).safeParse(resolve(options, run.scope()))
  const values = read.success ? read.data.map(({ value }) => value) : []
  if (read.success && values.length > 0 && new Set(values).size === values.length) return read.data
  const what = values.length > 0 ? 'has the same option twice' : 'has no list of options'
  throw new InputError(
    'bad_options',
    `"${run.step.title}" ${what}, of {value, label} and at most ${OPTIONS_MAX}.`,
  )
}

/** A default that could not be given as an answer would be found out only when nobody has answered. */
function checkedDefault(prompt: Prompt): Prompt {
  if (prompt.default !== null) readAnswer(prompt, prompt.default)
  return prompt
}

function answered(step: FlowStepsTable, settings: Settings, answer: Answer): StepOutcome {
  const isNo = settings.prompt_type === 'confirm' && answer.value === 'no'
  if (isNo && settings.on_no === null) {
    const error = `"${step.title}" was answered no by ${answer.by}`
    return { kind: 'failed', code: 'declined', error, retry: { when: 'never' }, by: answer.by }
  }
  return {
    kind: 'done',
    result: answer,
    by: answer.by,
    ...(settings.confirms_plan ? {} : { learned: { userInput: answer.value } }),
    ...(isNo ? { goto: settings.on_no } : {}),
    ...(isNo && settings.confirms_plan ? { outcome: 'declined' } : {}),
  }
}

/** Nobody answered in time: the default counts, where there is one. */
function unanswered(run: StepRun, settings: Settings, prompt: Prompt): StepOutcome {
  const now = run.deps.clock.now()
  if (prompt.default === null || now < prompt.until) return parkedOrTimedOut(run)
  const read = readAnswer(prompt, prompt.default)
  const outcome = answered(run.step, settings, { ...read, by: 'system', at: now })
  return outcome.kind === 'done' ? { ...outcome, note: 'nobody answered in time' } : outcome
}
