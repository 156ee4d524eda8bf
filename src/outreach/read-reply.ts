import { z } from 'zod'
import { detectIntents } from '../ai/index.ts'
import { consentWords, optOutWords, refusalWords } from './consent-words.ts'
import type { FoundPhone, PhoneVerdict } from './phone.ts'
import { exactWords } from './quote.ts'

/** What a model reads in a reply. It confirms; it never introduces a number, an address or a link. */
export const ReadingSchema = z.object({
  phone: z.string().nullable().describe('One e164 of the numbers found, or null'),
  phone_quote: z.string().nullable().describe('The words in which that number stands, letter by letter'),
  consents_to_ai_call: z.enum(['yes', 'no', 'unclear']),
  consent_words: z.string().nullable().describe('The words that say yes or no, letter by letter'),
  refuses_call: z.boolean(),
  wants_human: z.boolean(),
  opts_out: z.boolean(),
  opt_out_words: z.string().nullable().describe('Their words, letter by letter'),
  question: z.string().nullable(),
  language: z.string().nullable().describe('BCP 47 code of the reply'),
  sentiment: z.enum(['positive', 'neutral', 'negative', 'angry']),
})

export type Reading = z.infer<typeof ReadingSchema>

export type Reply = {
  /** Without quotes and signature. */
  text: string
  phone: PhoneVerdict
  /** null: no model answered. */
  reading: Reading | null
  /** A number we already have for this person, on file or from their last reply, in E.164. */
  knownPhone: string | null
  /** Consent that an earlier reply of this case gave, while the number was still open. */
  knownConsent?: { words: string } | null
  /** Whether the mail they answer asked if an AI may call: without that, "call me" agrees to nothing. */
  askedForAiCall: boolean
}

/**
 * What follows from a reply. `words` are the customer's own, letter by letter; of `wants_human` they are the
 * keywords found.
 */
export type ReplyDecision =
  | { kind: 'opted_out'; words: string }
  | { kind: 'wants_human'; because: 'emergency' | 'asked' | 'angry'; words: string | null }
  | { kind: 'refused'; words: string | null; goOn: 'email' | 'person' }
  | { kind: 'phone_given'; e164: string; consent: { words: string }; question: string | null }
  | {
      kind: 'ask_again'
      why: 'several' | 'invalid' | 'unconfirmed' | 'no_consent' | 'no_number'
      candidates: FoundPhone[]
      /** Where consent was already given, so that it need not be asked for twice. */
      consent: { words: string } | null
      detail: string | null
    }
  | { kind: 'question'; question: string }
  /** None of these: a person reads it. */
  | { kind: 'unclear' }

/** The sections of the `reply_reading` prompt. */
export function readingSections(input: {
  ourMail: { kind: string; subject: string; text: string } | null
  subject: string
  text: string
  phone: PhoneVerdict
}) {
  return {
    our_mail: input.ourMail,
    customer_reply: { subject: input.subject.slice(0, 300), text: input.text.slice(0, 8_000) },
    numbers_found: candidatesOf(input.phone).map(({ e164, quote, country }) => ({ e164, quote, country })),
  }
}

/**
 * Reads a reply, cautious things first: leave me alone, a person, no call; only then the number.
 *
 * The number is what the rules found in the text, never what the model says; with a model, the model must
 * agree that it is the one to call. Consent is a yes of the model whose words stand in the text and that no
 * plain refusal contradicts; without a model, plain words of agreement (`consentWords`). A number alone is
 * no consent, and neither counts unless our mail had said that an AI would call: then we ask once more.
 */
export function decideReply(reply: Reply): ReplyDecision {
  const { text, phone, reading } = reply
  const optOut = optOutWords(text) ?? (reading?.opts_out ? standing(reading.opt_out_words, text) : null)
  if (optOut) return { kind: 'opted_out', words: optOut }
  // An opt-out that cannot be shown is not recorded as one, but nothing more is sent either.
  if (reading?.opts_out) return { kind: 'unclear' }

  const person = wantsPerson(text, reading)
  if (person) return person

  const refusal = refusalWords(text)
  if (refusal || reading?.refuses_call || reading?.consents_to_ai_call === 'no') {
    const words = refusal ?? standing(reading?.consent_words, text)
    return { kind: 'refused', words, goOn: reading?.sentiment === 'negative' ? 'person' : 'email' }
  }

  const consent = consentOf(reply) ?? reply.knownConsent ?? null
  const question = reading ? reading.question : firstQuestion(text)
  const ask = (
    why: Extract<ReplyDecision, { kind: 'ask_again' }>['why'],
    detail: string | null = null,
  ): ReplyDecision => ({ kind: 'ask_again', why, candidates: candidatesOf(phone), consent, detail })

  switch (phone.kind) {
    case 'several':
      return ask('several')
    case 'invalid':
      return ask('invalid', `${phone.why}: ${phone.text}`)
    case 'one':
      if (reading && !confirms(reading, phone.phone, text)) return ask('unconfirmed')
      if (!consent) return ask('no_consent')
      return { kind: 'phone_given', e164: phone.phone.e164, consent, question }
    case 'none':
      if (consent && reply.knownPhone)
        return { kind: 'phone_given', e164: reply.knownPhone, consent, question }
      if (question) return { kind: 'question', question }
      return consent ? ask('no_number') : { kind: 'unclear' }
  }
}

function wantsPerson(text: string, reading: Reading | null): ReplyDecision | null {
  const found = detectIntents(text)
  const words = (intent: string) => found.find((finding) => finding.intent === intent)?.words
  const emergency = words('emergency')
  if (emergency) return { kind: 'wants_human', because: 'emergency', words: emergency.join(', ') }
  const asked = words('human_request')
  if (asked || reading?.wants_human)
    return { kind: 'wants_human', because: 'asked', words: asked?.join(', ') ?? null }
  const complaint = words('complaint')
  // Without a model one hard word may be about something else; two are anger.
  const angry = reading ? reading.sentiment === 'angry' : (complaint?.length ?? 0) >= 2
  return angry ? { kind: 'wants_human', because: 'angry', words: complaint?.join(', ') ?? null } : null
}

function consentOf({ text, reading, askedForAiCall }: Reply): { words: string } | null {
  const plainWords = consentWords(text)
  if (!reading) return askedForAiCall && plainWords ? { words: plainWords } : null
  if (reading.consents_to_ai_call !== 'yes') return null
  const words = standing(reading.consent_words, text)
  // The model may find consent to an AI in the reply itself even where our mail did not ask.
  const allowed =
    askedForAiCall || (words !== null && /(?<!\p{L})(?:ai|ki|ia|assistant|assistent)/iu.test(words))
  return words && allowed ? { words } : null
}

function confirms(reading: Reading, phone: FoundPhone, text: string): boolean {
  return reading.phone === phone.e164 && standing(reading.phone_quote, text) !== null
}

function standing(words: string | null | undefined, text: string): string | null {
  return words ? exactWords(words, text) : null
}

function candidatesOf(phone: PhoneVerdict): FoundPhone[] {
  if (phone.kind === 'one') return [phone.phone]
  return phone.kind === 'several' ? phone.candidates : []
}

function firstQuestion(text: string): string | null {
  return text.match(/[^.!?\n]{3,300}\?/u)?.[0].trim() ?? null
}
