import type { SearchHit } from '../ports/index.ts'
import type { Draft } from './draft.ts'
import { type CalendarDate, currenciesIn, type Fact, factsIn } from './facts-in-text.ts'

export type LockSources = {
  /** The chunks the model was given. Only those the draft cites count. */
  chunks: Pick<SearchHit, 'id' | 'title' | 'headings' | 'text'>[]
  /** The ticket's subject and comments. Customers wrote them: good for figures, never for links or addresses. */
  ticket: string[]
  /** What we gave the model ourselves: the number on file, the candidates, the customer's name. */
  given: string[]
  /** Like zendesk:4711; its number may always be named. */
  ticketRef: string
}

export type Unsupported = { text: string; why: string }
export type LockVerdict = { ok: true } | { ok: false; unsupported: Unsupported[] }

/**
 * Whether every figure in a draft stands in a chunk it cites, in the ticket, or in what we gave: prices,
 * dates, weekdays, times, percentages, phone numbers, counts, and numbers in words up to twelve. Links and
 * e-mail addresses must stand in a cited chunk. Compared by value, so "€1.200,50" is "1,200.50 EUR" and
 * "12. März" is "2026-03-12".
 *
 * Not checked: "one", ordinals in words, "tomorrow" and its like, and whether a figure is used for the right
 * thing beyond its currency and unit. Always allowed: the ticket's own number.
 */
export function lockNumbers(draft: Draft, sources: LockSources): LockVerdict {
  const cited = sources.chunks.filter((chunk) => draft.cited_chunk_ids.includes(chunk.id))
  const unknown = draft.cited_chunk_ids
    .filter((id) => !sources.chunks.some((chunk) => chunk.id === id))
    .map((id) => ({ text: id, why: 'is cited and was not among the chunks found' }))

  const fromChunks = cited.flatMap((chunk) =>
    supportOf([chunk.title, ...chunk.headings, chunk.text].join('\n')),
  )
  const figures = [...fromChunks, ...[...sources.given, ...sources.ticket].flatMap(supportOf)]
  const ticketNumber = Number(/\d+$/.exec(sources.ticketRef)?.[0])

  const seen = new Set<string>()
  const unsupported = factsIn([draft.subject, ...draft.paragraphs].join('\n')).flatMap(
    (fact): Unsupported[] => {
      if (fact.kind === 'number' && fact.value === ticketNumber) return []
      const among = fact.kind === 'link' || fact.kind === 'address' ? fromChunks : figures
      if (among.some((support) => supports(support, fact)) || seen.has(fact.text)) return []
      seen.add(fact.text)
      return [{ text: fact.text, why: whyOf(fact) }]
    },
  )
  const all = [...unknown, ...unsupported]
  return all.length === 0 ? { ok: true } : { ok: false, unsupported: all }
}

type Support = { source: Fact; currencies: Set<string> }

function supportOf(text: string): Support[] {
  const currencies = currenciesIn(text)
  return factsIn(text).map((source) => ({ source, currencies }))
}

function supports({ source, currencies }: Support, fact: Fact): boolean {
  switch (fact.kind) {
    case 'link':
    case 'address':
      return source.kind === fact.kind && source.value === fact.value
    case 'date':
      return (
        source.kind === 'date' &&
        fact.readings.some((said) => source.readings.some((there) => covers(there, said)))
      )
    case 'weekday':
      return source.kind === 'weekday' && source.value === fact.value
    case 'time':
      return source.kind === 'time' && source.minutes === fact.minutes
    case 'percent':
      return source.kind === 'percent' && source.value === fact.value
    case 'phone':
      return source.kind === 'phone' && sameNumber(source.digits, fact.digits)
    case 'amount':
      if (source.kind === 'number')
        return source.unit === null && source.value === fact.value && currencies.has(fact.currency)
      return source.kind === 'amount' && source.value === fact.value && source.currency === fact.currency
    case 'number':
      if (source.kind === 'amount') return source.value === fact.value && fact.unit === null
      if (source.kind === 'date') return source.readings.some(({ year }) => year === fact.value)
      if (source.kind === 'phone') return fact.unit === null && source.digits.endsWith(lastDigits(fact))
      return (
        source.kind === 'number' &&
        source.value === fact.value &&
        (source.unit === null || fact.unit === null || source.unit === fact.unit)
      )
  }
}

/** What the source says at least as exactly: "12 March 2026" covers "12 March" and "March", not the reverse. */
function covers(there: CalendarDate, said: CalendarDate): boolean {
  return (
    there.month === said.month &&
    (said.day === null || there.day === said.day) &&
    (said.year === null || there.year === said.year)
  )
}

/** With and without country code. */
function sameNumber(a: string, b: string): boolean {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return x.length >= 7 && y.length >= 7 && (x.endsWith(y) || y.endsWith(x))
}

/** A mail may name a number by its last four digits; fewer would let any digit pass. */
function lastDigits(fact: Fact): string {
  const digits = fact.text.replace(/\D/g, '')
  return digits.length === 4 ? digits : 'none'
}

function whyOf(fact: Fact): string {
  switch (fact.kind) {
    case 'link':
    case 'address':
      return 'stands in no cited chunk'
    case 'phone':
      return 'is a phone number that nobody gave us'
    default:
      return 'stands neither in a cited chunk nor in the ticket'
  }
}
