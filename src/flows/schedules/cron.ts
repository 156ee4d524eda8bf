import { Cron } from 'croner'
import { InputError, messageOf } from '../../ops/errors.ts'
import type { Instant } from '../../ports/index.ts'

/**
 * Five fields of cron, read in a time zone. Where clocks change, as Vixie cron does it: a fixed time of day that
 * does not exist comes at the first moment after the gap, one that exists twice comes once, at its first
 * occurrence; intervals go on through the repeated hour and leave the missing one out.
 */
export type Timetable = { cron: string; zone: string }

const EXAMPLE = 'like "0 9 * * MON-FRI", weekdays at nine: minute, hour, day of month, month, day of week'

/** Throws InputError `bad_cron` with each mistake, by field. */
export function checkTimetable({ cron, zone }: Timetable): void {
  const issues: InputError['issues'] = []
  if (!isZone(zone)) issues.push({ path: 'zone', message: `"${zone}" is no time zone; like Europe/Berlin` })
  const mistake = mistakeIn(cron)
  if (mistake) issues.push({ path: 'cron', message: `${mistake}; ${EXAMPLE}` })
  if (issues.length > 0) throw new InputError('bad_cron', 'The times of the schedule do not fit.', { issues })
}

function mistakeIn(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5) return `"${cron}" has ${fields.length} fields instead of five`
  try {
    const isNever = cronOf({ cron, zone: 'UTC' }).nextRun(new Date(0)) === null
    return isNever ? `"${cron}" never comes` : undefined
  } catch (error) {
    return messageOf(error).replace(/^Cron\w+: /, '')
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return /^[A-Za-z]/.test(zone)
  } catch {
    return false
  }
}

/** The next `count` times after an instant. */
export const nextTimes = (timetable: Timetable, after: Instant, count: number): Instant[] =>
  cronOf(timetable)
    .nextRuns(count, new Date(after))
    .map((date) => date.getTime())

export const nextTime = (timetable: Timetable, after: Instant): Instant | null =>
  nextTimes(timetable, after, 1)[0] ?? null

/** The last `count` times up to an instant, that one included, in their order. */
export const lastTimes = (timetable: Timetable, until: Instant, count: number): Instant[] =>
  cronOf(timetable)
    // A second more, because it answers what comes before; and one time more, should that second hold one.
    .previousRuns(count + 1, new Date(until + 1_000))
    .map((date) => date.getTime())
    .filter((at) => at <= until)
    .slice(0, count)
    .reverse()

const cronOf = ({ cron, zone }: Timetable) => new Cron(cron, { mode: '5-part', timezone: zone, paused: true })

/** An instant as a clock on the wall of that zone shows it, with the offset: `2026-03-29T03:00:00+02:00`. */
export function localTime(at: Instant, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at)
  const wall = parts.replace(' ', 'T')
  const minutes = Math.round((Date.parse(`${wall}Z`) - at) / 60_000)
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0')
  return `${wall}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
