import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeReplyAddress, readReplyAddress } from '../../../src/outreach/index.ts'

const base = 'reply@inbound.lumen.example'
const flowId = fc.stringMatching(/^[a-z0-9_-]{1,40}$/)
const secret = fc.string({ minLength: 1 })

describe('a signed reply address', () => {
  // printf 'reply:flow_1' | openssl dgst -sha256 -hmac secret -binary | head -c 10 | base32 | tr A-Z a-z
  it('is what HMAC-SHA256 and base32 make of it', () => {
    expect(makeReplyAddress(base, 'flow_1', 'secret')).toBe(
      'reply+flow_1.6gg64qxnmuwgh4zi@inbound.lumen.example',
    )
  })

  it('is read back, in any case, with a name around it, among others', () => {
    fc.assert(
      fc.property(flowId, secret, (id, key) => {
        const address = makeReplyAddress(base, id, key)
        expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64)
        expect(readReplyAddress(['x@y.example', `Lumen <${address.toUpperCase()}>`], key)).toBe(id)
      }),
    )
  })

  it('is not believed with any character changed, or under another key', () => {
    fc.assert(
      fc.property(flowId, secret, fc.nat(), fc.constantFrom(...'abcdefg234567'), (id, key, seed, letter) => {
        const address = makeReplyAddress(base, id, key)
        const local = address.split('@')[0] ?? ''
        const at = 'reply+'.length + (seed % (local.length - 'reply+'.length))
        fc.pre(local[at] !== letter)
        const changed = `${local.slice(0, at)}${letter}${local.slice(at + 1)}@inbound.lumen.example`
        expect(readReplyAddress([changed], key)).toBeNull()
        expect(readReplyAddress([address], `${key}x`)).toBeNull()
      }),
    )
  })

  it.each([
    '',
    'reply@inbound.lumen.example',
    'reply+flow_1@x',
    'reply+flow_1.short@x',
    'reply+Flöw.aaaaaaaaaaaaaaaa@x',
  ])('is not seen in %j', (address) => {
    expect(readReplyAddress([address], 'secret')).toBeNull()
  })

  it.each(['flow.1', 'flow 1', 'flow@1', '', 'f'.repeat(60)])('cannot be made for the id %j', (id) => {
    expect(() => makeReplyAddress(base, id, 'secret')).toThrow(RangeError)
  })
})
