import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createIds } from '../../../src/ops/ids.ts'

it('makes ids that carry their prefix and need no escaping in a URL', () => {
  expect(createIds({ now: () => 1_700_000_000_000 })('flw')).toMatch(/^flw_[0-9a-hjkmnp-tv-z]{26}$/)
})

it('writes the time as a ULID does, so that other tools can read it', () => {
  // 01ARZ3NDEKTSV4RRFFQ69G5FAV, the sample in the ULID specification's readme, is of 1469922850259.
  const id = createIds({ now: () => 1_469_922_850_259 })('x')
  expect(id.slice(2, 12)).toBe('01ARZ3NDEK'.toLowerCase())
})

it('keeps the order in which ids were made, whatever the clock does, and never repeats one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 50 }), (steps) => {
      let now = 1_700_000_000_000
      const newId = createIds({ now: () => now })
      const ids = steps.map((step) => {
        now += step
        return newId('evt')
      })
      expect(ids.toSorted()).toEqual(ids)
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
})

it('gives neighbours different last six characters, even with the poorest randomness', () => {
  const newId = createIds({ now: () => 1 }, (bytes) => new Uint8Array(bytes))
  const endings = Array.from({ length: 1_000 }, () => newId('esc').slice(-6))
  expect(new Set(endings).size).toBe(1_000)
})

it('repeats with repeated randomness, so that a test can be replayed', () => {
  const make = () => createIds({ now: () => 7 }, (bytes) => new Uint8Array(bytes).fill(9))('evt')
  expect(make()).toBe(make())
})
