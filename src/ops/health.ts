import type { Check, Clock, Instant } from '../ports/index.ts'
import { messageOf } from './errors.ts'

export type HealthCheck = {
  name: string
  /** Without it the hub is not ready. A vendor's state is shown but does not take the hub off the network. */
  required: boolean
  check: () => Promise<Check>
}

export type Health = { ready: boolean; checks: Record<string, Check & { required: boolean }> }

const BOUND_MS = 5_000

/** Asks all checks at once. One that throws or takes longer than `boundMs` counts as failed. */
export async function collectHealth(
  checks: HealthCheck[],
  clock: Clock,
  boundMs: number = BOUND_MS,
): Promise<Health> {
  const results = await Promise.all(
    checks.map(async ({ name, required, check }) => {
      const result = await within(check, clock, boundMs)
      return [name, { ...result, required }] as const
    }),
  )
  return {
    ready: results.every(([, result]) => result.ok || !result.required),
    checks: Object.fromEntries(results),
  }
}

function within(check: () => Promise<Check>, clock: Clock, boundMs: number): Promise<Check> {
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + boundMs, () =>
      resolve({
        ok: false,
        detail: `no answer within ${boundMs / 1000} s`,
        hint: 'See whether it is overloaded.',
      }),
    )
    check()
      .catch((error: unknown): Check => ({ ok: false, detail: messageOf(error), hint: 'See the log.' }))
      .then((result) => {
        cancel()
        resolve(result)
      })
  })
}

/** `check`, asked at most once in `forMs`: whoever polls `/readyz` must not use up a vendor's rate limit. */
export function remembered(
  check: () => Promise<Check>,
  clock: Pick<Clock, 'now'>,
  forMs: number,
): () => Promise<Check> {
  let last: { at: Instant; result: Promise<Check> } | undefined
  return () => {
    if (!last || clock.now() - last.at >= forMs) last = { at: clock.now(), result: check() }
    return last.result
  }
}
