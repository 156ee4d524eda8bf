import { randomBytes } from 'node:crypto'
import type { Clock } from '../ports/index.ts'

/** Makes an id like `flw_01jb2…`: the prefix says what it is of. */
export type NewId = (prefix: string) => string

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_CHARS = 10
const RANDOM_CHARS = 16
const RANDOM_BYTES = 10
const STEP_BYTES = 6

/**
 * Ids that sort by the time they were made, strictly so within one maker, and cannot be guessed: after the
 * prefix 48 bits of milliseconds and 80 bits of chance in 26 lower-case Crockford characters, as in a ULID.
 * People shorten an id to its last 6 characters, so those are chance too, and always differ between neighbours.
 *
 * @param random answers that many bytes of good randomness; a seeded one makes ids repeat in tests
 */
export function createIds(
  clock: Pick<Clock, 'now'>,
  random: (bytes: number) => Uint8Array = randomBytes,
): NewId {
  let lastMs = -1
  let tail = 0n

  return (prefix) => {
    const nowMs = clock.now()
    if (nowMs > lastMs) {
      lastMs = nowMs
      tail = toNumber(random(RANDOM_BYTES)) >> 1n // the upper half is room for the steps
    } else {
      // Odd, so that adding it always changes the last 30 bits, which are the last 6 characters.
      tail += toNumber(random(STEP_BYTES)) | 1n
    }
    return `${prefix}_${encode(BigInt(lastMs), TIME_CHARS)}${encode(tail, RANDOM_CHARS)}`
  }
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function encode(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 5n) text = CROCKFORD.charAt(Number(rest & 31n)) + text
  return text
}
