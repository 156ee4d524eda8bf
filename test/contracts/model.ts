import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LanguageModel, ModelRequest } from '../../src/ports/index.ts'

/** What the server behind the model does with the next question. */
export type ModelServerMood =
  | { kind: 'says'; text: string; finish?: 'stop' | 'length' | 'refused' }
  | { kind: 'answers'; status: number; code?: string; retryAfterS?: number }
  | { kind: 'breaks' }

export type ModelUnderTest = {
  model: LanguageModel
  next(mood: ModelServerMood): void
  /** The messages of the last question as the server got them, as one text. */
  lastAsked(): string
  dispose(): Promise<void>
}

/** What every LanguageModel must do. */
export function modelContract(name: string, connect: () => Promise<ModelUnderTest>) {
  describe(`${name} as a language model`, () => {
    let made: ModelUnderTest
    beforeEach(async () => {
      made = await connect()
    })
    afterEach(() => made.dispose())

    it('answers a question, says which model did and what it cost', async () => {
      made.next({ kind: 'says', text: 'Guten Tag, Frau Çelik 🙂' })
      const answer = await made.model.complete(question({ ask: 'Grüße Frau Çelik' }))
      expect(answer).toMatchObject({ text: 'Guten Tag, Frau Çelik 🙂', finish: 'stop' })
      expect(answer.model).not.toBe('')
      expect(answer.usage.input).toBeGreaterThan(0)
      expect(answer.usage.output).toBeGreaterThan(0)
      expect(made.lastAsked()).toContain('Grüße Frau Çelik')
    })

    it('gives the JSON that was asked for as text', async () => {
      made.next({ kind: 'says', text: '{"mood":"calm"}' })
      const answer = await made.model.complete(question({ schema: MOOD }))
      expect(JSON.parse(answer.text)).toEqual({ mood: 'calm' })
    })

    it.each(['length', 'refused'] as const)('says when an answer ended by %s', async (finish) => {
      made.next({ kind: 'says', text: '{"mo', finish })
      expect(await made.model.complete(question({ schema: MOOD }))).toMatchObject({ finish })
    })

    it.each<[ModelServerMood, object]>([
      [
        { kind: 'answers', status: 401 },
        { code: 'vendor_auth', retry: { when: 'never' } },
      ],
      [
        { kind: 'answers', status: 404, code: 'model_not_found' },
        { code: 'vendor_not_found', retry: { when: 'never' } },
      ],
      [
        { kind: 'answers', status: 400 },
        { code: 'vendor_rejected', retry: { when: 'never' } },
      ],
      [
        { kind: 'answers', status: 429, retryAfterS: 9 },
        { code: 'vendor_rate_limited', retry: { when: 'after', ms: 9000 } },
      ],
      [
        { kind: 'answers', status: 429, code: 'insufficient_quota' },
        { code: 'vendor_rejected', retry: { when: 'never' } },
      ],
      [
        { kind: 'answers', status: 503 },
        { code: 'vendor_unavailable', retry: { when: 'backoff' } },
      ],
      [{ kind: 'breaks' }, { code: 'vendor_unavailable', retry: { when: 'backoff' } }],
    ])('turns %j into %j and never doubts an effect', async (mood, expected) => {
      made.next(mood)
      const asked = made.model.complete(question({}))
      await expect(asked).rejects.toMatchObject({ name: 'VendorError', effect: 'none', ...expected })
    })

    it('stops when it is told to', async () => {
      const asked = made.model.complete({ ...question({}), signal: AbortSignal.abort() })
      await expect(asked).rejects.toMatchObject({ name: 'VendorError', code: 'vendor_unavailable' })
    })
  })
}

const MOOD = {
  name: 'mood',
  jsonSchema: {
    type: 'object',
    properties: { mood: { type: 'string' } },
    required: ['mood'],
    additionalProperties: false,
  },
}

/** A question of which only what matters is named. */
export function question(fields: { ask?: string } & Partial<ModelRequest>): ModelRequest {
  const { ask = 'How is the customer?', ...given } = fields
  return {
    messages: [
      { role: 'system', content: 'You help a hotel.' },
      { role: 'user', content: ask },
    ],
    maxOutputTokens: 200,
    temperature: 0.2,
    signal: new AbortController().signal,
    ...given,
  }
}
