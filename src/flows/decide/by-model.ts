import { z } from 'zod'
import { resolve } from '../mappings.ts'
import type { StepOutcome } from '../outcome.ts'
import { answerOf, type Prompt, promptOf } from '../prompt.ts'
import { promptOfStep } from '../steps/asking.ts'
import { inputOf, parkedOrTimedOut, type StepRun } from '../steps/run.ts'
import { sourceOf } from './source.ts'

export type QuestionSettings = {
  question: string
  of?: string | undefined
  /** Answer → position to go on at; null: the next step. */
  answers?: Record<string, number | null> | undefined
  within: string
}

/** Less sure than this, a person is asked. */
const SURE_FROM = 0.7
const MATERIAL_MAX_CHARS = 24_000
const SHOWN_MAX_CHARS = 600

/**
 * The model answers a question about what came before, by schema and out of the given answers; a person does where
 * it cannot be asked or is not sure.
 */
export async function byModel(run: StepRun, settings: QuestionSettings): Promise<StepOutcome> {
  const answer = answerOf(run.step)
  if (answer) {
    const { value, by } = answer
    return decided(settings, String(value), { why: `${by} said so`, by, userInput: value })
  }
  if (promptOf(run.step)) return parkedOrTimedOut(run)
  const material = materialOf(run, settings)
  const judged = await askModel(run, settings, material)
  if (judged.kind === 'sure') return decided(settings, judged.answer, { ...judged, by: 'ai' })
  return { kind: 'ask', prompt: questionFor(run, settings, `${judged.why}\n${shown(material)}`) }
}

function decided(
  { answers }: QuestionSettings,
  answer: string,
  { by, why, confidence, userInput }: { by: string; why: string; confidence?: number; userInput?: unknown },
): StepOutcome {
  return {
    kind: 'done',
    result: { decision: 'answered', answer, why, by, ...(confidence === undefined ? {} : { confidence }) },
    goto: (Object.hasOwn(answers ?? {}, answer) ? answers?.[answer] : null) ?? null,
    by,
    note: `${answer} (${why})`,
    ...(userInput === undefined ? {} : { learned: { userInput } }),
  }
}

type Judged =
  | { kind: 'sure'; answer: string; confidence: number; why: string }
  | { kind: 'unsure'; why: string }

async function askModel(run: StepRun, settings: QuestionSettings, material: unknown): Promise<Judged> {
  const { flow, steps } = run.state
  const keys = Object.keys(settings.answers ?? {})
  const asked = await run.deps.ai.ask({
    prompt: 'flow_decision',
    sections: {
      question: {
        question: questionOf(run, settings),
        step: run.step.title,
        flow: flow.title,
        request: flow.original_request.slice(0, 4_000),
      },
      answers:
        keys.length === 0
          ? null
          : keys.map((answer) => ({
              answer,
              leads_to: steps[settings.answers?.[answer] ?? run.step.position + 1]?.title ?? 'the end',
            })),
      material,
    },
    schema: schemaFor(keys),
    caseId: flow.case_id,
    flowId: flow.id,
    purpose: 'flow decision',
  })
  if (asked.kind === 'unavailable') return { kind: 'unsure', why: 'No model could be asked.' }
  const { answer, confidence, why } = asked.value
  return answer !== null && confidence >= SURE_FROM
    ? { kind: 'sure', answer, confidence, why }
    : { kind: 'unsure', why: `The model is not sure: ${why}` }
}

const schemaFor = (answers: readonly string[]) =>
  z.object({
    answer: (answers.length > 0 ? z.enum(answers) : z.string().min(1).max(500)).nullable(),
    confidence: z.number().min(0).max(1),
    why: z.string().max(1_000),
  })

/** The step's own input where it has one, else what came before; bounded, a result may be a megabyte. */
function materialOf(run: StepRun, { of }: QuestionSettings): unknown {
  const input = inputOf(run)
  const material = Object.keys(input).length > 0 ? input : sourceOf(run, of).value
  run.noted.input = null
  const text = JSON.stringify(material ?? null)
  return text.length <= MATERIAL_MAX_CHARS
    ? (material ?? null)
    : `${text.slice(0, MATERIAL_MAX_CHARS)}… (cut)`
}

const questionOf = (run: StepRun, { question }: QuestionSettings) =>
  String(resolve(question, run.scope())).slice(0, 4_000)

function questionFor(run: StepRun, settings: QuestionSettings, about: string): Prompt {
  const { answers, within } = settings
  const options = Object.keys(answers ?? {}).map((answer) => ({ value: answer, label: answer }))
  return promptOfStep(run, within, {
    type: options.length > 0 ? 'choice' : 'text',
    message: `${questionOf(run, settings)}\n${about}`,
    options,
    why: 'decision',
  })
}

function shown(material: unknown): string {
  const text = typeof material === 'string' ? material : JSON.stringify(material)
  return text.length <= SHOWN_MAX_CHARS ? text : `${text.slice(0, SHOWN_MAX_CHARS)}…`
}
