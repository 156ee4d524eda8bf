import { createHmac, timingSafeEqual } from 'node:crypto'

/** 80 bits: as base32 exactly 16 characters. */
const SIGNATURE_BYTES = 10
/** RFC 5321, 4.5.3.1.1. */
const MAX_LOCAL_PART = 64
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * The address an answer to this flow's mail comes back to: `reply+<flowId>.<signature>@…`, of `base`
 * (`reply@…`). Lower case throughout, because some mail servers fold it. Throws RangeError when the flow's id
 * has other characters than a–z, 0–9, `_` and `-`, or is too long.
 */
export function makeReplyAddress(base: string, flowId: string, secret: string): string {
  const at = base.lastIndexOf('@')
  const id = flowId.toLowerCase()
  if (at < 1 || !/^[a-z0-9_-]+$/.test(id)) throw new RangeError(`No reply address for ${flowId} at ${base}`)
  const local = `${base.slice(0, at).toLowerCase()}+${id}.${signature(id, secret)}`
  if (local.length > MAX_LOCAL_PART) throw new RangeError(`The reply address of ${flowId} would be too long`)
  return `${local}@${base.slice(at + 1).toLowerCase()}`
}

/**
 * The flow id (in lower case) of the first address that carries a true signature; null when none does.
 * `addresses` are all recipients, with or without a name around the address.
 */
export function readReplyAddress(addresses: string[], secret: string): string | null {
  for (const address of addresses) {
    const match = /\+([a-z0-9_-]+)\.([a-z2-7]{16})@/.exec(address.toLowerCase())
    const [, id, given] = match ?? []
    if (id && given && timingSafeEqual(Buffer.from(given), Buffer.from(signature(id, secret)))) return id
  }
  return null
}

function signature(id: string, secret: string): string {
  const digest = createHmac('sha256', secret).update(`reply:${id}`).digest().subarray(0, SIGNATURE_BYTES)
  let bits = 0n
  for (const byte of digest) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let shift = SIGNATURE_BYTES * 8 - 5; shift >= 0; shift -= 5)
    text += BASE32[Number((bits >> BigInt(shift)) & 31n)]
  return text
}
