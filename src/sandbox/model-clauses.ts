/** A request cut into its clauses; what stood in quotes is kept whole and put back by `said`. */
export type Clauses = {
  clauses: string[]
  /** The text of a part of a clause, with what was quoted in it and without what surrounds it. */
  said(part: string): string
}

/** Where a quoted text stood: a sign that no request holds. */
const PLACE = /\uE000(\d+)\uE001/g
/** For patterns: one quoted text. */
export const QUOTED = '\uE000\\d+\uE001'

/** Straight, typographic, German and French quotes; an apostrophe inside a word is none. */
const QUOTES =
  /"([^"]*)"|“([^”]*)”|„([^“”"]*)[“”"]|«([^»]*)»|(?<![\p{L}\p{N}])['‘‚]([^'’‘]*(?:['’]\p{L}[^'’‘]*)*)['’‘](?![\p{L}\p{N}])/gu

const SEPARATOR =
  /\s*(?:[;\n]+|,|[.!](?=\s|$))\s*|\s+(?=(?:and|then|und|dann|danach|anschließend|afterwards)\s)/giu
const FILLER =
  /^(?:(?:and|then|also|please|finally|afterwards|after that|und|dann|danach|anschließend|auch|bitte|zuletzt|schließlich|(?:could|can|would|will) you|i (?:want|need|would like) you to)\b[\s,]*)+/iu

/** Cuts at commas, stops and conjunctions, but only where `begins` says that a new clause begins there. */
export function clausesOf(request: string, begins: (text: string) => boolean): Clauses {
  const quoted: string[] = []
  const text = request
    .trim()
    .replace(QUOTES, (_whole, ...groups: unknown[]) => {
      const inside = groups.slice(0, 5).find((group) => typeof group === 'string')
      quoted.push(String(inside ?? '').trim())
      return `\uE000${quoted.length - 1}\uE001`
    })
    .replace(/[^\S\n]+/g, ' ')
  const clauses: string[] = []
  let at = 0
  for (const separator of [...text.matchAll(SEPARATOR), undefined]) {
    const end = separator?.index ?? text.length
    const rest = bare(text.slice(separator ? end + separator[0].length : text.length))
    if (separator && rest !== '' && !begins(rest)) continue
    const clause = bare(text.slice(at, end))
    if (clause !== '') clauses.push(clause)
    at = separator ? end + separator[0].length : end
  }
  return {
    clauses,
    said: (part) =>
      part
        .replace(PLACE, (_whole, index: string) => quoted[Number(index)] ?? '')
        .replace(/^[\s:,]+|[\s,]+$/g, ''),
  }
}

const bare = (text: string) =>
  text
    .trim()
    .replace(FILLER, '')
    .replace(/[\s,.;!?]+$/, '')
