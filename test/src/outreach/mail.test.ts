import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { intents } from '../../../src/ai/index.ts'
import {
  composeMail,
  draftSections,
  type FoundPhone,
  givenOf,
  lockNumbers,
  type MailFrame,
  mailKinds,
  noSituation,
  optOutWords,
  templateDraft,
  templateLanguage,
} from '../../../src/outreach/index.ts'
import { emptyProfile, ticket } from './samples.ts'

const frame: MailFrame = {
  language: 'en',
  company: { name: 'Lumen & Sons', address: 'Rua Nova 1, Lisboa' },
  ticketRef: 'zendesk:4711',
  unsubscribeUrl: 'https://lumen.example/u?a=1&b=2',
  writtenBy: 'model',
  kind: 'ask_phone',
}
const draft = (...paragraphs: string[]) => ({ subject: 'Your trip', paragraphs, cited_chunk_ids: [] })
const candidates: FoundPhone[] = [
  { e164: '+4915123456789', country: 'DE', quote: '0151 23456789' },
  { e164: '+49301234567', country: 'DE', quote: '030 1234567' },
]

describe('a finished mail', () => {
  it('makes nothing of what stands in the draft but text', () => {
    const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)> "&amp;" </p>'
    const { html, text } = composeMail(draft('Hello', hostile), frame)
    expect(html).not.toMatch(/<script|<img/)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain('&quot;&amp;amp;&quot;')
    expect(text).toContain(hostile)
  })

  it('has no tag of the draft’s making, whatever the draft says', () => {
    const tags = (html: string) => html.match(/<[^>]*>/g)?.length
    const plain = tags(composeMail(draft('x'), frame).html)
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>&"\'/=ab ') }), (written) => {
        fc.pre(written.trim() !== '')
        expect(tags(composeMail(draft(written), frame).html)).toBe(plain)
      }),
    )
  })

  it('says who writes, why, that an AI did, and how to end it', () => {
    const { text, html } = composeMail(draft('Hello'), frame)
    for (const part of [
      'Rua Nova 1',
      'zendesk:4711',
      'AI assistant',
      'STOP',
      'https://lumen.example/u?a=1&b=2',
    ])
      expect(text).toContain(part)
    expect(html).toContain('Lumen &amp; Sons')
  })

  it('tells of the recorded call by an AI whenever a call may follow, whatever the draft forgot', () => {
    const told = /AI assistant, not by a person, and is recorded/
    expect(composeMail(draft('Hello'), frame).text).toMatch(told)
    expect(composeMail(draft('Hello'), { ...frame, kind: 'continue_by_email' }).text).not.toMatch(told)
  })

  it('does not say that a model wrote what a template did', () => {
    expect(composeMail(draft('Hello'), { ...frame, writtenBy: 'template' }).text).not.toContain(
      'written by our AI assistant',
    )
  })

  it.each(['de-AT', 'es', 'fr-CA', 'pt-BR', 'it'])('ends in the language of the mail: %s', (language) => {
    const { text } = composeMail(draft('Hello'), { ...frame, language })
    expect(text).not.toContain('You receive it')
    expect(text).toContain('STOP')
  })

  it('is read as the end of all contact when the whole reply is what its footer says', () => {
    expect(optOutWords('STOP')).toBe('STOP')
  })

  it('has a subject of one line, and no character that turns text around', () => {
    const mail = composeMail(
      {
        subject: `Trip\r\nBcc: x@evil ${'a'.repeat(300)}`,
        paragraphs: ['a\u202eb\u0000c'],
        cited_chunk_ids: [],
      },
      frame,
    )
    expect(mail.subject).toMatch(/^Trip Bcc: x@evil a+$/)
    expect(mail.subject.length).toBeLessThanOrEqual(150)
    expect(mail.text).toContain('abc')
  })
})

describe('a mail without a model', () => {
  const all = ['en', 'de-DE', 'es', 'fr', 'pt', 'ja'].flatMap((language) =>
    mailKinds.flatMap((kind) => intents.map((intent) => ({ language, kind, intent }))),
  )
  const input = {
    customerName: 'Anna {company} $& <b>',
    company: 'Lumen',
    ticketSubject: 'Trip to Lisbon',
    situation: { ...noSituation, phone: '+4915123456789', candidates, why: 'several' as const },
  }

  it('greets, says something, names no figure of its own, and leaves no slot open', () => {
    for (const choice of all) {
      const made = templateDraft({ ...input, ...choice })
      const text = made.paragraphs.join('\n')
      expect(text).toContain('Anna {company} $& <b>')
      expect(text.replace('{company}', '')).not.toMatch(/[{}]|undefined/)
      expect(made.paragraphs.length).toBeGreaterThanOrEqual(3)
      const given = givenOf({ ...input, situation: input.situation })
      expect(
        lockNumbers(made, { chunks: [], ticket: [input.ticketSubject], given, ticketRef: 'zendesk:1' }),
      ).toEqual({
        ok: true,
      })
    }
  })

  it('says something of its own for each intent', () => {
    const texts = intents.map((intent) =>
      templateDraft({ ...input, language: 'de', kind: 'continue_by_email', intent }).paragraphs.join('\n'),
    )
    expect(new Set(texts).size).toBe(intents.length)
  })

  it('asks for the number and for consent to a recorded call by an AI', () => {
    const { paragraphs } = templateDraft({ ...input, language: 'de', kind: 'ask_phone', intent: 'booking' })
    expect(paragraphs.join(' ')).toMatch(/KI-Assistent.*anrufen darf.*aufgezeichnet/)
  })

  it('names only the end of a number on file', () => {
    const text = templateDraft({
      ...input,
      language: 'en',
      kind: 'announce_call',
      intent: 'booking',
    }).paragraphs.join()
    expect(text).toContain('ending in 6789')
    expect(text).not.toContain('+49')
  })

  it('is in English where there is no template, and says so', () => {
    expect([templateLanguage('fr-CA'), templateLanguage('ja')]).toEqual(['fr-CA', 'en'])
  })
})

it('fills the sections of the draft prompt under their names', () => {
  expect(
    draftSections({
      kind: 'clarify_phone',
      language: 'de',
      company: 'Lumen',
      customerName: 'Anna',
      profile: emptyProfile,
      ticket: ticket(['Hello']),
      knowledge: [],
      situation: { ...noSituation, candidates, why: 'several' },
    }),
  ).toMatchObject({
    task: { kind: 'clarify_phone', language: 'de', company: 'Lumen', ticket: 'zendesk:4711' },
    situation: {
      phone: null,
      candidates: ['+4915123456789', '+49301234567'],
      why: 'several',
      question: null,
    },
  })
})
