import { isValidPhoneNumber } from 'libphonenumber-js'
import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import type { FlowStepsTable } from '../store/index.ts'
import { oneWith } from './answers/may.ts'
import { matchesWhole } from './answers/pattern.ts'
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

/** What most prompts have in common. */
export const promptDefaults = {
  options: [],
  check: null,
  param: null,
  given: {},
  bound: null,
  role: 'agent',
  assigned_to: null,
  remind_at: null,
  reminded: false,
  default: null,
} satisfies Partial<Prompt>

/** What a flow waits for that asked this, in one line. */
export function waitingForAnswer({ assigned_to, role, message }: Prompt): string {
  return `${assigned_to ?? oneWith(role)} to answer "${short(message)}"`
}

/** One line of at most 120 characters. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}

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
  const given = prompt.type === 'confirm' ? yesOrNo(raw) : String(raw).trim()
  const option = options.find(({ value }) => value === given) ?? onlyLabelled(options, given)
  if (option) return option
  const some = options
    .slice(0, 10)
    .map(({ value, label }) => (value === label ? value : `${value} (${label})`))
  throw badAnswer(`must be one of: ${some.join(', ')}${options.length > 10 ? ', …' : ''}`)
}

const yesOrNo = (raw: unknown) => {
  const said = String(raw).trim().toLowerCase()
  return said === 'true' ? 'yes' : said === 'false' ? 'no' : said
}

/** Two options may read the same; then only their values tell them apart. */
function onlyLabelled(options: readonly PromptOption[], label: string): PromptOption | undefined {
  const found = options.filter((option) => option.label.toLowerCase() === label.toLowerCase())
  return found.length === 1 ? found[0] : undefined
}

const DECIMAL = /^[+-]?\d+(\.\d+)?$/

const kinds: Record<AnswerCheck['is'], { must: string; fits: (text: string) => boolean }> = {
  text: { must: 'be a text', fits: () => true },
  number: { must: 'be a number, like 12 or 12.50', fits: (text) => DECIMAL.test(text) },
  email: { must: 'be an e-mail address', fits: (text) => z.email().safeParse(text).success },
  phone: {
    must: 'be a phone number with country code, like +4915112345678',
    fits: (text) => isValidPhoneNumber(text),
  },
  date: { must: 'be a date like 2026-11-30', fits: (text) => z.iso.date().safeParse(text).success },
  duration: {
    must: 'be a duration like 90s, 5m, 24h or 14d',
    fits: (text) => durationMs(text) !== undefined,
  },
}

function readText(check: AnswerCheck, raw: unknown): Pick<Answer, 'value' | 'label'> {
  if (typeof raw !== 'string' && typeof raw !== 'number') throw badAnswer('must be a text')
  const text = String(raw).trim()
  const { is, pattern, min_length: least, max_length: most } = check
  if (text.length < least || text.length > most)
    throw badAnswer(`must have ${least} to ${most} characters; it has ${text.length}`)
  if (!kinds[is].fits(text)) throw badAnswer(`must ${kinds[is].must}`)
  if (pattern !== undefined && matchesWhole(pattern, text) !== true) throw badAnswer(`must match ${pattern}`)
  return { value: is === 'number' ? Number(text) : text, label: text }
}

const badAnswer = (message: string) =>
  new InputError('bad_answer', `The answer ${message}.`, { issues: [{ path: 'response.value', message }] })

export const isReminderDue = ({ remind_at, reminded, until }: Prompt, now: number) =>
  remind_at !== null && !reminded && now >= remind_at && now < until
