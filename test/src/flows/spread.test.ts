import fc from 'fast-check'
import { expect, it } from 'vitest'
import { spreadOf, Times } from '../../../src/flows/analytics/spread.ts'

it.each([
  [[], null, null],
  [[7], 7, 7],
  [[9, 1], 1, 9],
  [[3, 1, 2], 2, 3],
  [Array.from({ length: 20 }, (_, i) => i + 1), 10, 19],
  [Array.from({ length: 21 }, (_, i) => i + 1), 11, 20],
  [Array.from({ length: 100 }, (_, i) => 100 - i), 50, 95],
])('of %j p50 is %s and p95 %s', (times, p50, p95) => {
  expect(spreadOf(times)).toMatchObject({ count: times.length, p50, p95 })
})

it('a figure is a time that was taken, which that share did not exceed and fewer would not do', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 60 }), (times) => {
      const { p50, p95, longest } = spreadOf(times)
      const share = (most: number | null) =>
        times.filter((time) => time <= (most ?? -1)).length / times.length
      const below = (most: number | null) => times.filter((time) => time < (most ?? -1)).length / times.length
      expect(times).toEqual(expect.arrayContaining([p50, p95]))
      expect([share(p50) >= 0.5, below(p50) < 0.5, share(p95) >= 0.95, below(p95) < 0.95]).toEqual(
        Array(4).fill(true),
      )
      expect(longest).toBe(Math.max(...times))
    }),
  )
})

it('work and waiting add up to all of the time, and neither is more', () => {
  const times = new Times()
  times.add(1_000, 11_000, 9_000)
  expect(times.spread()).toMatchObject({
    duration_ms: { p50: 10_000 },
    work_ms: { p50: 1_000 },
    waiting_ms: { p50: 9_000 },
  })
  const odd = new Times()
  odd.add(1_000, 2_000, 5_000)
  expect(odd.spread()).toMatchObject({ work_ms: { p50: 0 }, waiting_ms: { p50: 1_000 } })
})
