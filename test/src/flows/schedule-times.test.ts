import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkTimetable, lastTimes, localTime, nextTimes } from '../../../src/flows/schedules/cron.ts'
import { MISSED_MAX, roundAt } from '../../../src/flows/schedules/due.ts'

const at = (text: string) => Date.parse(text)
const berlin = (cron: string) => ({ cron, zone: 'Europe/Berlin' })
const walls = (cron: string, after: string, count: number) =>
  nextTimes(berlin(cron), at(after), count).map((time) => localTime(time, 'Europe/Berlin'))

describe('where clocks change', () => {
  it('a time of day that does not exist comes at the first moment after the gap', () => {
    expect(walls('30 2 * * *', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T03:00:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ])
  })

  it('a time of day that exists twice comes once, at its first occurrence', () => {
    expect(walls('30 2 * * *', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T02:30:00+02:00',
      '2026-10-26T02:30:00+01:00',
    ])
  })

  it('an interval goes on through the repeated hour, and leaves the missing one out', () => {
    expect(walls('*/30 * * * *', '2026-10-25T00:20:00Z', 3)).toEqual([
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:00:00+01:00',
      '2026-10-25T02:30:00+01:00',
    ])
    expect(walls('*/30 * * * *', '2026-03-29T00:20:00Z', 2)).toEqual([
      '2026-03-29T01:30:00+01:00',
      '2026-03-29T03:00:00+02:00',
    ])
  })

  it('what comes next is what was last, later: looking back and ahead agree', () => {
    const crons = [
      '30 2 * * *',
      '*/20 * * * *',
      '0 1,2,3 * * *',
      '15 2 29 3 *',
      '0 9 * * MON-FRI',
      '59 * L * *',
    ]
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC']
    const moment = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') })
    fc.assert(
      fc.property(fc.constantFrom(...crons), fc.constantFrom(...zones), moment, (cron, zone, from) => {
        const ahead = nextTimes({ cron, zone }, from, 5)
        expect(lastTimes({ cron, zone }, ahead[4] ?? 0, 5)).toEqual(ahead)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a timetable', () => {
  it.each([
    ['* * * *', 'four fields'],
    ['0 0 9 * * *', 'seconds'],
    ['@daily', 'a nickname'],
    ['61 * * * *', 'a minute that there is not'],
    ['0 9 * * FUN', 'a day that there is not'],
    ['0 0 30 2 *', 'a day that never comes'],
    ['', 'nothing'],
  ])('of %j is refused with an example: %s', (cron) => {
    const mistake = expect.objectContaining({
      path: 'cron',
      message: expect.stringContaining('like "0 9 * * MON-FRI"'),
    })
    expect(() => checkTimetable({ cron, zone: 'UTC' })).toThrow(
      expect.objectContaining({ code: 'bad_cron', issues: [mistake] }),
    )
  })

  it('is told of a wrong zone and a wrong cron at once', () => {
    const paths = [expect.objectContaining({ path: 'zone' }), expect.objectContaining({ path: 'cron' })]
    expect(() => checkTimetable({ cron: 'x', zone: 'Mars/Olympus' })).toThrow(
      expect.objectContaining({ issues: paths }),
    )
    expect(() => checkTimetable({ cron: '* * * * *', zone: '+01:00' })).toThrow()
  })
})

describe('a round after the hub was down', () => {
  const hourly = { cron: '0 * * * *', zone: 'UTC' }
  const round = (missed: 'skip' | 'run_once' | 'run_all', now: string, tried = false) => {
    const { start, next, note } = roundAt({ ...hourly, missed }, at('2026-05-04T09:00:00Z'), at(now), tried)
    const hours = start.map((time) => new Date(time).toISOString().slice(11, 16))
    return { hours, next: next === null ? null : new Date(next).toISOString().slice(11, 16), note }
  }

  it('starts what is on time, whatever the policy', () => {
    for (const missed of ['skip', 'run_once', 'run_all'] as const) {
      expect(round(missed, '2026-05-04T09:00:20Z')).toEqual({ hours: ['09:00'], next: '10:00', note: null })
    }
  })

  it('skips, makes up once, or makes up for each', () => {
    const now = '2026-05-04T11:30:00Z'
    expect(round('skip', now)).toEqual({ hours: [], next: '12:00', note: '3 times missed; skipped' })
    expect(round('run_once', now)).toMatchObject({ hours: ['11:00'], next: '12:00' })
    expect(round('run_all', now)).toMatchObject({ hours: ['09:00', '10:00', '11:00'], next: '12:00' })
  })

  it('that skips still starts the one that is on time', () => {
    expect(round('skip', '2026-05-04T11:00:05Z')).toMatchObject({
      hours: ['11:00'],
      note: '2 times missed; skipped',
    })
  })

  it('that skips does not skip what it tried in time', () => {
    expect(round('skip', '2026-05-04T09:05:00Z', true)).toMatchObject({ hours: ['09:00'], note: null })
  })

  it('starts at most a hundred at once, the last ones, and says so', () => {
    const { start, note } = roundAt(
      { ...hourly, missed: 'run_all' },
      at('2026-05-04T09:00:00Z'),
      at('2026-06-04T09:00:00Z'),
    )
    expect(start).toHaveLength(MISSED_MAX)
    expect(start.at(-1)).toBe(at('2026-06-04T09:00:00Z'))
    expect(note).toBe('More than 100 times missed; flows for the last 100')
  })
})
