import type { JumpingClock } from '../ops/clock.ts'

/** How the sandbox lets time pass, and what it has to ask for that. */
export type TimeParts = {
  clock: JumpingClock
  /** When something is due next, at the hub or in the simulated world. */
  nextDueAt(): Promise<number | null>
  /** Resolves when nothing is on the wire and no work runs. */
  idle(): Promise<void>
}

export type SimulatedTime = ReturnType<typeof createSimulatedTime>

/** Looked at so often before something due counts as stuck: a retry that keeps failing must not hold time up. */
const PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 5

/**
 * Simulated time on its way: it goes from one thing that is due to the next, and lets each be done before it
 * goes on, so that a reply of today is not overtaken by a reminder of tomorrow.
 */
export function createSimulatedTime({ clock, nextDueAt, idle }: TimeParts) {
  async function settle() {
    const until = Date.now() + PATIENCE_MS
    for (let quiet = 0; quiet < 3 && Date.now() < until; ) {
      await idle()
      const next = await nextDueAt()
      quiet = next === null || next > clock.now() ? quiet + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }

  async function pass(ms: number) {
    const until = clock.now() + ms
    await settle()
    while (clock.now() < until) {
      const next = Math.min(until, Math.max((await nextDueAt()) ?? until, clock.now() + 1))
      clock.advance(next - clock.now())
      await settle()
    }
  }

  return {
    now: clock.now,
    nextDueAt,
    pass,
    /** To the next thing that is due, and no further. @returns false when there is nothing to wait for. */
    async passToNext(): Promise<boolean> {
      await settle()
      const next = await nextDueAt()
      if (next === null) return false
      await pass(Math.max(next - clock.now(), 0))
      return true
    },
  }
}
