/** How long something took, over all times that it was done; milliseconds. */
export type Spread = { count: number; p50: number | null; p95: number | null; longest: number | null }

/**
 * By nearest rank: each figure is a time that was really taken, the least one that p per cent did not exceed. Of
 * one time all are that one, of two p50 is the shorter; without any they are null.
 */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = Float64Array.from(times).sort()
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null
  return { count: sorted.length, p50: rank(0.5), p95: rank(0.95), longest: sorted.at(-1) ?? null }
}

/** Something's times as they are counted: all of it, and of that what was work and what was waiting. */
export class Times {
  readonly #all: number[] = []
  readonly #waited: number[] = []
  readonly #worked: number[] = []

  add(startedAt: number, completedAt: number, waitedMs: number) {
    const all = Math.max(completedAt - startedAt, 0)
    const waited = Math.min(Math.max(waitedMs, 0), all)
    this.#all.push(all)
    this.#waited.push(waited)
    this.#worked.push(all - waited)
  }

  spread() {
    return {
      duration_ms: spreadOf(this.#all),
      work_ms: spreadOf(this.#worked),
      waiting_ms: spreadOf(this.#waited),
    }
  }
}
