import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadPrompts } from '../../../src/ai/index.ts'
import {
  buildCallScript,
  decideReply,
  findPhone,
  lockNumbers,
  ReadingSchema,
  readingSections,
} from '../../../src/outreach/index.ts'
import { converse } from '../../../src/sandbox/callers.ts'
import { phrasesFor } from '../../../src/sandbox/mailbox-phrases.ts'
import { draftOf } from '../../../src/sandbox/model-draft.ts'
import { outcomeOf } from '../../../src/sandbox/model-outcome.ts'
import { readingOf } from '../../../src/sandbox/model-reading.ts'
import { DraftTask, OutcomeTask, ReadingTask } from '../../../src/sandbox/model-sections.ts'
import type { CallMood } from '../../../src/sandbox/world.ts'

/** The simulated people and the scripted model were written apart; a demo needs them to understand each other. */

const locales = ['en', 'de', 'es', 'pt', 'hi']
const PHONES = ['+4915123456789', '+493012345678', '+498912345678']

describe.each(locales)('a customer who writes in %s', (locale) => {
  const phrases = phrasesFor(locale)
  const decide = (phrase: string) => {
    const text = phrase
      .replaceAll('{phone}', PHONES[0] ?? '')
      .replaceAll('{phone2}', PHONES[1] ?? '')
      .replaceAll('{phone3}', PHONES[2] ?? '')
      .replaceAll('{name}', 'Anna Weber')
    const phone = findPhone(text, { countries: ['DE'], own: [] })
    const sections = readingSections({ ourMail: null, subject: 'Re: x', text, phone })
    const reading = ReadingSchema.parse(readingOf(ReadingTask.parse(sections)))
    return decideReply({ text, phone, reading, knownPhone: null, askedForAiCall: true })
  }

  it.each([
    ['agrees', phrases.agrees],
    ['picks one of several', phrases.picksOne],
    ['corrects a number', phrases.correctsNumber],
    ['gives the number later', phrases.givesNumber],
    ['had a question first', phrases.afterQuestion],
  ])('is called when they %s', (_what, phrase) => {
    expect(decide(phrase)).toMatchObject({ kind: 'phone_given', e164: PHONES[0] })
  })

  it.each([
    ['three numbers', phrases.threeNumbers, { kind: 'ask_again', why: 'several' }],
    ['a number that is none', phrases.invalidNumber, { kind: 'ask_again' }],
    ['a yes without a number', phrases.consentOnly, { kind: 'ask_again', why: 'no_number' }],
    ['a question', phrases.asksQuestion, { kind: 'question' }],
    ['a refusal', phrases.refuses, { kind: 'refused' }],
    ['anger', phrases.angry, { kind: 'wants_human' }],
    ['an opt-out', phrases.optsOut, { kind: 'opted_out' }],
  ])('is understood when they send %s', (_what, phrase, expected) => {
    expect(decide(phrase)).toMatchObject(expected)
  })
})

const script = promptNamed('call_script')
const NO_EVIDENCE = { ticket: 'zendesk:1', comment: '1', date: '2026-03-01T00:00:00.000Z', quote: '' }
const NO_PROFILE = {
  language: null,
  constraints: [],
  open_wishes: [],
  past_friction: [],
  tone: [],
  promises: [],
  missing: [],
  recommendations: [],
}

function promptNamed(name: string) {
  const prompt = loadPrompts().get(name)
  if (!prompt) throw new Error(`There is no prompt ${name}`)
  return prompt
}

describe.each(locales)('a call in %s', (language) => {
  const said = (text: string) => ({ text: `Wrote: "${text}".`, evidence: NO_EVIDENCE })
  const { systemPrompt } = buildCallScript(script, {
    company: { name: 'Lumen Hotels', about: 'Four houses' },
    customer: { name: 'Anna', language },
    ticket: { ref: 'zendesk:1', subject: 'A trip' },
    goal: 'They choose a room.',
    profile: {
      ...NO_PROFILE,
      open_wishes: [said('a trip for three')],
      past_friction: [said('The bill was wrong')],
      missing: ['For which dates is it?'],
    },
    facts: [
      {
        chunk_id: 'c',
        title: 'Triple Room',
        headings: [],
        text: 'It is quiet. The Triple Room costs €129 per night.',
      },
    ],
    mayPromise: [],
    mayNotPromise: [],
  })

  it.each<[CallMood, string]>([
    ['agrees', 'resolved'],
    ['refuses', 'refused'],
    ['angry', 'frustrated'],
    ['asks_human', 'frustrated'],
    ['wrong_person', 'wrong_person'],
    ['voicemail', 'voicemail'],
  ])('with somebody who %s is judged %s', (mood, expected) => {
    const story = converse({
      mood,
      customerName: 'Anna',
      firstMessage: 'Hello',
      systemPrompt,
      language,
      maxDurationS: 600,
    })
    if (mood === 'agrees') expect(spoken(story)).toContain('The Triple Room costs €129 per night.')
    if (mood === 'agrees') expect(spoken(story)).toContain('a trip for three')
    if (mood === 'angry') expect(spoken(story)).toContain('The bill was wrong.')
    const transcript = story.turns.map(({ role, text }) => ({
      speaker: role === 'bot' ? 'assistant' : 'customer',
      text,
    }))
    const judged = outcomeOf(OutcomeTask.parse({ case: {}, transcript, provider: null }))
    expect(judged.class).toBe(expected)
    expect(judged.confidence).toBeGreaterThan(0.7)
  })
})

const spoken = ({ turns }: { turns: { text: string }[] }) => turns.map(({ text }) => text).join('\n')

const samples = new URL('../../../src/sandbox/samples/knowledge/', import.meta.url)
const documents = readdirSync(samples).map((file) => {
  const [, head = '', text = ''] = readFileSync(new URL(file, samples), 'utf8').split(/^---$/m)
  return { chunk_id: file, title: /title: (.*)/.exec(head)?.[1] ?? file, headings: [], text }
})

it.each(['en', 'de'])(
  'every sample document can be recommended in %s without a number of its own',
  (language) => {
    for (const chunk of documents) {
      const draft = draftOf(
        DraftTask.parse({
          task: { kind: 'ask_phone', language },
          customer: { name: 'Abhishek' },
          profile: { recommendations: [{ chunk_id: chunk.chunk_id }] },
          ticket: { ticket: 'zendesk:1', subject: 'A trip', comments: [] },
          knowledge: [chunk],
          situation: null,
        }),
      )
      const verdict = lockNumbers(draft, {
        chunks: [{ id: chunk.chunk_id, ...chunk }],
        ticket: ['A trip'],
        given: ['Abhishek'],
        ticketRef: 'zendesk:1',
      })
      expect(verdict, `${chunk.chunk_id}: ${draft.paragraphs.join('\n')}`).toEqual({ ok: true })
      expect(draft.cited_chunk_ids).toEqual([chunk.chunk_id])
    }
  },
)
