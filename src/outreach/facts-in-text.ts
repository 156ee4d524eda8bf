import { AMBIGUOUS_WORDS, loneMonths, months, numberWords, units, weekdays } from './number-words.ts'

/**
 * A checkable statement in a text. `text` is how it stands there.
 * `date`: every way to read it (3/4 is two), year and day null where they are not said.
 */
export type Fact = { text: string } & (
  | { kind: 'link' | 'address'; value: string }
  | { kind: 'date'; readings: CalendarDate[] }
  | { kind: 'weekday'; value: number }
  | { kind: 'time'; minutes: number }
  | { kind: 'amount'; value: number; currency: string }
  | { kind: 'percent'; value: number }
  | { kind: 'phone'; digits: string }
  | { kind: 'number'; value: number; unit: string | null }
)
export type CalendarDate = { year: number | null; month: number; day: number | null }

/** Text beyond this is not read: facts that stand only there support nothing. */
const MAX_CHARS = 60_000

const NUM = "(?:\\d{1,3}(?:[ \\u00a0\\u202f]\\d{3})+(?:[.,]\\d{1,2})?(?!\\d)|\\d(?:[\\d.,'’]*\\d)?)"
const YEAR = '(?:19|20)\\d{2}'
const byLength = (words: Iterable<string>) => [...words].sort((a, b) => b.length - a.length).join('|')
const MONTH = `(?:${byLength(months.keys())})`
const B = '(?<![\\p{L}\\p{N}])'
const E = '(?![\\p{L}\\p{N}])'

const CURRENCIES: Record<string, string> = {
  '€': 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  eur: 'EUR',
  $: 'USD',
  usd: 'USD',
  us$: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  dólares: 'USD',
  '£': 'GBP',
  gbp: 'GBP',
  pound: 'GBP',
  pounds: 'GBP',
  '₹': 'INR',
  inr: 'INR',
  rs: 'INR',
  'rs.': 'INR',
  rupee: 'INR',
  rupees: 'INR',
  rupaye: 'INR',
  chf: 'CHF',
  franken: 'CHF',
  r$: 'BRL',
  brl: 'BRL',
  reais: 'BRL',
  '¥': 'JPY',
  jpy: 'JPY',
}
const CURRENCY = `(?:${byLength(Object.keys(CURRENCIES)).replaceAll('$', '\\$').replaceAll('.', '\\.')})`

const PATTERNS = {
  overlong: /\S{201,}/g,
  address: /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu,
  link: /(?:https?:\/\/|www\.)[^\s<>"')\]]+|(?<![\p{L}\p{N}@.])(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|app|dev|info|biz|eu|de|es|fr|it|pt|in|uk|us|ch|at|nl|br|ru|cn|xyz|top|link|shop|online|site|club|me|co|ly)(?:\/[^\s<>"')\]]*)?(?![\p{L}\p{N}])/giu,
  plusPhone: /\+\d[\d\s().\-/]{5,20}\d/g,
  isoDate: new RegExp(`${B}(${YEAR})-(\\d{1,2})-(\\d{1,2})(?!\\d)`, 'gu'),
  numericDate: new RegExp(`(?<![\\d.,/])(\\d{1,2})([./-])(\\d{1,2})\\2(${YEAR}|\\d{2})(?![\\d])`, 'gu'),
  shortDate: /(?<![\d.,/])(\d{1,2})\.(\d{1,2})\.(?!\d)/g,
  dayMonth: new RegExp(
    `${B}(\\d{1,2})(?:st|nd|rd|th|er|\\.|º|ª)?(?:\\s?(?:-|–|to|bis|al|au|a|until)\\s?(\\d{1,2})(?:st|nd|rd|th|\\.|º)?)?\\s?(?:of |de |di |d')?(${MONTH})\\.?${E}(?:,?\\s(?:de |del )?(${YEAR}))?`,
    'giu',
  ),
  monthDay: new RegExp(
    `${B}(${MONTH})\\.?\\s(\\d{1,2})(?:st|nd|rd|th)?(?:\\s?(?:-|–|to)\\s?(\\d{1,2})(?:st|nd|rd|th)?)?(?![\\d.,]*\\d)${E}(?:,?\\s(${YEAR}))?`,
    'giu',
  ),
  monthYear: new RegExp(`${B}(${MONTH})\\.?,?\\s(?:de |del )?(${YEAR})${E}`, 'giu'),
  loneMonth: new RegExp(`${B}(${byLength(loneMonths)})${E}`, 'giu'),
  preposedMay: new RegExp(
    `${B}(?:in|until|till|by|from|since|of|during|through|early|late|mid|bis|im|ab|en|até|em) (may|mai|mars|mayo)${E}`,
    'giu',
  ),
  weekday: new RegExp(`${B}(${byLength(weekdays.keys())})s?${E}`, 'giu'),
  time: new RegExp(
    `${B}(\\d{1,2})(?::([0-5]\\d))?\\s?(a\\.?m\\b\\.?|p\\.?m\\b\\.?)|${B}(\\d{1,2})(?:[.:]([0-5]\\d))?\\s?uhr${E}|${B}([01]?\\d|2[0-3])\\s?h\\s?([0-5]\\d)?${E}|(?<![\\d:.,])([01]?\\d|2[0-3]):([0-5]\\d)(?![\\d:])`,
    'giu',
  ),
  amount: new RegExp(
    `(?<![\\p{L}\\p{N}])(${CURRENCY})\\s?(${NUM})|(?<![\\p{L}\\d.,])(${NUM})(?:,-|\\.-)?\\s?(${CURRENCY})(?![\\p{L}\\p{N}])`,
    'giu',
  ),
  currency: new RegExp(`(?<!\\p{L})${CURRENCY}(?!\\p{L})`, 'giu'),
  percent: new RegExp(
    `(${NUM})\\s?(?:%|percent|per cent|prozent|por ciento|pour cent|por cento|per cento|pct)`,
    'giu',
  ),
  phone: /(?<![\p{L}\d.,])(?:\(?0[\d\s().\-/]{6,18}\d|\(\d{2,4}\)[\d\s.\-/]{5,14}\d)(?!\d)/gu,
  number: new RegExp(`(?<![\\d])(${NUM})(?:\\s?-?\\s?(\\p{L}+))?`, 'gu'),
  word: new RegExp(`${B}(${byLength(numberWords.keys())})${E}(?:[\\s-]+(\\p{L}+))?`, 'giu'),
} as const

/**
 * What a text states in figures, and the links and addresses in it. Each place is read once, the most
 * particular reading first: the 12 of "12 March" is no count, the 50 of "€50" no bare number.
 */
export function factsIn(input: string): Fact[] {
  let text = input.slice(0, MAX_CHARS)
  const facts: Fact[] = []
  const take = (pattern: RegExp, read: (match: string[]) => Fact[] | null) => {
    text = text.replace(pattern, (...args: unknown[]) => {
      const groups = args
        .slice(
          0,
          args.findIndex((arg) => typeof arg === 'number'),
        )
        .map((arg) => (typeof arg === 'string' ? arg : ''))
      const found = read(groups)
      if (!found) return groups[0] ?? ''
      facts.push(...found)
      return ' '.repeat((groups[0] ?? '').length)
    })
  }

  // Opaque, but not overlooked; and no pattern below ever works on more than this in one piece.
  take(PATTERNS.overlong, ([all = '']) => [{ kind: 'link', text: all, value: all }])
  take(PATTERNS.address, ([all = '']) => [{ kind: 'address', text: all, value: all.toLowerCase() }])
  take(PATTERNS.link, ([all = '']) => [{ kind: 'link', text: all, value: linkValue(all) }])
  take(PATTERNS.plusPhone, ([all = '']) => [{ kind: 'phone', text: all, digits: all.replace(/\D/g, '') }])
  takeDates(take)
  take(PATTERNS.time, (match) => {
    const minutes = minutesOf(match)
    return minutes === null ? null : [{ kind: 'time', text: match[0] ?? '', minutes }]
  })
  take(PATTERNS.amount, ([all = '', before, after, number, behind]) => {
    const currency = CURRENCIES[(before || behind || '').toLowerCase()]
    return currency
      ? [{ kind: 'amount', text: all.trim(), value: numberOf(after || number || ''), currency }]
      : null
  })
  take(PATTERNS.percent, ([all = '', number = '']) => [
    { kind: 'percent', text: all, value: numberOf(number) },
  ])
  take(PATTERNS.phone, ([all = '']) => {
    const digits = all.replace(/\D/g, '')
    return digits.length < 7 ? null : [{ kind: 'phone', text: all, digits }]
  })
  takeCounts(take)
  return facts
}

type Take = (pattern: RegExp, read: (match: string[]) => Fact[] | null) => void

function takeDates(take: Take) {
  const date = (text: string, readings: CalendarDate[]): Fact[] | null => {
    const valid = readings.filter(
      ({ month, day }) => month >= 1 && month <= 12 && (day === null || (day >= 1 && day <= 31)),
    )
    return valid.length > 0
      ? [{ kind: 'date', text: text.trim().replace(/(?<=\p{L})\.$/u, ''), readings: valid }]
      : null
  }
  take(PATTERNS.isoDate, ([all = '', year, month, day]) =>
    date(all, [{ year: Number(year), month: Number(month), day: Number(day) }]),
  )
  take(PATTERNS.numericDate, ([all = '', first, separator, second, yearText]) => {
    const year = Number(yearText) < 100 ? 2000 + Number(yearText) : Number(yearText)
    const dayFirst = { year, month: Number(second), day: Number(first) }
    const monthFirst = { year, month: Number(first), day: Number(second) }
    return date(all, separator === '/' ? [dayFirst, monthFirst] : [dayFirst])
  })
  take(PATTERNS.shortDate, ([all = '', day, month]) =>
    date(all, [{ year: null, month: Number(month), day: Number(day) }]),
  )

  const named = (all: string, name: string, days: string[], year: string | undefined): Fact[] | null => {
    const month = months.get(name.toLowerCase())
    if (!month) return null
    const facts = days
      .filter((day) => day)
      .map((day) => date(all, [{ year: year ? Number(year) : null, month, day: Number(day) }]))
    return facts.some((fact) => fact === null) ? null : facts.flatMap((fact) => fact ?? [])
  }
  take(PATTERNS.dayMonth, ([all = '', from = '', to = '', name = '', year]) =>
    named(all, name, [from, to], year),
  )
  take(PATTERNS.monthDay, ([all = '', name = '', from = '', to = '', year]) =>
    named(all, name, [from, to], year),
  )
  const monthOnly = (all: string, name: string, year: string | undefined) =>
    date(all, [{ year: year ? Number(year) : null, month: months.get(name.toLowerCase()) ?? 0, day: null }])
  take(PATTERNS.monthYear, ([all = '', name = '', year]) => monthOnly(all, name, year))
  take(PATTERNS.preposedMay, ([all = '', name = '']) => monthOnly(all, name, undefined))
  take(PATTERNS.loneMonth, ([all = '', name = '']) => monthOnly(all, name, undefined))
  take(PATTERNS.weekday, ([all = '', name = '']) => {
    const value = weekdays.get(name.toLowerCase())
    return value ? [{ kind: 'weekday', text: all, value }] : null
  })
}

function takeCounts(take: Take) {
  take(PATTERNS.number, ([all = '', number = '', next = '']) => {
    const unit = units.get(next.toLowerCase()) ?? null
    return [{ kind: 'number', text: unit ? all : number, value: numberOf(number), unit }]
  })
  take(PATTERNS.word, ([all = '', word = '', next = '']) => {
    const value = numberWords.get(word.toLowerCase())
    const unit = units.get(next.toLowerCase()) ?? null
    if (!value || (unit === null && AMBIGUOUS_WORDS.has(word.toLowerCase()))) return null
    return [{ kind: 'number', text: unit ? all : word, value, unit }]
  })
}

/** The currencies a text names: price lists name one and then give bare figures. */
export function currenciesIn(text: string): Set<string> {
  const named = text.slice(0, MAX_CHARS).matchAll(PATTERNS.currency)
  return new Set([...named].map((match) => CURRENCIES[match[0].toLowerCase()] ?? ''))
}

/**
 * `1,200.50`, `1.200,50`, `1 200,5`, `1'200.50` and `1,20,000` as numbers. One separator before exactly three
 * digits is taken for thousands, unless a lone zero stands before it.
 */
export function numberOf(text: string): number {
  const compact = text.replace(/[\s'’\u00a0\u202f]/g, '')
  const last = Math.max(compact.lastIndexOf('.'), compact.lastIndexOf(','))
  if (last < 0) return Number(compact)
  const mark = compact[last] ?? ''
  const decimals = compact.length - last - 1
  const repeated = compact.indexOf(mark) !== last
  const whole = compact.slice(0, last).replace(/[.,]/g, '')
  const thousands =
    repeated ||
    (decimals === 3 && whole !== '0' && !/[.,]/.test(compact.slice(0, last))) ||
    (decimals === 3 && compact.slice(0, last).includes(mark))
  return thousands ? Number(compact.replace(/[.,]/g, '')) : Number(`${whole}.${compact.slice(last + 1)}`)
}

function linkValue(link: string): string {
  return link
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[.,;:!?]+$/, '')
    .replace(/\/$/, '')
}

function minutesOf(match: string[]): number | null {
  const [, h12, m12, half, hUhr, mUhr, hh, mh, h24, m24] = match
  if (h12) {
    const hour = Number(h12)
    if (hour < 1 || hour > 12) return null
    return ((hour % 12) + (half?.toLowerCase().startsWith('p') ? 12 : 0)) * 60 + Number(m12 || 0)
  }
  return Number(hUhr || hh || h24) * 60 + Number(mUhr || mh || m24 || 0)
}
