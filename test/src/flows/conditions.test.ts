import fc from 'fast-check'
import { expect, it } from 'vitest'
import { holds } from '../../../src/flows/conditions.ts'
import { Condition } from '../../../src/flows/definition.ts'

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('', 'a', 'ab', '1'),
)
const seen = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constant(undefined))
const values = fc.record(
  {
    eq: scalar,
    neq: scalar,
    gt: fc.integer({ min: -3, max: 3 }),
    gte: fc.integer({ min: -3, max: 3 }),
    lt: fc.integer({ min: -3, max: 3 }),
    lte: fc.integer({ min: -3, max: 3 }),
    contains: scalar,
    in: fc.array(scalar, { maxLength: 3 }),
    exists: fc.boolean(),
  },
  { requiredKeys: [] },
)

/** What each comparison means, one plain sentence each. */
function naive(value: unknown, wanted: Partial<Record<string, unknown>>): boolean {
  const n = typeof value === 'number' ? value : Number.NaN
  const equal = (other: unknown) => !Array.isArray(value) && value === other
  const meanings: Record<string, () => boolean> = {
    eq: () => equal(wanted.eq),
    neq: () => !equal(wanted.neq),
    gt: () => n > Number(wanted.gt),
    gte: () => n >= Number(wanted.gte),
    lt: () => n < Number(wanted.lt),
    lte: () => n <= Number(wanted.lte),
    contains: () =>
      typeof value === 'string'
        ? value.includes(String(wanted.contains))
        : Array.isArray(value) && value.includes(wanted.contains),
    in: () => Array.isArray(wanted.in) && wanted.in.some(equal),
    exists: () => (value !== undefined && value !== null) === wanted.exists,
  }
  const given = Object.keys(wanted)
  return given.length > 0 && given.every((operator) => meanings[operator]?.())
}

it('holds when everything that is compared holds, and says what it saw', () => {
  fc.assert(
    fc.property(seen, values, (value, wanted) => {
      const condition = Condition.parse({ if: '{{x}}', ...wanted })
      const verdict = holds(condition, value === undefined ? {} : { x: value })
      expect(verdict).toEqual({ holds: naive(value, wanted), saw: value })
    }),
    { numRuns: 2_000 },
  )
})

it('without a comparison never holds', () => {
  expect(holds({ if: '{{x}}' }, { x: true })).toEqual({ holds: false, saw: true })
})

it('takes a path that leads nowhere for a value that is not there, for every comparison', () => {
  const missing = (wanted: Partial<Condition>) => holds({ if: '{{steps.3.result.x}}', ...wanted }, {}).holds
  expect({
    eq: missing({ eq: null }),
    neq: missing({ neq: 'a' }),
    gt: missing({ gt: -1 }),
    lt: missing({ lt: 1 }),
    gte: missing({ gte: 0 }),
    lte: missing({ lte: 0 }),
    contains: missing({ contains: '' }),
    in: missing({ in: [null, ''] }),
    exists: missing({ exists: true }),
    isMissing: missing({ exists: false }),
  }).toEqual({
    eq: false,
    neq: true,
    gt: false,
    lt: false,
    gte: false,
    lte: false,
    contains: false,
    in: false,
    exists: false,
    isMissing: true,
  })
})

it('compares with what a mapping brings, of whatever type, and reads none in what it brings', () => {
  const scope = { x: 7, same: 7, list: [7], text: '{{same}}' }
  const check = (wanted: Partial<Condition>) => holds({ if: '{{x}}', ...wanted }, scope).holds
  expect([check({ eq: '{{same}}' }), check({ neq: '{{same}}' }), check({ in: ['{{same}}'] })]).toEqual([
    true,
    false,
    true,
  ])
  expect(holds({ if: '{{list}}', contains: '{{same}}' }, scope).holds).toBe(true)
  expect(holds({ if: '{{text}}', eq: '{{text}}' }, scope)).toEqual({ holds: true, saw: '{{same}}' })
  expect(() => check({ eq: '{{nowhere}}' })).toThrow('leads nowhere')
})

it('says what is wrong with its own default instead of taking it for a missing value', () => {
  expect(() => holds({ if: '{{x ?? oops}}', exists: false }, {})).toThrow('is not JSON')
})
