import type { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { messageOf } from './errors.ts'

export type Shutdown = {
  /** Adds what must be closed; what was added last is closed first. `boundMs`: how long it may take. */
  add(name: string, close: () => unknown, boundMs?: number): void
  /** Closes everything, once. @returns whether all of it closed in time and without an error */
  run(): Promise<boolean>
}

const BOUND_MS = 10_000

export function createShutdown(log: Logger): Shutdown {
  const closers: { name: string; close: () => unknown; boundMs: number }[] = []
  let running: Promise<boolean> | undefined

  async function closeAll(): Promise<boolean> {
    let clean = true
    for (let closer = closers.pop(); closer; closer = closers.pop()) {
      const failure = await closeWithin(closer.close, closer.boundMs)
      if (failure === undefined) continue
      clean = false
      log.error({ part: closer.name, reason: failure }, 'could not be closed')
    }
    return clean
  }

  return {
    add(name, close, boundMs = BOUND_MS) {
      closers.push({ name, close, boundMs })
    },
    run() {
      running ??= closeAll()
      return running
    },
  }
}

/** @returns why it did not close, or undefined when it did */
async function closeWithin(close: () => unknown, boundMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`took longer than ${boundMs} ms`), boundMs)
  })
  const closed = Promise.resolve()
    .then(close)
    .then(
      () => undefined,
      (error: unknown) => messageOf(error),
    )
  const outcome = await Promise.race([closed, late])
  clearTimeout(timer)
  return outcome
}

/** A terminal signals the whole group and npm passes it on: what comes within this time is the same wish. */
const SAME_WISH_MS = 1_000

/**
 * On SIGTERM or SIGINT closes everything and exits 0, or 1 when something would not close. Whoever signals
 * again means it: exit at once.
 */
export function shutdownOnSignals(
  shutdown: Shutdown,
  log: Logger,
  host: { signals: EventEmitter; exit(code: number): void; now(): number } = {
    signals: process,
    exit: (code) => process.exit(code),
    now: Date.now,
  },
) {
  let since: number | undefined

  const onSignal = (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (host.now() - since >= SAME_WISH_MS) host.exit(1)
      return
    }
    since = host.now()
    log.info({ signal }, 'stopping')
    void shutdown.run().then((clean) => host.exit(clean ? 0 : 1))
  }
  host.signals.on('SIGTERM', onSignal)
  host.signals.on('SIGINT', onSignal)
}
