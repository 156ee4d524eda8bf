import type { Instant } from '../../ports/index.ts'
import { lastTimes, nextTime, type Timetable } from './cron.ts'

/** What becomes of times that passed while the hub was down: nothing, one flow for the last, or a flow for each. */
export const missedPolicies = ['skip', 'run_once', 'run_all'] as const
export type MissedPolicy = (typeof missedPolicies)[number]

/** More flows than this are not started at once for missed times. */
export const MISSED_MAX = 100
/** What the hub gets to later than this was missed. */
const ON_TIME_MS = 60_000

/** What is to be done now: a flow for each of these times, and when to look again. */
export type Round = { start: Instant[]; next: Instant | null; note: string | null }

/**
 * Which of the times from `due` until now get a flow. Pure. `tried`: an attempt for `due` was made in time, and
 * failed by a fault that passes.
 */
export function roundAt(
  timetable: Timetable & { missed: MissedPolicy },
  due: Instant,
  now: Instant,
  tried = false,
): Round {
  const last = lastTimes(timetable, now, MISSED_MAX + 1).filter((at) => at >= due)
  const isMore = last.length > MISSED_MAX
  const times = last.slice(-MISSED_MAX)
  const isMissed = (at: Instant) => now - at > ON_TIME_MS && !(tried && at === due)
  const missed = times.filter(isMissed)
  const count = isMore
    ? `More than ${MISSED_MAX} times`
    : missed.length === 1
      ? '1 time'
      : `${missed.length} times`
  const next = nextTime(timetable, now)
  if (missed.length === 0) return { start: times, next, note: null }
  switch (timetable.missed) {
    case 'skip':
      return { start: times.filter((at) => !isMissed(at)), next, note: `${count} missed; skipped` }
    case 'run_once':
      return { start: times.slice(-1), next, note: `${count} missed; one flow for the last time` }
    case 'run_all':
      return {
        start: times,
        next,
        note: isMore
          ? `${count} missed; flows for the last ${MISSED_MAX}`
          : `${count} missed; a flow for each`,
      }
    default: {
      const unknown: never = timetable.missed
      throw new Error(`unknown policy ${unknown}`)
    }
  }
}
