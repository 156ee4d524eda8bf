import type { Logger } from 'pino'
import { z } from 'zod'
import { messageOf, VendorError } from '../ops/errors.ts'
import type { Clock, LanguageModel, ModelAnswer, ModelMessage } from '../ports/index.ts'
import { modelJsonSchema, withoutNulls } from './json-schema.ts'
import type { Prompt } from './prompt.ts'
import { costOf, type ModelRun, type Prices } from './runs.ts'

export type Attempt<T> =
  | { kind: 'answer'; value: T; run: ModelRun }
  | { kind: 'invalid'; answer: ModelAnswer; mistakes: string; run: ModelRun }
  | { kind: 'failed'; error: unknown; run: ModelRun }

export type Asked<T> = {
  model: LanguageModel
  prompt: Prompt
  settings: { schemaName: string; temperature: number; maxOutputTokens: number }
  messages: ModelMessage[]
  schema: z.ZodType<T>
  caseId: string | null
  flowId: string | null
  purpose: string
}

export type AttemptDeps = {
  clock: Clock
  log: Logger
  newId: () => string
  record: (run: ModelRun) => void | Promise<void>
  prices: Prices
  timeoutMs: number
}

/** Asks once, checks the answer and records the run; only what `record` throws is thrown. */
export async function attempt<T>(asked: Asked<T>, deps: AttemptDeps): Promise<Attempt<T>> {
  const at = deps.clock.now()
  const started = performance.now()
  const keep = async (outcome: ModelRun['outcome'], fields: Partial<ModelRun>) => {
    const run = {
      ...emptyRun(asked, deps.newId(), at, outcome),
      latencyMs: Math.round(performance.now() - started),
      ...fields,
    }
    await deps.record(run)
    return run
  }

  let answer: ModelAnswer
  try {
    answer = await completeInTime(asked, deps.timeoutMs)
  } catch (error) {
    const expected = error instanceof TimedOut || error instanceof VendorError
    deps.log[expected ? 'warn' : 'error'](
      { caseId: asked.caseId, purpose: asked.purpose, provider: asked.model.name, err: error },
      'model did not answer',
    )
    const outcome = error instanceof TimedOut ? 'timeout' : 'failed'
    return { kind: 'failed', error, run: await keep(outcome, { error: messageOf(error) }) }
  }

  const spent = {
    model: answer.model,
    inputTokens: answer.usage.input,
    outputTokens: answer.usage.output,
    costUsd: costOf(deps.prices, answer.model, answer.usage),
  }
  const checked = checkAnswer(answer, asked.schema)
  if (checked.ok) return { kind: 'answer', value: checked.value, run: await keep('answered', spent) }
  const run = await keep('invalid', { ...spent, error: checked.mistakes })
  return { kind: 'invalid', answer, mistakes: checked.mistakes, run }
}

/** A run with nothing known but who was asked what. */
export function emptyRun(
  asked: Pick<Asked<unknown>, 'model' | 'prompt' | 'caseId' | 'flowId' | 'purpose'>,
  id: string,
  at: number,
  outcome: ModelRun['outcome'],
): ModelRun {
  return {
    id,
    caseId: asked.caseId,
    flowId: asked.flowId,
    purpose: asked.purpose,
    prompt: asked.prompt.name,
    promptVersion: asked.prompt.label,
    provider: asked.model.name,
    model: asked.model.model,
    at,
    latencyMs: 0,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    outcome,
    error: null,
  }
}

class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

/** Throws TimedOut even when the client does not heed its signal. */
async function completeInTime<T>(asked: Asked<T>, timeoutMs: number): Promise<ModelAnswer> {
  const { model, settings, messages, schema } = asked
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // First the verdict, then the signal: the client's own AbortError must not win the race.
      reject(new TimedOut(`${model.name}: no answer within ${timeoutMs} ms`))
      controller.abort()
    }, timeoutMs)
  })
  const call = model.complete({
    messages,
    schema: { name: settings.schemaName, jsonSchema: modelJsonSchema(schema) },
    maxOutputTokens: settings.maxOutputTokens,
    temperature: settings.temperature,
    signal: controller.signal,
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}

function checkAnswer<T>(
  answer: ModelAnswer,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; mistakes: string } {
  if (answer.finish === 'refused') return { ok: false, mistakes: 'The model refused' }
  // Even JSON that happens to parse may have lost its end.
  if (answer.finish === 'length') return { ok: false, mistakes: 'The JSON was cut off: write less' }
  const json = parseJson(answer.text)
  if (json === undefined) return { ok: false, mistakes: 'It is not JSON' }
  const parsed = schema.safeParse(withoutNulls(json, schema))
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, mistakes: z.prettifyError(parsed.error).slice(0, 2000) }
}

/** Servers without structured output wrap JSON in fences or talk around it. */
function parseJson(text: string): unknown {
  for (const part of [text, text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)]) {
    try {
      return JSON.parse(part)
    } catch {
      // The next reading may do; undefined says that none did.
    }
  }
  return undefined
}
