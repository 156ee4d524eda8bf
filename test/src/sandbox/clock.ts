import type { Clock } from '../../../src/ports/index.ts'

/** A clock that stands until it is moved; moving it wakes what is due, in order. */
export function stoppedClock(at: string): Clock & { advance(ms: number): void } {
  let now = Date.parse(at)
  let waiting: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    at(due, wake) {
      const entry = { at: due, wake }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((each) => each !== entry)
      }
    },
    advance(ms) {
      const until = now + ms
      for (;;) {
        const next = waiting.filter((each) => each.at <= until).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        waiting = waiting.filter((each) => each !== next)
        now = Math.max(now, next.at)
        next.wake()
      }
      now = until
    },
  }
}
