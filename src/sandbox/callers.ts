import { fill, type Phrases, phrases } from './caller-phrases.ts'
import { tellingStatements } from './relevance.ts'
import { readSections, textsIn } from './sections.ts'
import type { CallMood, CallTurn } from './world.ts'

/** What a simulated caller hears and is: the assistant's own first message and instructions decide what is said. */
export type CallScene = {
  mood: CallMood
  customerName: string
  firstMessage: string
  systemPrompt: string
  /** BCP 47; used where the instructions name no language. */
  language: string
  /** Seconds. */
  maxDurationS: number
}

export type CallStory = {
  turns: CallTurn[]
  /** Vapi's word. */
  endedReason: string
  /** Connected seconds. */
  durationS: number
  /** In English, as a voice provider's own model would write it. */
  summary: string
  success: boolean
}

/** How a call ends that nobody takes; undefined for the moods that pick up. */
export function endWithoutAnswer(mood: CallMood): string | undefined {
  if (mood === 'no_answer') return 'customer-did-not-answer'
  if (mood === 'busy') return 'customer-busy'
  if (mood === 'invalid') return 'twilio-reported-customer-misdialed'
  return undefined
}

/** What is said on one call, from the first message to the end; the same scene always gives the same words. */
export function converse(scene: CallScene): CallStory {
  const sheet = readSheet(scene)
  const words = phrases[sheet.language.split('-')[0] ?? 'en'] ?? phrases.en
  if (!words) throw new Error('The sandbox has no English phrases')
  const script = scripts[scene.mood](sheet, words)
  const lines = script.customerFirst
    ? script.lines
    : [['bot', scene.firstMessage] satisfies Line, ...script.lines]
  return finish(scene, lines, script)
}

type Line = readonly ['bot' | 'user', string]
type Script = {
  lines: Line[]
  endedReason: string
  summary: string
  success: boolean
  /** The customer's side speaks first. */
  customerFirst?: boolean
}

/** What the assistant knows, read back out of its instructions. */
type Sheet = {
  name: string
  language: string
  subject: string
  wish: string
  question: string | undefined
  facts: string[]
  friction: string | undefined
}

function readSheet({ systemPrompt, customerName, language }: CallScene): Sheet {
  const sections = readSections(systemPrompt)
  const customer = objectIn(sections.customer)
  const ticket = objectIn(sections.ticket)
  const subject = stringIn(ticket.subject) ?? 'your request'
  const asked = [subject, ...textsIn(ticket.wishes), ...textsIn(ticket.constraints)].join('\n')
  return {
    name: customerName,
    language: stringIn(customer.language) ?? language,
    subject,
    wish: asSentence(ownWords(textsIn(ticket.wishes)[0]) ?? subject),
    question: textsIn(ticket.open_questions)[0],
    facts:
      sections.facts === undefined ? factsOfProse(systemPrompt) : factsToSay(textsIn(sections.facts), asked),
    friction: ownWords(textsIn(ticket.friction)[0]),
  }
}

/** What a claim quotes, where it quotes: customers do not speak of themselves in the third person. */
function ownWords(claim: string | undefined): string | undefined {
  return claim && (/["“„«](.+)["”“»]/.exec(claim)?.[1] ?? claim)
}

/** Two statements: the best of the first fact, which the hub thinks most of, and the best of the others. */
function factsToSay(facts: string[], asked: string): string[] {
  const [first = '', ...others] = facts
  const [best, second] = tellingStatements(first, asked)
  const [further] = tellingStatements(others.join('\n\n'), asked)
  return [best, further ?? second].filter((statement) => statement !== undefined)
}

/** Instructions without sections, of another hub: the sentences with numbers are taken for its facts. */
function factsOfProse(prompt: string): string[] {
  return tellingStatements(prompt, '')
    .filter((statement) => /\d/.test(statement))
    .slice(0, 2)
}

const scripts: Record<CallMood, (sheet: Sheet, words: Phrases) => Script> = {
  agrees(sheet, { bot, customer }) {
    const [first, second] = sheet.facts
    const offered = first ?? sheet.wish
    const asked: Line[] = sheet.question
      ? [
          ['bot', fill(bot.ask, { question: sheet.question })],
          ['user', fill(customer.repeatsWish, { wish: sheet.wish })],
        ]
      : []
    return {
      lines: [
        ['user', fill(customer.hello, placesOf(sheet))],
        ...asked,
        ['bot', fill(bot.offer, { ...placesOf(sheet), fact: offered })],
        ['user', customer.likes],
        ['bot', second ? fill(bot.more, { fact: second }) : bot.noMoreFacts],
        ['user', customer.accepts],
        ['bot', fill(bot.recap, { fact: offered })],
        ['user', customer.confirms],
        ['bot', fill(bot.thanks, placesOf(sheet))],
      ],
      endedReason: 'assistant-ended-call',
      summary: `${sheet.name} was reached about "${sheet.subject}". The assistant offered: ${offered} The customer accepted and confirmed it.`,
      success: true,
    }
  },

  refuses: (sheet, { bot, customer }) => ({
    lines: [
      ['user', fill(customer.hello, placesOf(sheet))],
      ['bot', fill(bot.offer, { ...placesOf(sheet), fact: sheet.facts[0] ?? sheet.wish })],
      ['user', customer.refuses],
      ['bot', bot.accepts],
    ],
    endedReason: 'customer-ended-call',
    summary: `${sheet.name} was reached about "${sheet.subject}" but does not want to talk to an AI and prefers e-mail.`,
    success: false,
  }),

  angry: (sheet, { bot, customer }) => ({
    lines: [
      ['user', customer.angry],
      ['bot', fill(bot.soothes, placesOf(sheet))],
      ['user', sheet.friction ? `${asSentence(sheet.friction)} ${customer.angrier}` : customer.angrier],
      ['bot', bot.handsOver],
    ],
    endedReason: 'customer-ended-call',
    summary: `${sheet.name} was angry about the call and complained. Nothing was agreed.`,
    success: false,
  }),

  asks_human: (sheet, { bot, customer }) => ({
    lines: [
      ['user', fill(customer.hello, placesOf(sheet))],
      ['bot', fill(bot.offer, { ...placesOf(sheet), fact: sheet.facts[0] ?? sheet.wish })],
      ['user', customer.wantsHuman],
      ['bot', bot.handsOver],
    ],
    endedReason: 'assistant-ended-call',
    summary: `${sheet.name} asked to be called back by a person about "${sheet.subject}".`,
    success: false,
  }),

  wrong_person: (sheet, { bot, customer }) => ({
    lines: [
      ['user', fill(customer.wrongPerson, placesOf(sheet))],
      ['bot', bot.wrongPerson],
    ],
    endedReason: 'assistant-ended-call',
    summary: `Somebody else answered; nobody called ${sheet.name} is known there.`,
    success: false,
  }),

  voicemail: (sheet, { bot, customer }) => ({
    lines: [
      ['user', fill(customer.voicemail, placesOf(sheet))],
      ['bot', bot.voicemail],
    ],
    endedReason: 'voicemail',
    summary: 'A voicemail answered.',
    success: false,
    customerFirst: true,
  }),

  no_answer: () => silence('customer-did-not-answer'),
  busy: () => silence('customer-busy'),
  invalid: () => silence('twilio-reported-customer-misdialed'),
}

function silence(endedReason: string): Script {
  return { lines: [], endedReason, summary: '', success: false, customerFirst: true }
}

function placesOf(sheet: Sheet): Record<string, string> {
  return { name: sheet.name, subject: sheet.subject, wish: sheet.wish }
}

const WORDS_PER_SECOND = 2.5
const PAUSE_S = 0.6

/** Gives every line its time; what would be said after the longest duration is not. */
function finish(scene: CallScene, lines: Line[], script: Script): CallStory {
  const turns: CallTurn[] = []
  let atS = 0
  for (const [role, text] of lines) {
    if (atS >= scene.maxDurationS) {
      const { summary } = script
      return {
        turns,
        endedReason: 'exceeded-max-duration',
        durationS: scene.maxDurationS,
        summary,
        success: false,
      }
    }
    turns.push({ role, text, atS: Math.round(atS * 10) / 10 })
    atS += text.split(/\s+/).length / WORDS_PER_SECOND + PAUSE_S
  }
  const { endedReason, summary, success } = script
  return { turns, endedReason, durationS: Math.ceil(atS), summary, success }
}

function asSentence(text: string): string {
  const trimmed = text.trim()
  return trimmed === '' || /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

function objectIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function stringIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
