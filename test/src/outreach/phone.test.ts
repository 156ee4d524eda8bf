import { describe, expect, it } from 'vitest'
import { findPhone, likelyCountries } from '../../../src/outreach/index.ts'

const inGermany = likelyCountries({ phone: null, timeZone: 'Europe/Berlin', locale: 'de-DE' })
const find = (text: string, countries = inGermany, own: string[] = []) => findPhone(text, { countries, own })

describe('the number in a text', () => {
  it.each([
    ['Call me on 0151 23456789.', '+4915123456789'],
    ['My number: +49 (0)151 234 567 89', '+4915123456789'],
    ['tel:+4915123456789', '+4915123456789'],
    ['0049-151-23456789', '+4915123456789'],
    ['You can reach me at +1 (415) 555-2671, thanks', '+14155552671'],
    ['+91 98765 43210', '+919876543210'],
    ['We come on 2026-03-12, call 0151 23456789', '+4915123456789'],
    ['Order 4711081512, phone 030 1234567', '+49301234567'],
    ['Fax: 030 7654321, phone 030 1234567', '+49301234567'],
    ['0151 23456789, I repeat, +49 151 23456789', '+4915123456789'],
  ])('%s', (text, e164) => {
    expect(find(text)).toMatchObject({ kind: 'one', phone: { e164 } })
  })

  it('is quoted as it stands there', () => {
    expect(find('It is 0151 / 23456789 in the evening')).toMatchObject({
      phone: { quote: '0151 / 23456789' },
    })
  })

  it.each([
    ['commas', 'Call 0151 23456789, 030 1234567 or +1 415 555 2671'],
    ['lines', '0151 23456789\n030 1234567\n+1 415 555 2671'],
    ['words', '0151 23456789 or 030 1234567 or better +1 415 555 2671'],
  ])('is one of several, apart by %s', (_title, text) => {
    const verdict = find(text)
    expect(verdict.kind === 'several' && verdict.candidates.map(({ e164 }) => e164)).toEqual([
      '+4915123456789',
      '+49301234567',
      '+14155552671',
    ])
  })

  it.each([
    ['0151 23', { kind: 'none' }],
    ['no number at all', { kind: 'none' }],
    ['We arrive on 12.03.2026 with 3 children', { kind: 'none' }],
    ['0151 2345', { kind: 'invalid', why: 'not_a_number' }],
    ['+49 1 1111 1111 1111 11', { kind: 'invalid', why: 'not_a_number' }],
    ['Call 0900 1234567', { kind: 'invalid', why: 'premium_rate' }],
    ['030 1234567 ext. 12', { kind: 'invalid', why: 'extension' }],
  ])('%s', (text, verdict) => {
    expect(find(text)).toMatchObject(verdict)
  })

  it('without a country cannot be known', () => {
    expect(find('my number is 912 345 678', [])).toMatchObject({ kind: 'invalid', why: 'needs_country' })
  })

  it('is never one of ours', () => {
    expect(find('You called me from +49 30 1234567', inGermany, ['+49301234567'])).toEqual({ kind: 'none' })
    expect(find('Not 030 1234567 but 0151 23456789', inGermany, ['+49301234567'])).toMatchObject({
      kind: 'one',
      phone: { e164: '+4915123456789' },
    })
  })

  it('is ambiguous when it would ring in two countries the customer may be in', () => {
    const countries = likelyCountries({ phone: null, timeZone: 'Europe/Lisbon', locale: 'es-ES' })
    expect(countries).toEqual(['PT', 'ES'])
    expect(find('912 345 678', countries)).toMatchObject({
      kind: 'several',
      candidates: [{ e164: '+351912345678' }, { e164: '+34912345678' }],
    })
  })
})

describe('the countries a number may belong to', () => {
  it.each([
    [{ phone: '+351912345678', timeZone: null, locale: null }, ['PT']],
    [{ phone: null, timeZone: 'Asia/Kolkata', locale: 'en' }, ['IN']],
    [{ phone: null, timeZone: 'Asia/Calcutta', locale: null }, ['IN']],
    [{ phone: null, timeZone: null, locale: 'pt-BR' }, ['BR']],
    [{ phone: null, timeZone: null, locale: 'de' }, ['DE']],
    [{ phone: null, timeZone: 'Europe/Vienna', locale: 'de' }, ['AT']],
    [{ phone: null, timeZone: null, locale: 'en' }, []],
    [{ phone: null, timeZone: 'Mars/Base', locale: 'not a locale!' }, []],
  ])('%j → %j', (customer, countries) => {
    expect(likelyCountries(customer)).toEqual(countries)
  })

  it('are the company’s own only when nothing else is known', () => {
    const unknown = { phone: null, timeZone: null, locale: 'en' }
    expect(likelyCountries(unknown, 'pt')).toEqual(['PT'])
    expect(likelyCountries(unknown, 'Atlantis')).toEqual([])
    expect(likelyCountries({ ...unknown, locale: 'de' }, 'PT')).toEqual(['DE'])
  })
})
