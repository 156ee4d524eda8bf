import type { Intent } from '../ai/index.ts'
import type { Draft, MailKind, Situation } from './draft.ts'
import { baseLanguage } from './language.ts'
import { languages, type Phrases } from './mail-phrases.ts'

type Slots = {
  name: string
  company: string
  subject: string
  last4: string
  candidates: string
  amount: string
  reason: string
}
export type TemplateInput = {
  kind: MailKind
  /** BCP 47; languages without templates get English. */
  language: string
  customerName: string
  company: string
  ticketSubject: string
  situation: Situation
  /** What the ticket or the reply is about, by keywords. */
  intent: Intent
}

/** The mail for when no model writes one: nothing recommended, no figure but the customer's own numbers. */
export function templateDraft(input: TemplateInput): Draft {
  const phrases = languages[baseLanguage(input.language)] ?? languages.en
  const slots: Slots = {
    name: oneLine(input.customerName, 60),
    company: oneLine(input.company, 80),
    subject: oneLine(input.ticketSubject, 80),
    last4: (input.situation.phone ?? '').slice(-4),
    candidates: input.situation.candidates.map(({ e164 }) => e164).join(', '),
    amount: oneLine(input.situation.decision?.amount ?? '', 40),
    reason: oneLine(input.situation.decision?.reason ?? '', 500),
  }
  const paragraphs = [phrases.greeting, ...bodyOf(phrases, input), phrases.closing]
  return {
    subject: fill(phrases.about, slots),
    paragraphs: paragraphs.map((paragraph) => fill(paragraph, slots)),
    cited_chunk_ids: [],
  }
}

/** The language `templateDraft` really writes in: English where there is no template. */
export function templateLanguage(language: string): string {
  return baseLanguage(language) in languages ? language : 'en'
}

function bodyOf(phrases: Phrases, { kind, situation, intent }: TemplateInput): string[] {
  switch (kind) {
    case 'ask_phone':
      return [phrases.intents[intent], ...phrases.askPhone]
    case 'announce_call':
      return [phrases.intents[intent], ...phrases.announceCall]
    case 'clarify_phone':
      return [phrases.clarify[situation.why ?? 'no_number']]
    case 'reminder':
      return phrases.reminder
    case 'continue_by_email':
      return [phrases.intents[intent], phrases.writeBack]
    case 'follow_up':
      return phrases.followUp
    case 'refund_decision':
      return refundOf(phrases, situation.decision)
  }
}

function refundOf({ refund }: Phrases, decision: Situation['decision']): string[] {
  const told = decision?.granted ? refund.granted : refund.declined
  return [told, ...(decision?.reason ? [refund.because] : []), refund.questions]
}

function fill(text: string, slots: Slots): string {
  return text.replace(
    /\{(name|company|subject|last4|candidates|amount|reason)\}/g,
    (_all, slot: keyof Slots) => slots[slot],
  )
}

function oneLine(text: string, max: number): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, max)
}
