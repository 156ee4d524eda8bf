import fc from 'fast-check'
import { expect, it } from 'vitest'
import { retryDelayMs } from '../../../src/work/index.ts'

const policies = fc.record({
  attempts: fc.integer({ min: 1, max: 50 }),
  firstDelayMs: fc.integer({ min: 1, max: 60_000 }),
  factor: fc.double({ min: 1, max: 10, noNaN: true }),
  maxDelayMs: fc.integer({ min: 60_000, max: 3_600_000 }),
})
const random = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

it('waits within a fifth of the plain delay, and never more than a fifth beyond the longest', () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 10_000 }), random(), (policy, attempt, chance) => {
      const delay = retryDelayMs(policy, attempt, () => chance)
      expect(Number.isInteger(delay)).toBe(true)
      expect(delay).toBeGreaterThanOrEqual(Math.floor(policy.firstDelayMs * 0.8))
      expect(delay).toBeLessThanOrEqual(Math.ceil(policy.maxDelayMs * 1.2))
    }),
  )
})

it('waits no shorter after a later attempt', () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 100 }), random(), (policy, attempt, chance) => {
      expect(retryDelayMs(policy, attempt + 1, () => chance)).toBeGreaterThanOrEqual(
        retryDelayMs(policy, attempt, () => chance),
      )
    }),
  )
})

it('does not let what failed together return together', () => {
  const policy = { attempts: 8, firstDelayMs: 10_000, factor: 2, maxDelayMs: 60_000 }
  const delays = new Set(Array.from({ length: 50 }, () => retryDelayMs(policy, 1, Math.random)))
  expect(delays.size).toBeGreaterThan(25)
})
