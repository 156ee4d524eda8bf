import type { Clock, Instant } from '../ports/index.ts'

/** What a timer may be set to at most: 2^31 - 1 ms, 24.8 days. Beyond, Node would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's clock. A wake that is still pending keeps the process alive. */
export function systemClock(): Clock {
  return { now: Date.now, at: wakeAt }
}

function wakeAt(at: Instant, wake: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = () => {
    timer = setTimeout(
      () => (Date.now() < at ? arm() : wake()),
      Math.min(Math.max(at - Date.now(), 0), LONGEST_TIMER_MS),
    )
  }
  arm()
  return () => clearTimeout(timer)
}

/** A clock that can be moved forward. */
export type JumpingClock = Clock & {
  /** Moves on by `ms`; wakes that become due fire in the order of their times. */
  advance(ms: number): void
}

type Wake = { at: Instant; wake: () => void }

/**
 * For tests: time stands still but for `advance`, which fires what becomes due one by one, each at its own
 * time, wakes that those set included. A wake set for now or earlier fires on its own, soon.
 */
export function manualClock(start: Instant): JumpingClock {
  let now = start
  const wakes = new Set<Wake>()

  function fire(entry: Wake) {
    if (!wakes.delete(entry)) return
    entry.wake()
  }

  return {
    now: () => now,
    at(at, wake) {
      const entry = { at, wake }
      wakes.add(entry)
      if (at <= now) setImmediate(() => fire(entry))
      return () => wakes.delete(entry)
    },
    advance(ms) {
      const until = now + ms
      for (let due = earliest(wakes, until); due; due = earliest(wakes, until)) {
        now = Math.max(now, due.at)
        fire(due)
      }
      now = until
    },
  }
}

/** Sets are read in the order they were filled, so of two wakes at one time the older comes first. */
function earliest(wakes: Set<Wake>, until: Instant): Wake | undefined {
  let first: Wake | undefined
  for (const entry of wakes) if (entry.at <= until && (!first || entry.at < first.at)) first = entry
  return first
}

/**
 * For the sandbox: runs as `base` does, and can be moved forward while it runs. As after a machine's sleep,
 * all that became due fires afterwards, in order, and sees the new time.
 */
export function shiftedClock(base: Clock = systemClock()): JumpingClock {
  let offset = 0
  const wakes = new Map<Wake, () => void>()

  function arm(entry: Wake) {
    const cancel = base.at(entry.at - offset, () => {
      wakes.delete(entry)
      entry.wake()
    })
    wakes.set(entry, cancel)
  }

  return {
    now: () => base.now() + offset,
    at(at, wake) {
      const entry = { at, wake }
      arm(entry)
      return () => {
        wakes.get(entry)?.()
        wakes.delete(entry)
      }
    },
    advance(ms) {
      offset += ms
      const pending = [...wakes].sort(([a], [b]) => a.at - b.at)
      for (const [, cancel] of pending) cancel()
      for (const [entry] of pending) arm(entry)
    },
  }
}
