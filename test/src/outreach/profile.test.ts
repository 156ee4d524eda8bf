import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkProfile,
  fallbackProfile,
  packHistory,
  profileChanges,
  profileSections,
  standsIn,
} from '../../../src/outreach/index.ts'
import { claim, emptyProfile, noon, ticket } from './samples.ts'

describe('a quote', () => {
  it.each([
    ['for three people', 'We need a room for three people.'],
    ['FOR  three\npeople', 'a room for three people'],
    ["don't smoke", 'We don’t smoke'],
    ['"quiet" room', 'a “quiet” room'],
    ['mid-June', 'around mid–June'],
    ['café', 'the cafe\u0301 downstairs'],
    ['ﬁnd', 'please find'],
    ['三人の部屋', 'はい、三人の部屋をお願いします'],
    ['مرحبا', 'مرحبا بكم'],
  ])('%j stands in %j', (quote, text) => {
    expect(standsIn(quote, text)).toBe(true)
  })

  it.each([
    ['for four people', 'We need a room for three people.'],
    ['yes', 'I asked yesterday'],
    ['fuss', 'no fussing please'],
    ['three … people', 'three tired people'],
    ['three people', 'three tired people'],
    ['', 'anything'],
    ['...', 'Well... maybe'],
  ])('%j does not stand in %j', (quote, text) => {
    expect(standsIn(quote, text)).toBe(false)
  })

  it('of whole words stands, however white space and case were changed', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdeéßñ123'), minLength: 1, maxLength: 8 })
    const words = fc.array(word, { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(words, words, words, (before, quoted, after) => {
        const text = [...before, ...quoted, ...after].join(' ')
        expect(standsIn(` ${quoted.join(' \n ').toUpperCase()} `, text.toUpperCase())).toBe(true)
      }),
    )
  })

  it('with one letter changed does not stand', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abc'), minLength: 3, maxLength: 30 })
    fc.assert(
      fc.property(letters, fc.nat(), (text, seed) => {
        const at = seed % text.length
        expect(standsIn(`${text.slice(0, at)}x${text.slice(at + 1)}`, text)).toBe(false)
      }),
    )
  })
})

describe('checking a profile', () => {
  const current = ticket(['We are three and need a quiet room.', 'Last time the room was loud.'])
  const check = (profile: Partial<typeof emptyProfile>) =>
    checkProfile({ ...emptyProfile, ...profile }, { tickets: [current], chunkIds: ['k1'] })

  it('keeps a claim whose quote is there, with the date of the comment', () => {
    const { profile, dropped } = check({ open_wishes: [claim('need a quiet room')] })
    expect(dropped).toEqual([])
    expect(profile.open_wishes[0]?.evidence.date).toBe(new Date(noon).toISOString())
  })

  it.each([
    ['is invented', claim('need a suite with a view')],
    ['stands in another comment', claim('the room was loud', { comment: 'c1' })],
    ['is of a ticket we do not know', claim('need a quiet room', { ticket: 'zendesk:1' })],
    ['is of a comment that is not there', claim('need a quiet room', { comment: 'c9' })],
    ['is too short to show anything', claim('We are')],
  ])('drops a claim whose quote %s, and says so', (_title, wrong) => {
    const { profile, dropped } = check({ constraints: [claim('We are three'), wrong] })
    expect(profile.constraints).toHaveLength(1)
    expect(dropped).toMatchObject([{ section: 'constraints', text: wrong.text }])
  })

  it('drops a recommendation that cites no chunk we found', () => {
    const recommendation = { text: 'Room 12', reason: 'Quiet', chunk_id: 'k1' }
    const { profile, dropped } = check({
      recommendations: [recommendation, { ...recommendation, chunk_id: 'k2' }],
    })
    expect(profile.recommendations).toEqual([recommendation])
    expect(dropped).toMatchObject([{ section: 'recommendations' }])
  })
})

describe('what changed since the last profile', () => {
  const wish = claim('need a quiet room', { text: 'Wants quiet.' })

  it('is everything, the first time', () => {
    const after = { ...emptyProfile, open_wishes: [wish], missing: ['When?'] }
    expect(profileChanges(null, after)).toEqual({
      added: [
        { section: 'open_wishes', text: 'Wants quiet.' },
        { section: 'missing', text: 'When?' },
      ],
      removed: [],
    })
  })

  it('is nothing when the same words are worded differently', () => {
    const after = { ...emptyProfile, open_wishes: [{ ...wish, text: 'Looks for a quiet room.' }] }
    expect(profileChanges({ ...emptyProfile, open_wishes: [wish] }, after)).toEqual({
      added: [],
      removed: [],
    })
  })

  it('names what is new and what is gone', () => {
    const before = { ...emptyProfile, open_wishes: [wish] }
    const after = { ...emptyProfile, constraints: [claim('We are three', { text: 'Three people.' })] }
    expect(profileChanges(before, after)).toEqual({
      added: [{ section: 'constraints', text: 'Three people.' }],
      removed: [{ section: 'open_wishes', text: 'Wants quiet.' }],
    })
  })
})

describe('a profile without a model', () => {
  const customer = {
    name: 'Anna',
    language: null,
    timeZone: null,
    organization: null,
    tags: [],
    ticketsTotal: 1,
    ticketsOpen: 1,
  }

  it('guesses nothing but the language, and quotes the first words', () => {
    const current = ticket(['Guten Tag, ich suche ein ruhiges Zimmer für uns und die Kinder. Danke!'])
    const profile = fallbackProfile({ customer, current, history: [] })
    expect(profile).toMatchObject({ language: 'de', constraints: [], recommendations: [] })
    expect(profile.open_wishes[0]?.evidence.quote).toMatch(/^Guten Tag, ich suche/)
  })

  it('passes its own check, whatever the customer wrote', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 600 }),
      fc.lorem({ maxCount: 80, mode: 'words' }),
    )
    fc.assert(
      fc.property(text, (written) => {
        const current = ticket([`Hello and ${written}`])
        const profile = fallbackProfile({ customer, current, history: [] })
        expect(checkProfile(profile, { tickets: [current], chunkIds: [] }).dropped).toEqual([])
      }),
    )
  })
})

describe('packing a history', () => {
  it('gives the newest ticket and the newest comment first', () => {
    const old = ticket(['old'], { ref: 'zendesk:1', createdAt: noon - 1000 })
    const { tickets } = packHistory([old, ticket(['first', 'second'])])
    expect(tickets.map(({ ticket: ref }) => ref)).toEqual(['zendesk:4711', 'zendesk:1'])
    expect(tickets[0]?.comments.map(({ text }) => text)).toEqual(['second', 'first'])
  })

  it('stays within its budget, leaves no holes and counts what it left out', () => {
    const sizes = fc.array(fc.array(fc.nat(3000), { maxLength: 8 }), { maxLength: 12 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 200, max: 9000 }), (lengths, maxChars) => {
        const all = lengths.map((of, index) =>
          ticket(
            of.map((length) => 'x'.repeat(length)),
            { ref: `zendesk:${index}`, createdAt: noon - index },
          ),
        )
        const { tickets, left_out } = packHistory(all, { maxChars, maxCommentChars: 1000 })
        const given = tickets.flatMap(({ comments }) => comments)
        expect(JSON.stringify(tickets).length).toBeLessThanOrEqual(maxChars + tickets.length + 2)
        expect(tickets.map(({ ticket: ref }) => ref)).toEqual(
          all.slice(0, tickets.length).map(({ ref }) => ref),
        )
        expect(tickets.length + left_out.tickets).toBe(all.length)
        expect(given.length + left_out.comments).toBe(lengths.flat().length)
      }),
    )
  })

  it('gives the beginning of an overlong comment, and says that it is cut', () => {
    const { tickets, left_out } = packHistory([ticket(['y'.repeat(5_000)])])
    expect(tickets[0]?.comments[0]?.text).toHaveLength(4_000)
    expect(left_out).toEqual({ tickets: 0, comments: 0, cut: 1 })
  })
})

it('fills the sections of the prompt under its names', () => {
  const sections = profileSections({
    customer: {
      name: 'Anna',
      language: 'de',
      timeZone: 'Europe/Berlin',
      organization: null,
      tags: ['vip'],
      ticketsTotal: 14,
      ticketsOpen: 2,
    },
    current: ticket(['Hello']),
    history: [],
    knowledge: [],
    previous: null,
  })
  expect(sections.customer).toMatchObject({ time_zone: 'Europe/Berlin', tickets_total: 14 })
  expect(sections.current_ticket).toMatchObject({
    ticket: 'zendesk:4711',
    comments: [{ comment: 'c1', author: 'customer', date: '2026-03-02T12:00:00.000Z', text: 'Hello' }],
  })
})
