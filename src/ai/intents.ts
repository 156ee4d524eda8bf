import { fold } from '../ops/fold.ts'
import { intentWords } from './intent-words.ts'

/** In the order in which they win: what is urgent before what is routine. */
export const intents = [
  'emergency',
  'human_request',
  'complaint',
  'cancellation',
  'reschedule',
  'booking',
  'pricing',
  'hours_location',
  'general_question',
] as const
export type Intent = (typeof intents)[number]

/**
 * `words`: what was matched, in lower case and without accents; empty for `general_question`.
 * `confidence` is a rule of thumb, not a probability: 0.9 for what one says on purpose (emergency, a
 * person), 0.6 and more with every further word for the rest, 0.3 when nothing matched.
 */
export type IntentFinding = { intent: Intent; confidence: number; words: string[] }

/** Text beyond this is not looked at. */
const MAX_CHARS = 10_000

const NEGATORS =
  "not|no|never|without|don't|doesn't|isn't|wasn't|won't|didn't|kein|keine|keinen|keinem|keiner|nicht|ohne|sin|pas|sans|nao|sem|non|senza|nunca|jamais"
/** What may stand between a negator and the word it negates ("not really an emergency", "no es una …"). */
const FILLERS =
  "a|an|any|the|real|really|is|it|this|that|to|want|need|wish|like|would|have|of|ein|eine|einen|einer|um|zu|mit|es|un|une|una|uma|un'|de|d'|e|el|la|le|quiero|quero|voglio|veux|besoin|necesito|preciso|hablar|falar"
const NEGATED_BEFORE = new RegExp(
  `(?:^|[^\\p{L}\\p{N}'])(?:${NEGATORS})\\s+(?:(?:${FILLERS})\\s*){0,4}$`,
  'u',
)
/** Hindi and Hinglish negate afterwards: "emergency nahi hai". German too: "brennt nicht". */
const NEGATED_AFTER = /^\s+(?:nahi|nahin|nai|mat|nicht)(?![\p{L}\p{N}])/u

const patterns = new Map(
  Object.entries(intentWords).map(([intent, phrases]) => [
    intent,
    new RegExp(
      `(?<![\\p{L}\\p{N}])(?:${phrases
        .map((phrase) => phrase.replaceAll(' ', '\\s+').replaceAll('*', '\\p{L}*'))
        .join('|')})(?![\\p{L}\\p{N}])`,
      'gu',
    ),
  ]),
)

/** All intents in the text, the one that wins first; `general_question` alone when nothing else is there. */
export function detectIntents(text: string): IntentFinding[] {
  const folded = fold(text.slice(0, MAX_CHARS))
  const findings = intents.flatMap((intent): IntentFinding[] => {
    const pattern = patterns.get(intent)
    if (!pattern) return []
    const words = [...folded.matchAll(pattern)]
      .filter((match) => !isNegated(folded, match.index, match[0]))
      .map((match) => match[0])
    const distinct = [...new Set(words)]
    return distinct.length === 0
      ? []
      : [{ intent, confidence: confidenceOf(intent, distinct), words: distinct }]
  })
  if (findings.length > 0) return findings
  return [{ intent: 'general_question', confidence: folded.includes('?') ? 0.5 : 0.3, words: [] }]
}

/** What the text is about, by keywords in English, German, Spanish, French, Portuguese, Italian and Hinglish. */
export function detectIntent(text: string): IntentFinding {
  return detectIntents(text)[0] ?? { intent: 'general_question', confidence: 0.3, words: [] }
}

function confidenceOf(intent: Intent, words: string[]): number {
  if (intent === 'emergency' || intent === 'human_request') return 0.9
  return Math.min(0.9, 0.5 + 0.1 * words.length)
}

function isNegated(text: string, at: number, word: string): boolean {
  return (
    NEGATED_BEFORE.test(text.slice(Math.max(0, at - 60), at)) ||
    NEGATED_AFTER.test(text.slice(at + word.length))
  )
}
