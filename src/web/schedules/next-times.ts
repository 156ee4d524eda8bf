import { Cron } from 'croner'

export type Upcoming = { kind: 'times'; at: number[] } | { kind: 'mistake'; message: string }

/** The next five times of a schedule that is being written; read as the hub reads it, which has the last word. */
export function upcoming(cron: string, zone: string, after: number): Upcoming {
  if (cron.trim().split(/\s+/).length !== 5) {
    return { kind: 'mistake', message: 'Five fields: minute, hour, day of month, month, day of week.' }
  }
  try {
    const times = new Cron(cron, { mode: '5-part', timezone: zone, paused: true })
    const at = times.nextRuns(5, new Date(after)).map((date) => date.getTime())
    return at.length > 0 ? { kind: 'times', at } : { kind: 'mistake', message: 'That never comes.' }
  } catch (error) {
    return { kind: 'mistake', message: messageOf(error, zone) }
  }
}

function messageOf(error: unknown, zone: string): string {
  if (!isZone(zone)) return `"${zone}" is no time zone; like Europe/Berlin.`
  return error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : String(error)
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** A clock on the wall there. */
export const wallTime = (at: number, zone: string) =>
  new Intl.DateTimeFormat(undefined, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    hourCycle: 'h23',
  }).format(at)
