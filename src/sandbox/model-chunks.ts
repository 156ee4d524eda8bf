import type { Chunk } from './model-sections.ts'
import { sentencesOf } from './sections.ts'

/** English words for what customers write in other languages, so that they meet the knowledge's words. */
const ENGLISH: [RegExp, string][] = [
  [/famili/i, 'family'],
  [/\b(kind|kinder|niñ[oa]s?|hij[oa]s?|crianças?|filh[oa]s?|bacch[ea])\b/i, 'children child'],
  [/hund|perr[oa]|cão|cachorro/i, 'pets dog'],
  [/frühstück|desayuno|pequeno-almoço|nashta/i, 'breakfast'],
  [/flughafen|aeropuerto|aeroporto/i, 'airport transfer'],
  [/stornier|cancelar|cancelamento|cancelación/i, 'cancellation cancel'],
  [/rollstuhl|barrierefrei|silla de ruedas|cadeira de rodas/i, 'wheelchair accessible accessibility'],
  [/zimmer|habitaci|quarto|kamra/i, 'room'],
  [/gruppe|grupo/i, 'group groups'],
  [/hochzeit|boda|casamento|shaadi/i, 'wedding'],
  [/parkplatz|parken|aparcamiento|estacionamento/i, 'parking'],
  [/lissabon|lisboa/i, 'lisbon'],
]

/**
 * The chunks that share most words with the text; their order in the prompt, which is the search's, decides
 * between equals. One per title.
 */
export function bestChunks(chunks: Chunk[], text: string, limit: number): Chunk[] {
  const asked = wordsOf(
    [text, ...ENGLISH.filter(([words]) => words.test(text)).map(([, word]) => word)].join(' '),
  )
  const scored = chunks.map((chunk, at) => {
    const own = wordsOf(`${chunk.title} ${chunk.headings.join(' ')} ${chunk.text}`)
    const inTitle = wordsOf(`${chunk.title} ${chunk.headings.join(' ')}`)
    const shared = [...own].filter((word) => asked.has(word)).length
    const sharedTitle = [...inTitle].filter((word) => asked.has(word)).length
    return { chunk, score: shared / Math.sqrt(own.size + 1) + sharedTitle + 1 / (at + 1) }
  })
  const titles = new Set<string>()
  return scored
    .toSorted((a, b) => b.score - a.score)
    .map(({ chunk }) => chunk)
    .filter(({ title }) => !titles.has(title) && titles.add(title))
    .slice(0, limit)
}

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? []
  return new Set(words.filter((word) => !COMMON.has(word)))
}

const COMMON = new Set(
  'about also been from have hello here please thank thanks that their there they this very want were what when which will with would your like need lumen hotel hotels'.split(
    ' ',
  ),
)

/** The sentence of a chunk that a mail would copy: with a price, else with a number, else the first. */
export function tellingSentence(chunk: Chunk): string | undefined {
  const sentences = sentencesOf(chunk.text).filter((sentence) => sentence.length <= 240)
  return (
    sentences.find((sentence) => PRICE.test(sentence)) ??
    sentences.find((sentence) => /\d/.test(sentence)) ??
    sentences[0]
  )
}

const PRICE = /(?:EUR|USD|GBP|INR|€|£|₹) ?\d[\d.,]*\d|(?:EUR|USD|GBP|INR|€|£|₹) ?\d/
const PRICE_AND_UNIT = new RegExp(
  `(${PRICE.source})[^.|\\n]{0,40}?\\bper (night|person|day|stay|child|room)\\b`,
)

export type Price = { amount: string; unit: 'night' | 'person' | 'day' | 'stay' | 'child' | 'room' }

/** The first price with its unit, amounts as written; undefined when the chunk has none. */
export function priceIn(chunk: Chunk): Price | undefined {
  const [, amount, unit] = PRICE_AND_UNIT.exec(chunk.text) ?? []
  return amount !== undefined && isUnit(unit) ? { amount, unit } : undefined
}

function isUnit(unit: string | undefined): unit is Price['unit'] {
  return unit !== undefined && ['night', 'person', 'day', 'stay', 'child', 'room'].includes(unit)
}
