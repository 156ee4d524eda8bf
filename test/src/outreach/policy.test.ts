import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import {
  awakeFrom,
  type ContactQuestion,
  contactVerdict,
  isQuiet,
  parseQuietHours,
  zonesOf,
} from '../../../src/outreach/index.ts'

const night = parseQuietHours('21:00-08:00')
const at = (local: string, zone: string) => DateTime.fromISO(local, { zone }).toMillis()
const shown = (when: number | null, zone: string) =>
  when === null ? null : DateTime.fromMillis(when, { zone }).toFormat("yyyy-MM-dd'T'HH:mm")

function question(fields: Partial<ContactQuestion> = {}): ContactQuestion {
  return {
    channel: 'call',
    now: at('2026-03-02T12:00', 'Europe/Berlin'),
    consent: true,
    optedOut: false,
    recipientVerified: true,
    quietHours: night,
    zones: ['Europe/Berlin'],
    sentAt: [],
    dailyCap: 3,
    fence: 1,
    expectedFence: 1,
    callAttempts: 0,
    maxCallAttempts: 3,
    ...fields,
  }
}

describe('quiet hours', () => {
  it.each([
    ['20:59', false],
    ['21:00', true],
    ['23:59', true],
    ['00:00', true],
    ['07:59', true],
    ['08:00', false],
  ])('at %s are %s', (time, quiet) => {
    expect(isQuiet(night, 'Asia/Kolkata', at(`2026-03-02T${time}`, 'Asia/Kolkata'))).toBe(quiet)
  })

  it.each([
    ['an ordinary night', '2026-03-02T23:00', '2026-03-03T08:00'],
    ['the night that loses an hour', '2026-03-28T23:00', '2026-03-29T08:00'],
    ['the night that gains one', '2026-10-24T23:00', '2026-10-25T08:00'],
  ])('end when the wall clock says so, in %s', (_title, from, until) => {
    expect(shown(awakeFrom(night, ['Europe/Berlin'], at(from, 'Europe/Berlin')), 'Europe/Berlin')).toBe(until)
  })

  it('end at the first moment there is, when their end is skipped', () => {
    const hours = parseQuietHours('22:00-02:30')
    const until = awakeFrom(hours, ['Europe/Berlin'], at('2026-03-29T01:00', 'Europe/Berlin'))
    expect(until).not.toBeNull()
    expect(isQuiet(hours, 'Europe/Berlin', until ?? 0)).toBe(false)
  })

  it('hold while it is quiet in any zone the customer may be in', () => {
    const zones = ['America/New_York', 'America/Los_Angeles']
    const until = awakeFrom(night, zones, at('2026-03-02T09:00', 'America/New_York'))
    expect(shown(until, 'America/New_York')).toBe('2026-03-02T11:00')
  })

  it('never end for zones that are never awake together', () => {
    const short = parseQuietHours('13:00-08:00')
    expect(
      awakeFrom(short, ['Pacific/Auckland', 'Atlantic/Azores'], at('2026-03-02T12:00', 'UTC')),
    ).toBeNull()
  })

  it('are none when both times are the same', () => {
    expect(isQuiet(parseQuietHours('00:00-00:00'), 'UTC', 0)).toBe(false)
  })

  it.each(['', '21-8', '21:00', '25:00-08:00', '21:60-08:00', '21:00-08:00x'])('%j is refused', (text) => {
    expect(() => parseQuietHours(text)).toThrow(RangeError)
  })
})

describe('the zones of a customer', () => {
  it.each([
    [{ timeZone: 'Asia/Kolkata', phone: '+14155552671' }, ['Asia/Kolkata']],
    [{ timeZone: null, phone: '+919876543210' }, ['Asia/Kolkata']],
    [
      { timeZone: 'Nowhere/Land', phone: '+351912345678' },
      ['Atlantic/Azores', 'Atlantic/Madeira', 'Europe/Lisbon'],
    ],
    [{ timeZone: null, phone: null }, []],
  ])('%j → %j', (customer, zones) => {
    expect(zonesOf(customer)).toEqual(zones)
  })
})

describe('whether we may contact a customer', () => {
  it('we may', () => {
    expect(contactVerdict(question())).toEqual({ ok: true })
  })

  it.each<[string, Partial<ContactQuestion>]>([
    ['fence', { fence: 2 }],
    ['opted_out', { optedOut: true }],
    ['recipient', { recipientVerified: false }],
    ['consent', { consent: false }],
    ['attempts', { callAttempts: 3 }],
    ['daily_cap', { dailyCap: 0 }],
  ])('the gate %s is for people to open', (gate, fields) => {
    expect(contactVerdict(question(fields))).toMatchObject({ ok: false, gate, until: null })
  })

  it('the most certain refusal comes first', () => {
    expect(contactVerdict(question({ fence: 2, optedOut: true, consent: false }))).toMatchObject({
      gate: 'fence',
    })
  })

  it('a call in the night is held until morning, and says where it is night', () => {
    const verdict = contactVerdict(question({ now: at('2026-03-02T22:30', 'Europe/Berlin') }))
    expect(verdict).toMatchObject({ gate: 'quiet_hours', until: at('2026-03-03T08:00', 'Europe/Berlin') })
    expect(verdict).toHaveProperty('why', expect.stringContaining('22:30 in Europe/Berlin'))
  })

  it('a mail in the night is not, and needs no consent to be called', () => {
    const now = at('2026-03-02T22:30', 'Europe/Berlin')
    expect(contactVerdict(question({ channel: 'email', consent: false, now }))).toEqual({ ok: true })
  })

  it('the cap opens 24 hours after the contact that is in the way', () => {
    const { now } = question()
    const sentAt = [20, 10, 5, 1].map((hours) => now - hours * 3_600_000)
    expect(contactVerdict(question({ channel: 'email', sentAt }))).toMatchObject({
      gate: 'daily_cap',
      until: now + 14 * 3_600_000,
    })
  })

  it('counts nobody’s night as UTC when nothing is known', () => {
    const now = Date.UTC(2026, 2, 2, 23)
    expect(contactVerdict(question({ zones: [], now }))).toMatchObject({ gate: 'quiet_hours' })
  })

  it('at the moment it names, we really may', () => {
    const hour = fc.integer({ min: 0, max: 23 })
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'Asia/Kolkata',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Cairo',
    )
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
        fc.tuple(hour, hour),
        fc.array(zone, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 0, max: 30 * 3_600_000 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (now, [from, to], zones, ages, dailyCap) => {
          const asked = question({
            now,
            zones,
            dailyCap,
            quietHours: { from: from * 60, to: to * 60 },
            sentAt: ages.map((age) => now - age),
          })
          const verdict = contactVerdict(asked)
          if (verdict.ok || verdict.until === null) return
          expect(verdict.until).toBeGreaterThan(now)
          expect(contactVerdict({ ...asked, now: verdict.until })).toEqual({ ok: true })
        },
      ),
    )
  })
})
