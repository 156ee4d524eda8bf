import { describe, expect, it } from 'vitest'
import {
  decideReply,
  findPhone,
  type Reading,
  type Reply,
  readingSections,
} from '../../../src/outreach/index.ts'
import { reading } from './samples.ts'

const e164 = '+4915123456789'

function decide(text: string, fields: Partial<Reply> = {}) {
  const phone = findPhone(text, { countries: ['DE'], own: [] })
  return decideReply({ text, phone, reading: null, knownPhone: null, askedForAiCall: true, ...fields })
}
const read = (text: string, said: Partial<Reading>, fields: Partial<Reply> = {}) =>
  decide(text, { reading: reading(said), ...fields })

describe('a reply without a model', () => {
  it.each([
    ['Yes, call me on 0151 23456789', 'call me'],
    ['Sure. 0151 23456789', 'Sure'],
    ['Ja gerne, rufen Sie mich an: 0151 23456789', 'rufen Sie mich an'],
    ['Sí, llámame al +49 151 23456789', 'llámame'],
    ['Oui, vous pouvez m’appeler au +49 151 23456789', 'pouvez m’appeler'],
    ['Sim, podem ligar: +49 151 23456789', 'podem ligar'],
    ['Va bene, chiamatemi: +49 151 23456789', 'chiamatemi'],
    ['Yes, it is fine if your AI assistant calls me: +49 151 23456789', 'fine if your AI assistant calls me'],
    ['Ja. Der Assistent darf mich dort gern anrufen: 0151 23456789', 'darf mich dort gern anrufen'],
    ['Haan ji, +49 151 23456789', 'Haan ji'],
  ])('%s: number and consent, in the exact words', (text, words) => {
    expect(decide(text)).toMatchObject({ kind: 'phone_given', e164, consent: { words } })
    expect(text).toContain(words)
  })

  it.each([
    ['a number alone', '0151 23456789'],
    ['a number and a question', 'Why would you call me? 0151 23456789'],
    ['a condition', 'You can call me if it is free. 0151 23456789'],
    ['a yes in the middle', 'I would have said yes. 0151 23456789'],
  ])('takes %s for no consent, and asks once more', (_title, text) => {
    expect(decide(text)).toMatchObject({ kind: 'ask_again', why: 'no_consent', candidates: [{ e164 }] })
  })

  it('takes no consent where our mail had not asked for it', () => {
    expect(decide('Yes, call me on 0151 23456789', { askedForAiCall: false })).toMatchObject({
      kind: 'ask_again',
      why: 'no_consent',
    })
  })

  it('calls the known number when only the consent was missing', () => {
    expect(decide('Yes', { knownPhone: e164 })).toMatchObject({ kind: 'phone_given', e164 })
  })

  it('asks for the number, and not again for the consent, when only that came', () => {
    expect(decide('Yes, please')).toMatchObject({
      kind: 'ask_again',
      why: 'no_number',
      consent: { words: 'Yes' },
    })
  })

  it('does not ask twice for a consent that an earlier reply gave', () => {
    const knownConsent = { words: 'Yes, call me' }
    expect(decide('0151 23456789', { knownConsent })).toMatchObject({
      kind: 'phone_given',
      consent: knownConsent,
    })
    expect(decide('No calls please', { knownConsent })).toMatchObject({ kind: 'refused' })
  })

  it.each([
    ['three numbers', '0151 23456789, 030 1234567, 030 7654321. Call me!', 'several'],
    ['a number that is none', 'Call me on 0151 2345', 'invalid'],
  ])('asks which, politely, after %s', (_title, text, why) => {
    expect(decide(text)).toMatchObject({ kind: 'ask_again', why })
  })

  it.each([
    ['I prefer email, thanks', 'prefer email'],
    ['Please don’t call me. 0151 23456789', 'Please don’t call'],
    ['Bitte nicht anrufen', 'nicht anrufen'],
    ['No me llamen, por favor', 'No me llamen'],
    ['Ne m’appelez pas', 'Ne m’appelez pas'],
    ['Not by an AI, sorry', 'Not by an AI'],
    ['Ich möchte nicht angerufen werden', 'nicht angerufen'],
    ['No quiero que me llamen', 'No quiero que me llamen'],
    ['Não quero que me liguem', 'Não quero que me liguem'],
    ['Please mujhe call mat karna', 'call mat'],
  ])('%s: a refusal', (text, words) => {
    expect(decide(text)).toEqual({ kind: 'refused', words, goOn: 'email' })
  })

  it.each([
    'Stop',
    'Unsubscribe me please',
    'Bitte keine E-Mails mehr',
    'Darme de baja',
    'Don’t contact me again',
  ])('%s: an end to all contact', (text) => {
    expect(decide(text)).toMatchObject({ kind: 'opted_out' })
  })

  it.each([
    ['I want to speak to a person', 'asked'],
    ['There is a fire alarm! 0151 23456789', 'emergency'],
    ['This is unacceptable. I am furious.', 'angry'],
  ])('%s: for a person', (text, because) => {
    expect(decide(text)).toMatchObject({ kind: 'wants_human', because })
  })

  it('keeps a question for who answers it', () => {
    expect(decide('Hello. Is breakfast included?')).toEqual({
      kind: 'question',
      question: 'Is breakfast included?',
    })
  })

  it('does not guess what a vague reply means', () => {
    expect(decide('I will think about it')).toEqual({ kind: 'unclear' })
  })
})

describe('a reply that a model has read', () => {
  const text = 'Fine by me, the assistant may ring. 0151 23456789'
  const yes: Partial<Reading> = {
    phone: e164,
    phone_quote: '0151 23456789',
    consents_to_ai_call: 'yes',
    consent_words: 'fine by me',
  }

  it('gives the number and the consent, in the words as they stand there', () => {
    expect(read(text, yes)).toMatchObject({ kind: 'phone_given', e164, consent: { words: 'Fine by me' } })
  })

  it.each<[string, Partial<Reading>]>([
    ['says another number', { phone: '+4930999999' }],
    ['says no number', { phone: null }],
    ['quotes what is not there', { phone_quote: '0151 2345678' }],
    ['quotes nothing', { phone_quote: null }],
  ])('is asked about again when the model %s', (_title, change) => {
    expect(read(text, { ...yes, ...change })).toMatchObject({ kind: 'ask_again', why: 'unconfirmed' })
  })

  it.each<[string, Partial<Reading>]>([
    ['has no words for the consent', { consent_words: null }],
    ['invents the words', { consent_words: 'yes, please call' }],
    ['is not sure', { consents_to_ai_call: 'unclear' }],
  ])('is no consent when the model %s', (_title, change) => {
    expect(read(text, { ...yes, ...change })).toMatchObject({ kind: 'ask_again', why: 'no_consent' })
  })

  it('is a refusal when plain words refuse, whatever the model says', () => {
    expect(read('Please do not call me. 0151 23456789', { ...yes, consent_words: 'call me' })).toMatchObject({
      kind: 'refused',
    })
  })

  it('is a refusal, for a person where the mood is bad', () => {
    expect(read('Leave that.', { refuses_call: true, sentiment: 'negative' })).toMatchObject({
      goOn: 'person',
    })
  })

  it('never gets a number from the model alone', () => {
    const said = { ...yes, phone_quote: 'call my secretary', consent_words: 'call my secretary' }
    expect(read('You may call my secretary', said)).toMatchObject({ kind: 'ask_again', why: 'no_number' })
  })

  it('is still asked about when it has several numbers, even if the model picks one', () => {
    expect(read('0151 23456789 or 030 1234567, yes', { ...yes, consent_words: 'yes' })).toMatchObject({
      kind: 'ask_again',
      why: 'several',
    })
  })

  it('ends all contact only in words that are there; else a person reads it', () => {
    const optOut = { opts_out: true, opt_out_words: 'leave me in peace' }
    expect(read('Leave me in peace', optOut)).toEqual({ kind: 'opted_out', words: 'Leave me in peace' })
    expect(read('Thanks, call me', optOut)).toEqual({ kind: 'unclear' })
  })

  it('goes to a person when the model hears anger or the wish for one', () => {
    expect(read('Great job, as always...', { sentiment: 'angry' })).toMatchObject({ because: 'angry' })
    expect(read('Is anybody there', { wants_human: true })).toMatchObject({ because: 'asked' })
  })

  it('counts as consent where our mail did not ask, only if the customer names the assistant', () => {
    const unasked = { askedForAiCall: false }
    expect(read(text, yes, unasked)).toMatchObject({ why: 'no_consent' })
    const named = { ...yes, consent_words: 'the assistant may ring' }
    expect(read(text, named, unasked)).toMatchObject({ kind: 'phone_given' })
  })
})

it('gives the model only the numbers that were found', () => {
  const text = 'Call 0151 23456789 or 030 1234567'
  const phone = findPhone(text, { countries: ['DE'], own: [] })
  expect(readingSections({ ourMail: null, subject: 'Re: Trip', text, phone })).toEqual({
    our_mail: null,
    customer_reply: { subject: 'Re: Trip', text },
    numbers_found: [
      { e164, quote: '0151 23456789', country: 'DE' },
      { e164: '+49301234567', quote: '030 1234567', country: 'DE' },
    ],
  })
})
