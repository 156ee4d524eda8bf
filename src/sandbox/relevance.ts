import type { Chunk } from './model-sections.ts'
import { statementsOf } from './statements.ts'

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
  [/\b(drei|dritt|tres|três|teen)\b/i, 'three triple'],
  [/\b(trip for three|three (people|persons|of us|friends|adults))\b/i, 'triple'],
]

/**
 * The chunks that share most words with the text; their order in the prompt, which is the search's, decides
 * between equals. One per title.
 */
export function bestChunks(chunks: Chunk[], text: string, limit: number): Chunk[] {
  const asked = askedWords(text)
  const scored = chunks.map((chunk, at) => {
    const head = wordsOf(`${chunk.title} ${chunk.headings.join(' ')}`)
    const own = wordsOf(chunk.text)
    const score = shared(own, asked) / Math.sqrt(own.size + 1) + shared(head, asked) + 1 / (at + 1)
    return { chunk, score }
  })
  const titles = new Set<string>()
  return scored
    .toSorted((a, b) => b.score - a.score)
    .map(({ chunk }) => chunk)
    .filter(({ title }) => !titles.has(title) && titles.add(title))
    .slice(0, limit)
}

/** What a text says about what was asked, best first; with a price before without. */
export function tellingStatements(markdown: string, askedText: string): string[] {
  const asked = askedWords(askedText)
  return statementsOf(markdown)
    .filter((statement) => statement.length >= 20 && statement.length <= 240)
    .map((statement) => ({
      statement,
      score:
        shared(wordsOf(statement), asked) + (PRICE.test(statement) ? 1.5 : /\d/.test(statement) ? 0.5 : 0),
    }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ statement }) => statement)
}

/** An amount of money. */
export const PRICE = /(?:EUR|USD|GBP|INR|€|£|₹) ?\d/

function askedWords(text: string): Set<string> {
  const english = ENGLISH.filter(([words]) => words.test(text)).map(([, word]) => word)
  return wordsOf([text, ...english].join(' '))
}

function shared(words: Set<string>, asked: Set<string>): number {
  return [...words].filter((word) => asked.has(word)).length
}

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? []
  return new Set(words.map(singular).filter((word) => !COMMON.has(word)))
}

function singular(word: string): string {
  return word.length > 4 ? word.replace(/s$/, '') : word
}

const COMMON = new Set(
  'about also been from have hello here please thank that their there they this very want were what when which will with would your like need lumen hotel'.split(
    ' ',
  ),
)
