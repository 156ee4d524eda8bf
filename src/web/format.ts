const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'always', style: 'narrow' })
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** Like `3 min ago`, `in 2 hr`. */
export function relative(at: number, now: number): string {
  const distance = at - now
  const [unit, size] = UNITS.find(([, ms]) => Math.abs(distance) >= ms) ?? (['second', 1_000] as const)
  return Math.abs(distance) < 1_000 ? 'now' : RELATIVE.format(Math.round(distance / size), unit)
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
  hourCycle: 'h23',
})
const DAY_AND_CLOCK = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
  hourCycle: 'h23',
})
const FULL = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'full',
  timeStyle: 'long',
})
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const EXACT = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})

/** In the reader's zone; with the day where it is not today. */
export const absolute = (at: number, now: number) =>
  (new Date(at).toDateString() === new Date(now).toDateString() ? CLOCK : DAY_AND_CLOCK).format(at)

export const fullTime = (at: number) => FULL.format(at)
export const dateOf = (at: number) => DATE.format(at)
export const exactTime = (at: number) => EXACT.format(at)

/** Like `149 ms`, `4.4 s`, `2 min 5 s`, `1 d 3 h`. */
export function duration(ms: number, howManyUnits = 2): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
  const parts: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ]
  const first = parts.findIndex(([, size]) => ms >= size)
  let left = ms
  return parts
    .slice(first, first + howManyUnits)
    .map(([unit, size]) => {
      const count = Math.floor(left / size)
      left -= count * size
      return count > 0 ? `${count} ${unit}` : ''
    })
    .filter(Boolean)
    .join(' ')
}

/** Like `1:18`, of a position in a call. */
export const clockOf = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

export const count = (howMany: number, one: string, many = `${one}s`) =>
  `${howMany} ${howMany === 1 ? one : many}`

/** `user:mara` as people say it. */
export const actorName = (actor: string) => actor.replace(/^user:/, '')

/** Whom a role names: whoever has it, or one above it. */
export const anyWith: Record<string, string> = {
  agent: 'any agent',
  manager: 'a manager',
  admin: 'an admin',
}

/** snake_case as words. */
export const words = (name: string) => name.replaceAll('_', ' ')

/** What is left of an id that people compare: its last six characters. */
export const shortId = (id: string) => id.slice(-6)
