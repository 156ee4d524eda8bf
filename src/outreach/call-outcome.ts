import { z } from 'zod'
import { detectIntents } from '../ai/index.ts'
import type { CallSnapshot, CallTurn } from '../ports/index.ts'
import { consentWords, refusalWords } from './consent-words.ts'
import { standsIn } from './quote.ts'

export const callClasses = [
  'resolved',
  'partial',
  'refused',
  'frustrated',
  'wrong_person',
  'voicemail',
  'technical',
] as const
export type CallClass = (typeof callClasses)[number]

/** How a model judges a call. Trusted only after `settleCall`. */
export const CallJudgementSchema = z.object({
  class: z.enum(callClasses),
  confidence: z.number().min(0).max(1),
  quotes: z.array(z.string()).describe('Copied letter by letter, out of one turn each'),
  summary: z.string().describe('Two to four plain sentences in English'),
  promises: z.array(
    z.object({ text: z.string(), quote: z.string().describe('Copied letter by letter from one turn') }),
  ),
  next_step: z.string().describe('What a colleague should do now, or "Nothing"'),
})

export type CallJudgement = z.infer<typeof CallJudgementSchema>

export type CallVerdict = {
  class: CallClass
  confidence: number
  /** Standing in the transcript, letter by letter up to white space and the shape of quotes. */
  quotes: string[]
  summary: string
  promises: CallJudgement['promises']
  nextStep: string
  /** `solve`: the ticket may be closed. `not_reached`: nobody was spoken to; calling again is the caller's business. */
  decision: 'solve' | 'hand_over' | 'not_reached'
  /** Why it is not `solve`; whole sentences for a colleague. */
  reasons: string[]
  priority: 'normal' | 'high' | 'urgent'
  /** Quotes and promises of the model that do not stand in the transcript. */
  dropped: string[]
}

export const MIN_CONFIDENCE = 0.7
const MAX_TRANSCRIPT_CHARS = 24_000

type Call = Pick<CallSnapshot, 'outcome' | 'endedReason' | 'turns' | 'success' | 'summary'>

/** The sections of the `call_outcome` prompt; a long call keeps its end, where it is decided. */
export function outcomeSections(input: {
  ticketRef: string
  subject: string
  goal: string
  success: string
  language: string
  call: Call
}) {
  const { call } = input
  return {
    case: {
      ticket: input.ticketRef,
      subject: input.subject.slice(0, 300),
      goal: input.goal,
      success: input.success,
      language: input.language,
    },
    transcript: lastTurns(call.turns),
    provider: {
      outcome: call.outcome,
      ended_reason: call.endedReason,
      success: call.success,
      summary: call.summary?.slice(0, 2_000) ?? null,
    },
  }
}

function lastTurns(turns: CallTurn[]) {
  const kept: { turn: number; speaker: string; at_s: number; text: string }[] = []
  let left = MAX_TRANSCRIPT_CHARS
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    const turn = turns[index]
    if (!turn) continue
    left -= turn.text.length + 60
    if (left < 0) break
    kept.unshift({ turn: index + 1, speaker: turn.speaker, at_s: turn.atS, text: turn.text })
  }
  return kept
}

/**
 * What a call came to. The provider's word decides whether anybody was reached; the model's judgement of the
 * transcript counts only with quotes that stand in it, and `solve` needs all of: class resolved, confidence
 * of at least `MIN_CONFIDENCE`, a standing quote of the customer, no veto of the provider, and no word of
 * emergency or of wanting a person. Without a model nothing is ever `solve`: agreement words alone cannot
 * tell what was agreed to.
 */
export function settleCall(call: Call, judgement: CallJudgement | null): CallVerdict {
  const unreached = notReached(call)
  if (unreached) return unreached
  const base = judgement ? checkJudgement(call, judgement) : byKeywords(call)
  return handOverWhereNeeded(base, call, judgement !== null)
}

type Base = Omit<CallVerdict, 'decision' | 'reasons' | 'priority'>

function notReached(call: Call): CallVerdict | null {
  const spoken = customerText(call) !== ''
  const known = ((): [CallClass, string] | null => {
    switch (call.outcome) {
      case 'voicemail':
        return ['voicemail', 'An answering machine took the call']
      case 'no_answer':
        return ['technical', 'Nobody answered']
      case 'busy':
        return ['technical', 'The line was busy']
      case 'rejected':
        return ['technical', 'The call was rejected']
      case 'invalid_number':
        return ['technical', 'The number cannot be called']
      case 'transient':
        return spoken ? null : ['technical', 'The call broke before anybody spoke']
      case 'answered':
      case 'transferred':
      case 'unknown':
      case null:
        return spoken ? null : ['technical', 'The call has no words of the customer']
    }
  })()
  if (!known) return null
  const [name, why] = known
  const detail = call.endedReason ? `${why} (${call.endedReason})` : why
  return {
    class: name,
    confidence: 1,
    quotes: [],
    summary: `${detail}.`,
    promises: [],
    nextStep: 'Call again later, or write',
    decision: 'not_reached',
    reasons: [`${detail}.`],
    priority: 'normal',
    dropped: [],
  }
}

function checkJudgement(call: Call, judgement: CallJudgement): Base {
  const stands = (quote: string) => call.turns.some((turn) => standsIn(quote, turn.text))
  return {
    class: judgement.class,
    confidence: judgement.confidence,
    quotes: judgement.quotes.filter(stands),
    summary: judgement.summary.slice(0, 2_000),
    promises: judgement.promises.filter(({ quote }) => stands(quote)),
    nextStep: judgement.next_step.slice(0, 500),
    dropped: [...judgement.quotes, ...judgement.promises.map(({ quote }) => quote)].filter(
      (quote) => !stands(quote),
    ),
  }
}

const WRONG_PERSON =
  /(?:wrong (?:number|person)|you have the wrong|falsche nummer|verwählt|número equivocado|se ha equivocado|mauvais numéro|vous vous trompez|número errado|numero sbagliato|galat number)/iu

function byKeywords(call: Call): Base {
  const turns = call.turns.filter((turn) => turn.speaker === 'customer')
  const find = (words: (text: string) => string | null | undefined) => {
    const turn = turns.findLast(({ text }) => words(text))
    return turn ? turn.text.trim() : null
  }
  const hits = (intent: string) => (text: string) =>
    detectIntents(text).find((finding) => finding.intent === intent)?.words[0]

  const tests: [CallClass, string | null][] = [
    ['wrong_person', find((text) => WRONG_PERSON.exec(text)?.[0])],
    ['frustrated', find(hits('emergency')) ?? find(hits('human_request')) ?? find(hits('complaint'))],
    ['refused', find(refusalWords)],
    ['partial', find(consentWords)],
  ]
  const [name, quote] = tests.find(([, found]) => found) ?? ['partial', null]
  return {
    class: name,
    confidence: quote ? 0.5 : 0.3,
    quotes: quote ? [quote] : [],
    summary:
      call.summary?.slice(0, 2_000) ?? 'No model read this call; the transcript is in the conversation.',
    promises: [],
    nextStep: 'Read the transcript and answer the customer',
    dropped: [],
  }
}

function handOverWhereNeeded(base: Base, call: Call, byModel: boolean): CallVerdict {
  const intents = detectIntents(customerText(call)).map(({ intent }) => intent)
  const ofCustomer = base.quotes.some((quote) =>
    call.turns.some((turn) => turn.speaker === 'customer' && standsIn(quote, turn.text)),
  )
  const checks: [boolean, string][] = [
    [intents.includes('emergency'), 'The customer spoke of an emergency.'],
    [intents.includes('human_request'), 'The customer asked for a person.'],
    [base.class !== 'resolved', classReasons[base.class]],
    [!byModel, 'No model judged the call; this class comes from keywords.'],
    [base.confidence < MIN_CONFIDENCE, `The judgement is only ${Math.round(base.confidence * 100)} % sure.`],
    [base.quotes.length === 0, 'No words in the transcript show it.'],
    [base.quotes.length > 0 && !ofCustomer, 'The words that show it are not the customer’s.'],
    [base.class === 'resolved' && call.success === false, 'The voice provider says that it was no success.'],
    [call.outcome === 'transferred', 'The call was passed on to a person.'],
  ]
  const reasons = checks.filter(([applies]) => applies).map(([, reason]) => reason)
  const urgent = intents.includes('emergency')
  const high = intents.includes('human_request') || base.class === 'frustrated'
  return {
    ...base,
    decision: reasons.length === 0 ? 'solve' : 'hand_over',
    reasons,
    priority: urgent ? 'urgent' : high ? 'high' : 'normal',
  }
}

const classReasons: Record<CallClass, string> = {
  resolved: 'The call resolved the request.',
  partial: 'The request is resolved only in part.',
  refused: 'The customer refused.',
  frustrated: 'The customer is frustrated.',
  wrong_person: 'Somebody else answered; nothing was told.',
  voicemail: 'An answering machine took the call.',
  technical: 'The call failed technically.',
}

function customerText(call: Call): string {
  return call.turns
    .filter((turn) => turn.speaker === 'customer')
    .map((turn) => turn.text)
    .join('\n')
    .trim()
}
