import { createRequire } from 'node:module'
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { createRedact } from './redact.ts'

export type LogSettings = {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  format: 'pretty' | 'json'
  /** Values that must not show wherever they stand, like the configured keys. */
  secrets?: string[]
}

/**
 * The hub's log: one JSON object per line on standard output, or readable lines on a terminal. Every line
 * passes the redaction, whatever was logged and however deep it lies.
 *
 * @param stream where lines go instead of standard output
 */
export function createLog(settings: LogSettings, stream?: DestinationStream): Logger {
  const redact = createRedact(settings.secrets)
  const shown = settings.format === 'pretty' ? readable() : (line: object) => `${JSON.stringify(line)}\n`
  return pino(
    {
      level: settings.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => shown(redact(JSON.parse(line))) },
    },
    stream ?? destination({ fd: 1, sync: true }),
  )
}

/** Loaded only here: a server that logs JSON has no use for its 10 MB. */
function readable(): (line: object) => string {
  const { prettyFactory }: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty')
  return prettyFactory({ translateTime: 'SYS:HH:MM:ss' })
}

/** A log whose lines all carry the case they are about: a flow, and with it a ticket, from webhook to close. */
export function logOfCase(log: Logger, caseId: string): Logger {
  return log.child({ caseId })
}
