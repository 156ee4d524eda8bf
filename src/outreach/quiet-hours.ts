import { DateTime } from 'luxon'
import type { Instant } from '../ports/index.ts'

/** Minutes after midnight, local time; `from` later than `to` goes over midnight. */
export type QuietHours = { from: number; to: number }

const HOUR_MS = 3_600_000
/** Two days: by then every zone of the world has had a day. */
const HORIZON_MS = 48 * HOUR_MS

/** `21:00-08:00`. Throws RangeError for anything else; the same time twice means none at all. */
export function parseQuietHours(text: string): QuietHours {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim())
  if (!match) throw new RangeError(`Quiet hours must look like 21:00-08:00, not ${text}`)
  const [h1, m1, h2, m2] = match.slice(1).map(Number)
  return { from: (h1 ?? 0) * 60 + (m1 ?? 0), to: (h2 ?? 0) * 60 + (m2 ?? 0) }
}

/** Whether it is quiet at `at` in `zone`, by the clock on the wall there. */
export function isQuiet(hours: QuietHours, zone: string, at: Instant): boolean {
  const local = DateTime.fromMillis(at, { zone })
  const minute = local.hour * 60 + local.minute
  if (hours.from === hours.to) return false
  return hours.from < hours.to
    ? minute >= hours.from && minute < hours.to
    : minute >= hours.from || minute < hours.to
}

/**
 * When it is next quiet in none of `zones`: `at` itself when it is so now; null when that does not happen
 * within two days (zones too far apart), so that a person has to decide. Correct over changes of summer time,
 * because it asks the wall clock of every zone and adds no hours itself.
 */
export function awakeFrom(hours: QuietHours, zones: string[], at: Instant): Instant | null {
  const quietAt = (when: Instant) => zones.filter((zone) => isQuiet(hours, zone, when))
  let when = at
  while (when - at <= HORIZON_MS) {
    const quiet = quietAt(when)
    if (quiet.length === 0) return when
    // The latest end among the quiet zones: before it at least one is still asleep.
    when = Math.max(...quiet.map((zone) => endOfQuiet(hours, zone, when)))
  }
  return null
}

/** The next moment at which the wall clock in `zone` says `hours.to`, or the first after it where it skips that. */
function endOfQuiet(hours: QuietHours, zone: string, at: Instant): Instant {
  const local = DateTime.fromMillis(at, { zone })
  const time = { hour: Math.floor(hours.to / 60), minute: hours.to % 60, second: 0, millisecond: 0 }
  const today = local.set(time)
  const end = today.toMillis() > at ? today : local.plus({ days: 1 }).set(time)
  return end.toMillis()
}
