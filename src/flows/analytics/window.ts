import { InputError } from '../../ops/errors.ts'
import type { Instant } from '../../ports/index.ts'
import { durationMs } from '../definition.ts'

const LONGEST_MS = 366 * 86_400_000

/** A time as asked for: how long ago (`7d`, `12h`) or a day or moment (`2026-03-01`, `2026-03-01T09:00:00Z`). */
export function windowOf(
  { since = '7d', until }: { since?: string | undefined; until?: string | undefined },
  now: Instant,
): { since: Instant; until: Instant } {
  const from = timeOf('since', since, now)
  const to = until === undefined ? now : timeOf('until', until, now)
  if (from >= to) throw mistake('since', 'must be before until')
  if (to - from > LONGEST_MS) throw mistake('since', 'at most 366 days may be looked at')
  return { since: from, until: to }
}

const DAY_OR_MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

function timeOf(path: string, text: string, now: Instant): Instant {
  const ago = durationMs(text)
  if (ago !== undefined) return now - ago
  const at = DAY_OR_MOMENT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw mistake(path, `"${text}" is no time; like 7d, 12h, 2026-03-01 or 2026-03-01T09:00:00Z`)
  return at
}

const mistake = (path: string, message: string) =>
  new InputError('bad_window', 'That is no span of time to look at.', { issues: [{ path, message }] })
