import { isValidPhoneNumber } from 'libphonenumber-js'
import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import type { FlowStepsTable } from '../store/index.ts'
import { AnswerCheck, durationMs } from './definition.ts'

const Option = z.object({ value: z.string(), label: z.string(), data: z.unknown().optional() })
export type PromptOption = z.infer<typeof Option>

/** What a step asks a person, as its row keeps it. Any step may ask; the answer runs it again. */
export const Prompt = z.object({
  type: z.enum(['choice', 'text', 'confirm']),
  message: z.string(),
  options: z.array(Option),
  check: AnswerCheck.nullable(),
  /** A step of its own; a decision that found none or many; a parameter nobody may guess; a bound that was reached. */
  why: z.enum(['prompt', 'decision', 'param', 'bound']),
  /** The parameter that is asked for, and what earlier questions of this execution brought. */
  param: z.string().nullable(),
  given: z.record(z.string(), z.unknown()),
  bound: z.object({ bound: z.enum(['steps', 'usd', 'tokens', 'wallMs']), used: z.number() }).nullable(),
  role: z.enum(['agent', 'manager', 'admin']),
  /** `user:<who>`; null: anybody with the role. */
  assigned_to: z.string().nullable(),
  asked_at: z.int(),
  until: z.int(),
  remind_at: z.int().nullable(),
  reminded: z.boolean(),
  /** What happens without an answer, in words. */
  otherwise: z.string(),
  /** The answer that counts as given then. */
  default: z.string().nullable(),
})
export type Prompt = z.infer<typeof Prompt>

/** A person's answer, as the step's row keeps it. `by`: `user:<who>`, or `system` for a default. */
export const Answer = z.object({
  value: z.union([z.string(), z.number()]),
  label: z.string(),
  data: z.unknown().optional(),
  by: z.string(),
  at: z.number(),
})
export type Answer = z.infer<typeof Answer>

export const promptOf = (step: Pick<FlowStepsTable, 'prompt'>): Prompt | null =>
  step.prompt === null ? null : Prompt.parse(JSON.parse(step.prompt))

export const answerOf = (step: Pick<FlowStepsTable, 'user_response'>): Answer | null =>
  step.user_response === null ? null : Answer.parse(JSON.parse(step.user_response))

export const confirmOptions: readonly PromptOption[] = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
]

/**
 * What a prompt makes of a raw answer. Throws InputError `bad_answer` that says what would do.
 * Choices take the option's value or its label; a confirm takes yes and no, true and false.
 */
export function readAnswer(prompt: Prompt, raw: unknown): Pick<Answer, 'value' | 'label' | 'data'> {
  if (prompt.type === 'text') return readText(prompt.check ?? AnswerCheck.parse({}), raw)
  const options = prompt.type === 'confirm' ? confirmOptions : prompt.options
  const given = typeof raw === 'boolean' ? (raw ? 'yes' : 'no') : String(raw).trim()
  const option =
    options.find(({ value }) => value === given) ??
    options.find(({ label }) => label.toLowerCase() === given.toLowerCase())
  if (option) return option
  const some = options
    .slice(0, 10)
    .map(({ value, label }) => (value === label ? value : `${value} (${label})`))
  throw badAnswer(`must be one of: ${some.join(', ')}${options.length > 10 ? ', …' : ''}`)
}

function readText(check: AnswerCheck, raw: unknown): Pick<Answer, 'value' | 'label'> {
  if (typeof raw !== 'string' && typeof raw !== 'number') throw badAnswer('must be a text')
  const text = String(raw).trim()
  if (text.length < check.min_length || text.length > check.max_length)
    throw badAnswer(`must have ${check.min_length} to ${check.max_length} characters; it has ${text.length}`)
  switch (check.is) {
    case 'number': {
      const number = Number(text)
      if (text === '' || !Number.isFinite(number)) throw badAnswer('must be a number')
      return { value: number, label: text }
    }
    case 'email':
      if (!z.email().safeParse(text).success) throw badAnswer('must be an e-mail address')
      break
    case 'phone':
      if (!isValidPhoneNumber(text))
        throw badAnswer('must be a phone number with country code, like +4915112345678')
      break
    case 'date':
      if (!z.iso.date().safeParse(text).success) throw badAnswer('must be a date like 2026-11-30')
      break
    case 'duration':
      if (durationMs(text) === undefined) throw badAnswer('must be a duration like 90s, 5m, 24h or 14d')
      break
    case 'text':
      if (check.pattern && !new RegExp(`^(?:${check.pattern})$`, 'u').test(text))
        throw badAnswer(`must match ${check.pattern}`)
  }
  return { value: text, label: text }
}

const badAnswer = (message: string) =>
  new InputError('bad_answer', `The answer ${message}.`, { issues: [{ path: 'response.value', message }] })

export const isReminderDue = ({ remind_at, reminded, until }: Prompt, now: number) =>
  remind_at !== null && !reminded && now >= remind_at && now < until
