import { randomFillSync } from 'node:crypto'
import type { Clock } from '../ports/index.ts'

/** Makes an id like `flw_01jb2…`: the prefix says what it is of. */
export type NewId = (prefix: string) => string

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'
/** Every pair of characters, so that ten bits are written by one lookup. */
const PAIRS = Array.from(CROCKFORD, (high) => Array.from(CROCKFORD, (low) => high + low)).flat()
/** Half of an id's chance: 40 bits, 8 characters, what a number holds exactly. */
const HALF = 2 ** 40
const HALF_BYTES = 5

/**
 * Ids that sort by the time they were made, strictly so within one maker, and cannot be guessed: after the
 * prefix 48 bits of milliseconds and 80 bits of chance in 26 lower-case Crockford characters, as in a ULID.
 * People shorten an id to its last 6 characters, so those are chance too, and always differ between neighbours.
 *
 * @param random answers that many bytes of good randomness; a seeded one makes ids repeat in tests
 */
export function createIds(
  clock: Pick<Clock, 'now'>,
  random: (bytes: number) => Uint8Array = pooledBytes(),
): NewId {
  let lastMs = -1
  let time = ''
  let high = 0
  let low = 0

  return (prefix) => {
    const nowMs = clock.now()
    if (nowMs > lastMs) {
      lastMs = nowMs
      time = encode(nowMs).slice(-10)
      high = Math.floor(toNumber(random(HALF_BYTES)) / 2) // the upper half is room for the steps
      low = toNumber(random(HALF_BYTES))
    } else {
      // Odd, so that adding it always changes the last 30 bits, which are the last 6 characters.
      const step = Math.floor(toNumber(random(HALF_BYTES)) / 2) * 2 + 1
      low += step
      if (low >= HALF) {
        low -= HALF
        high += 1
      }
    }
    return `${prefix}_${time}${encode(high).slice(-8)}${encode(low).slice(-8)}`
  }
}

/** Before every id with this prefix that is made at `at` or later, after all that are older: bounds of a time. */
export const firstIdAt = (prefix: string, at: number): string => `${prefix}_${encode(at).slice(-10)}`

/** Randomness fetched by the page: asking the system for ten bytes costs as much as for a thousand. */
function pooledBytes(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(4_096)
  let used = pool.length
  return (bytes) => {
    if (used + bytes > pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += bytes
    return pool.subarray(used - bytes, used)
  }
}

function toNumber(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}

/** Up to 50 bits as ten characters. */
function encode(value: number): string {
  const top = Math.floor(value / 2 ** 30)
  const rest = value % 2 ** 30
  return `${pair(top >>> 10)}${pair(top)}${pair(rest >>> 20)}${pair(rest >>> 10)}${pair(rest)}`
}

const pair = (bits: number) => PAIRS[bits & 1_023] ?? ''
