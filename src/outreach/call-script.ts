import { fillPrompt, type Prompt } from '../ai/index.ts'
import { baseLanguage } from './language.ts'
import type { PackedChunk, Profile } from './profile.ts'

export type CallScriptInput = {
  company: { name: string; about: string }
  customer: { name: string /** BCP 47. */; language: string }
  ticket: { ref: string; subject: string }
  /** What the call is for, in one sentence. */
  goal: string
  profile: Profile
  /** Chunks the mail cited or the profile recommends: all that may be stated. */
  facts: PackedChunk[]
  mayPromise: string[]
  mayNotPromise: string[]
}

/** Kept with the call and readable before it is dialled. */
export type CallScript = {
  /** Never longer than `MAX_SCRIPT_CHARS`. */
  systemPrompt: string
  /** Says first that it is an AI, for whom it calls, and that the call is recorded. */
  firstMessage: string
  successCriteria: string
  /** BCP 47; that of `firstMessage`. */
  language: string
  /** How many facts and profile claims did not fit. */
  leftOut: number
}

/** A voice assistant reads all of it before each turn: longer costs seconds. */
export const MAX_SCRIPT_CHARS = 8_000
const MAX_FACT_CHARS = 900

export const defaultMayPromise = [
  'A colleague reads the notes of this call and writes to the customer.',
  'A written summary by e-mail.',
]
export const defaultMayNotPromise = [
  'Discounts, refunds, upgrades, compensation or free extras.',
  'That a booking is confirmed: a colleague confirms in writing.',
  'A deadline or the hour of a call back.',
  'Anything that does not stand in the facts.',
]

/**
 * The context pack for a call, from the `call_script` prompt. What does not fit is left out whole, least
 * important first: facts from the end, then friction, constraints and wishes. Throws RangeError when even
 * the bare prompt is too long.
 */
export function buildCallScript(prompt: Prompt, input: CallScriptInput): CallScript {
  const { profile } = input
  const texts = (claims: Profile['tone']) => claims.map(({ text }) => text)
  const parts = {
    tone: texts(profile.tone),
    wishes: texts(profile.open_wishes),
    constraints: texts(profile.constraints),
    friction: texts(profile.past_friction),
    openQuestions: [...profile.missing],
    facts: input.facts.map(({ chunk_id, title, text }) => ({
      source: chunk_id,
      title,
      text: text.slice(0, MAX_FACT_CHARS),
    })),
  }
  const success = successCriteria(input.goal)
  const fill = () =>
    fillPrompt(prompt, {
      company: input.company,
      customer: { name: input.customer.name, language: input.customer.language, tone: parts.tone },
      ticket: {
        ticket: input.ticket.ref,
        subject: short(input.ticket.subject, 200),
        wishes: parts.wishes,
        constraints: parts.constraints,
        friction: parts.friction,
        open_questions: parts.openQuestions,
      },
      goal: { goal: input.goal, success },
      facts: parts.facts,
      may_promise: input.mayPromise,
      may_not_promise: input.mayNotPromise,
    })[0]?.content ?? ''

  let systemPrompt = fill()
  let leftOut = 0
  while (systemPrompt.length > MAX_SCRIPT_CHARS) {
    const { facts, friction, tone, openQuestions, constraints, wishes } = parts
    const shrinkable =
      facts.length > 1
        ? facts
        : [friction, tone, openQuestions, constraints, wishes, facts].find((list) => list.length > 0)
    if (!shrinkable)
      throw new RangeError(`The call script is ${systemPrompt.length} characters without any data`)
    shrinkable.pop()
    leftOut += 1
    systemPrompt = fill()
  }
  return { systemPrompt, ...opening(input), successCriteria: success, leftOut }
}

function successCriteria(goal: string): string {
  return [
    `The call is a success only if this was reached: ${goal}`,
    'and the customer agreed to it in their own words,',
    'did not ask for a person, was not upset, and nothing is left that a colleague must decide.',
  ].join(' ')
}

function opening({ customer, company, ticket }: CallScriptInput): { firstMessage: string; language: string } {
  const known = openings[baseLanguage(customer.language)]
  const words = known ?? openings.en
  const slots: Record<string, string> = {
    name: short(customer.name, 60),
    company: short(company.name, 80),
    subject: short(ticket.subject, 80),
  }
  return {
    firstMessage: words.replace(/\{(\w+)\}/g, (_all, slot: string) => slots[slot] ?? ''),
    language: known ? customer.language : 'en',
  }
}

function short(text: string, max: number): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, max)
}

const openings: Record<string, string> & { en: string } = {
  en: 'Hello, this is the AI assistant of {company}, calling for {name}. I am not a person, and this call is recorded. It is about your request: {subject}. Is now a good moment?',
  de: 'Guten Tag, hier ist der KI-Assistent von {company} für {name}. Ich bin kein Mensch, und dieses Gespräch wird aufgezeichnet. Es geht um Ihre Anfrage: {subject}. Passt es gerade?',
  es: 'Hola, soy el asistente de inteligencia artificial de {company} y llamo a {name}. No soy una persona y esta llamada se graba. Es sobre su solicitud: {subject}. ¿Es un buen momento?',
  fr: "Bonjour, je suis l'assistant d'intelligence artificielle de {company} et j'appelle {name}. Je ne suis pas une personne et cet appel est enregistré. C'est au sujet de votre demande : {subject}. Est-ce un bon moment ?",
  pt: 'Olá, sou o assistente de inteligência artificial de {company} e ligo para {name}. Não sou uma pessoa e esta chamada é gravada. É sobre o seu pedido: {subject}. É um bom momento?',
  it: "Buongiorno, sono l'assistente di intelligenza artificiale di {company} e chiamo {name}. Non sono una persona e questa chiamata è registrata. È per la sua richiesta: {subject}. È un buon momento?",
  hi: 'नमस्ते, मैं {company} का AI सहायक हूँ और {name} के लिए फ़ोन कर रहा हूँ। मैं इंसान नहीं हूँ और यह कॉल रिकॉर्ड हो रही है। यह आपके अनुरोध के बारे में है: {subject}। क्या अभी बात हो सकती है?',
}
