import { pino } from 'pino'
import { z } from 'zod'
import { type AiAction, type AiDeps, createAi, type ModelRun, parsePrompt } from '../../../src/ai/index.ts'
import { backoff, never, VendorError } from '../../../src/ops/errors.ts'
import type { LanguageModel, ModelAnswer, ModelRequest } from '../../../src/ports/index.ts'

export const Mood = z.object({ mood: z.enum(['good', 'bad']), words: z.string().optional() })

export const moodPrompt = `---
name: mood
version: 3
purpose: For tests.
model:
  temperature: 0
  maxOutputTokens: 50
schema: mood
sections:
  letter: "{text}"
---
# System

Read the letter.

# User

<letter>
{{letter}}
</letter>

Judge.
`

type Behaviour = string | Partial<ModelAnswer> | Error | 'hang'

/** A model that behaves as told, one behaviour per request, the last one for ever; and remembers what it was asked. */
export function scriptedModel(name: string, ...behaviours: Behaviour[]) {
  const asked: ModelRequest[] = []
  const model: LanguageModel = {
    name,
    model: `${name}-1`,
    async complete(request) {
      const behaviour = behaviours[Math.min(asked.length, behaviours.length - 1)] ?? ''
      asked.push(request)
      if (behaviour === 'hang') return new Promise(() => {})
      if (behaviour instanceof Error) throw behaviour
      const answer = typeof behaviour === 'string' ? { text: behaviour } : behaviour
      return { text: '', model: `${name}-1`, finish: 'stop', usage: { input: 1000, output: 200 }, ...answer }
    },
    check: async () => ({ ok: true, detail: '' }),
  }
  return { model, asked }
}

export const busy = (retry: VendorError['retry'] = backoff) =>
  new VendorError({ code: 'vendor_unavailable', vendor: 'a', retry, hint: 'It is down' })
export const refusedRequest = () =>
  new VendorError({ code: 'vendor_rejected', vendor: 'a', retry: never, hint: 'It does not take this' })

/** An AI over scripted models, with everything it recorded. */
export function testAi(models: Pick<AiDeps, 'primary' | 'fallback'>, more: Partial<AiDeps> = {}) {
  const runs: ModelRun[] = []
  const actions: AiAction[] = []
  let ids = 0
  const ai = createAi({
    ...models,
    prompts: new Map([['mood', parsePrompt(moodPrompt)]]),
    clock: { now: () => 1_000_000, at: () => () => {} },
    log: pino({ level: 'silent' }),
    newId: () => `run_${++ids}`,
    random: () => 0.5,
    record: (run) => {
      runs.push(run)
    },
    note: (action) => {
      actions.push(action)
    },
    limits: { firstDelayMs: 1 },
    ...more,
  })
  const ask = (letter: unknown = { text: 'Hello' }) =>
    ai.ask({ prompt: 'mood', sections: { letter }, schema: Mood, caseId: 'case_1', purpose: 'mood' })
  return { ai, ask, runs, actions }
}
