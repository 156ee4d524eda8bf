import { getTimezone } from 'countries-and-timezones'
import {
  type CountryCode,
  findPhoneNumbersInText,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'

export type FoundPhone = {
  e164: string
  /** ISO 3166-1 alpha-2; null for numbers of no country, like +800. */
  country: string | null
  /** As it stands in the text. */
  quote: string
}

export type PhoneVerdict =
  | { kind: 'one'; phone: FoundPhone }
  /** More than one number, or one that is valid in more than one of the customer's possible countries. */
  | { kind: 'several'; candidates: FoundPhone[] }
  | { kind: 'invalid'; text: string; why: 'not_a_number' | 'needs_country' | 'premium_rate' | 'extension' }
  | { kind: 'none' }

/** Text beyond this is not searched. */
const MAX_CHARS = 20_000
const DATE = /(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))(?!\d)/g
/** Numbers that say themselves that they are something else. */
const REFERENCE =
  /(?:#|\b(?:ticket|order|booking|reservation|invoice|reference|ref|fax|iban|buchung\w*|bestell\w*|rechnung\w*|pedido|reserva|factura|commande|réservation|facture|encomenda|fatura|ordine|prenotazione)\b[\s.:#]*(?:number|no|nr|nummer|núm\w*|numéro|número|numero|id|code)?[\s.:#]*)\+?[\d][\d\s./()-]*/giu
/** Digits that somebody may have meant as a phone number. */
const DIGITS = /(?<![\p{L}\d])[+(]?\d[\d\s().\-/]{5,22}\d(?!\d)/gu
const COSTLY = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'VOICEMAIL', 'UAN'])

/**
 * The phone number a text gives. Numbers without a country code are read in each of `countries`, best first
 * (see `likelyCountries`); one that is valid in several is ambiguous, because a wrong guess rings a stranger.
 * @param own numbers of ours in E.164, which quoted text and signatures repeat; never a result
 */
export function findPhone(text: string, options: { countries: CountryCode[]; own: string[] }): PhoneVerdict {
  // The library takes "0151 2345678, 030 1234567" for one thing and finds nothing in it.
  const apart = text.slice(0, MAX_CHARS).replace(/[,;|]/g, '\n')
  const searched = blank(blank(apart, DATE), REFERENCE)
  const own = new Set(options.own)
  const readings: (CountryCode | undefined)[] = options.countries.length > 0 ? options.countries : [undefined]

  const found = new Map<string, FoundPhone>()
  let refused: PhoneVerdict | undefined
  const spans: [number, number][] = []
  for (const defaultCountry of readings) {
    for (const match of findPhoneNumbersInText(searched, defaultCountry ? { defaultCountry } : {})) {
      spans.push([match.startsAt, match.endsAt])
      const quote = text.slice(match.startsAt, match.endsAt)
      const mistake = mistakeOf(match.number)
      if (mistake) refused ??= { kind: 'invalid', text: quote, why: mistake }
      else if (!own.has(match.number.number) && !found.has(match.number.number))
        found.set(match.number.number, {
          e164: match.number.number,
          country: match.number.country ?? null,
          quote,
        })
    }
  }

  const candidates = [...found.values()]
  const [only] = candidates
  if (candidates.length > 1) return { kind: 'several', candidates }
  if (only) return { kind: 'one', phone: only }
  return refused ?? leftover(searched, text, spans, readings[0], own)
}

/** Digits that no country's rules accept. */
function leftover(
  searched: string,
  text: string,
  spans: [number, number][],
  country: CountryCode | undefined,
  own: Set<string>,
): PhoneVerdict {
  for (const match of searched.matchAll(DIGITS)) {
    const at = match.index
    if (spans.some(([from, to]) => at < to && at + match[0].length > from)) continue
    const count = match[0].replace(/\D/g, '').length
    if (count < 7 || count > 17) continue
    const parsed = parsePhoneNumberFromString(match[0], country)
    if (parsed && own.has(parsed.number)) continue
    const why = country || match[0].startsWith('+') ? 'not_a_number' : 'needs_country'
    return { kind: 'invalid', text: text.slice(at, at + match[0].length).trim(), why }
  }
  return { kind: 'none' }
}

function mistakeOf(number: PhoneNumber): 'not_a_number' | 'premium_rate' | 'extension' | null {
  if (!number.isValid()) return 'not_a_number'
  if (COSTLY.has(number.getType() ?? '')) return 'premium_rate'
  return number.ext ? 'extension' : null
}

/** Same length, so that places in the text stay the same. */
function blank(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => '\n'.repeat(match.length))
}

const COUNTRY_OF_LANGUAGE: Record<string, CountryCode> = {
  de: 'DE',
  es: 'ES',
  fr: 'FR',
  pt: 'PT',
  it: 'IT',
  nl: 'NL',
  pl: 'PL',
  hi: 'IN',
  ja: 'JP',
  sv: 'SE',
  da: 'DK',
}

/**
 * The countries a number without country code may belong to: of a number already known, of the time zone, of
 * the locale's region. Only when none of these is known: of the language (never for English), else
 * `defaultCountry` (ISO 3166-1 alpha-2), the company's own.
 */
export function likelyCountries(
  customer: { phone: string | null; timeZone: string | null; locale: string | null },
  defaultCountry: string | null = null,
): CountryCode[] {
  const region = customer.locale ? regionOf(customer.locale) : undefined
  const known = [
    customer.phone ? parsePhoneNumberFromString(customer.phone)?.country : undefined,
    customer.timeZone ? getTimezone(customer.timeZone)?.countries[0] : undefined,
    region,
  ].filter((code) => code !== undefined && isSupportedCountry(code))
  if (known.length > 0) return [...new Set(known)]
  const language = customer.locale?.toLowerCase().split(/[-_]/)[0]
  const guess = (language ? COUNTRY_OF_LANGUAGE[language] : undefined) ?? defaultCountry?.toUpperCase()
  return guess !== undefined && isSupportedCountry(guess) ? [guess] : []
}

function regionOf(locale: string): string | undefined {
  try {
    return new Intl.Locale(locale.replace('_', '-')).region
  } catch {
    return undefined // Desks let people type anything here.
  }
}
