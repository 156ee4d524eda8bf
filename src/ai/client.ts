import { BrokenCircuitError } from 'cockatiel'
import type { z } from 'zod'
import { messageOf } from '../ops/errors.ts'
import type { LanguageModel, ModelMessage } from '../ports/index.ts'
import { type Asked, type Attempt, type AttemptDeps, attempt, emptyRun } from './attempt.ts'
import { fillPrompt, type Prompts } from './prompt.ts'
import type { AiAction, ModelRun, Prices } from './runs.ts'
import { createShield, defaultLimits, type Limits, type Shield } from './shield.ts'

export type AiDeps = Pick<AttemptDeps, 'clock' | 'log' | 'newId' | 'record'> & {
  /** Without any model every question is answered `unavailable`, and the caller uses its template. */
  primary?: LanguageModel | undefined
  fallback?: LanguageModel | undefined
  prompts: Prompts
  /** 0 ≤ n < 1, for jitter. */
  random: () => number
  /** Writes the action log. */
  note: (action: AiAction) => void | Promise<void>
  prices?: Prices
  limits?: Partial<Limits>
}

export type Question<T> = {
  /** Name of the prompt. */
  prompt: string
  sections: Readonly<Record<string, unknown>>
  schema: z.ZodType<T>
  caseId: string | null
  /** The flow whose bounds this counts against. */
  flowId?: string | null
  /** What for, as runs are listed, like `profile`. */
  purpose: string
}

/** `run` is the attempt that decided: the answer, or the last failure (null: no model is configured). */
export type AiAnswer<T> =
  | { kind: 'answer'; value: T; run: ModelRun }
  | { kind: 'unavailable'; reason: string; run: ModelRun | null }

export type Ai = {
  readonly configured: boolean
  ask<T>(question: Question<T>): Promise<AiAnswer<T>>
}

/**
 * Asks the first provider, then the second, each behind timeout, retry and breaker; checks the answer with
 * zod and has it repaired once. A model's failure is an answer (`unavailable`), never an exception; what
 * `record` and `note` throw, and mistakes in a prompt's name or sections, come through.
 */
export function createAi(deps: AiDeps): Ai {
  const limits: Limits = { ...defaultLimits, ...deps.limits }
  const attemptDeps: AttemptDeps = { ...deps, prices: deps.prices ?? {}, timeoutMs: limits.timeoutMs }
  const providers = [deps.primary, deps.fallback]
    .filter((model) => model !== undefined)
    .map((model) => ({ model, shield: createShield(limits, deps.random) }))

  return {
    configured: providers.length > 0,
    async ask<T>(question: Question<T>): Promise<AiAnswer<T>> {
      const prompt = deps.prompts.get(question.prompt)
      if (!prompt?.model || !prompt.schema)
        throw new Error(`There is no prompt ${question.prompt} to ask with`)
      const settings = { ...prompt.model, schemaName: prompt.schema }
      const messages = fillPrompt(prompt, question.sections)
      const { schema, caseId, purpose } = question
      const flowId = question.flowId ?? null

      let last: AiAnswer<T> = { kind: 'unavailable', reason: 'No model is configured', run: null }
      for (const { model, shield } of providers) {
        if (last.run) await note('failover_activated', caseId, { purpose, to: model.name, why: last.reason })
        last = settle(
          await askProvider({ model, prompt, settings, messages, schema, caseId, flowId, purpose }, shield),
        )
        if (last.kind === 'answer') {
          const detail = { purpose, provider: model.name, model: last.run.model }
          await note('response_generated', caseId, detail)
          return last
        }
      }
      return last
    },
  }

  async function askProvider<T>(asked: Asked<T>, shield: Shield): Promise<Attempt<T>> {
    try {
      const first = await shield.run(() => attempt(asked, attemptDeps))
      if (first.kind !== 'invalid' || first.answer.finish === 'refused') return first
      const messages = [...asked.messages, ...repairRequest(first.answer.text, first.mistakes)]
      return await shield.run(() => attempt({ ...asked, messages }, attemptDeps))
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error
      const why = `${asked.model.name}: skipped, it failed repeatedly a moment ago`
      const run = {
        ...emptyRun(asked, deps.newId(), deps.clock.now(), 'skipped_breaker'),
        error: why,
      }
      await deps.record(run)
      return { kind: 'failed', error: new Error(why), run }
    }
  }

  async function note(type: AiAction['type'], caseId: string | null, detail: AiAction['detail']) {
    await deps.note({ type, caseId, at: deps.clock.now(), detail })
  }
}

function settle<T>(result: Attempt<T>): AiAnswer<T> {
  switch (result.kind) {
    case 'answer':
      return result
    case 'invalid':
      return { kind: 'unavailable', reason: `No usable answer: ${result.mistakes}`, run: result.run }
    case 'failed':
      return { kind: 'unavailable', reason: messageOf(result.error), run: result.run }
  }
}

/** The answer is quoted back so that a model without memory can mend it; bounded, it may be nonsense. */
function repairRequest(answer: string, mistakes: string): ModelMessage[] {
  return [
    { role: 'assistant', content: answer.slice(0, 8000) },
    {
      role: 'user',
      content: `Your answer was not accepted: ${mistakes}\nAnswer again, with JSON of the given schema and nothing else.`,
    },
  ]
}
