import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { AnswerCheck } from '../definition.ts'
import { resolve } from '../mappings.ts'
import type { StepOutcome } from '../outcome.ts'
import { answerOf, confirmOptions, Prompt, readAnswer } from '../prompt.ts'
import { settingsOf } from '../state.ts'
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
  on_timeout: z.int().nullable(),
  on_no: z.int().nullable(),
})

/** Asks a person: a choice, a text, or yes and no. */
export function userPrompt(run: StepRun): StepOutcome {
  const { deps, state, step } = run
  const settings = settingsOf(Settings, step)
  const answer = answerOf(step)
  if (answer) {
    const isNo = settings.prompt_type === 'confirm' && answer.value === 'no'
    if (isNo && settings.on_no === null) {
      const error = `"${step.title}" was answered no by ${answer.by}`
      return { kind: 'failed', code: 'declined', error, retry: { when: 'never' }, by: answer.by }
    }
    return {
      kind: 'done',
      result: answer,
      learned: { userInput: answer.value },
      by: answer.by,
      ...(isNo ? { goto: settings.on_no } : {}),
    }
  }
  if (step.wait_until !== null) {
    const { prompt } = step
    if (settings.default === undefined || prompt === null || deps.clock.now() < step.wait_until)
      return parkedOrTimedOut(run)
    const read = readAnswer(Prompt.parse(JSON.parse(prompt)), settings.default)
    const result = { ...read, by: 'system', at: deps.clock.now() }
    return { kind: 'done', result, learned: { userInput: read.value }, note: 'nobody answered in time' }
  }
  const now = deps.clock.now()
  const options = Prompt.shape.options.safeParse(
    settings.prompt_type === 'confirm' ? confirmOptions : resolve(settings.options, run.scope()),
  )
  if (!options.success || (settings.prompt_type === 'choice' && options.data.length === 0)) {
    throw new InputError('bad_options', `"${step.title}" has nothing to choose from.`)
  }
  return {
    kind: 'ask',
    prompt: {
      type: settings.prompt_type,
      message: String(resolve(settings.message, run.scope())),
      options: options.data,
      check: settings.check ?? null,
      why: 'prompt',
      param: null,
      given: {},
      bound: null,
      role: settings.role,
      assigned_to: settings.assigned_to ?? null,
      asked_at: now,
      until: now + durationOf(settings.within, run),
      remind_at: settings.remind_after === undefined ? null : now + durationOf(settings.remind_after, run),
      reminded: false,
      otherwise: consequenceOf(settings, state.steps[settings.on_timeout ?? -1]?.title),
      default: settings.default ?? null,
    },
  }
}

function consequenceOf(settings: z.infer<typeof Settings>, goesOn: string | undefined): string {
  if (settings.default !== undefined) return `"${settings.default}" counts as the answer`
  if (goesOn !== undefined) return `the flow goes on at "${goesOn}"`
  return settings.on_timeout === null ? 'the flow fails' : 'the flow ends'
}
