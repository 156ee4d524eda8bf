/**
 * One bit per dimension (is it positive?) of every vector, in memory: 48 bytes for 384 dimensions. Two vectors
 * with many equal bits are close; the scan over all of them picks candidates, whose true distance is then
 * computed from the full vectors. Rows are small numbers, kept dense by whoever gives them out.
 */
export type BitCodes = {
  /** `group` says what may be filtered together (one organisation and set of labels); 0 is nobody's. */
  set(row: number, group: number, code: Uint32Array): void
  remove(row: number): void
  /** 0 where there is nothing. */
  groupOf(row: number): number
  /** How many rows are in groups of which `mayUse` has a 1. */
  count(mayUse: Uint8Array): number
  /** The `count` rows nearest to `code` among those of whose group `mayUse` has a 1, in no order. */
  nearest(code: Uint32Array, mayUse: Uint8Array, count: number): number[]
}

/** Words that the scan takes at a time. */
const STEP = 3
/** Farther than anything; marks a row that may not be looked at. */
const OUT = 0xffff

/** How many 32-bit words a code of so many dimensions has: whole steps, the rest zeros on both sides. */
export function codeWords(dimensions: number): number {
  return Math.ceil(dimensions / 32 / STEP) * STEP
}

export function codeOf(vector: Float32Array): Uint32Array {
  const code = new Uint32Array(codeWords(vector.length))
  for (const [i, value] of vector.entries())
    if (value > 0) code[i >>> 5] = (code[i >>> 5] ?? 0) | (1 << (i & 31))
  return code
}

export function createBitCodes(dimensions: number): BitCodes {
  const words = codeWords(dimensions)
  let size = 0
  let groups = new Uint32Array(1024)
  let codes = new Uint32Array(groups.length * words)
  let distances = new Uint16Array(groups.length)

  function makeRoomFor(row: number): void {
    if (row < groups.length) return
    const capacity = Math.max(row + 1, Math.ceil(groups.length * 1.5))
    groups = grown(groups, capacity)
    codes = grown(codes, capacity * words)
    distances = new Uint16Array(capacity)
  }

  return {
    set(row, group, code) {
      makeRoomFor(row)
      groups[row] = group
      codes.set(code, row * words)
      size = Math.max(size, row + 1)
    },
    remove(row) {
      if (row < size) groups[row] = 0
    },
    groupOf: (row) => groups[row] ?? 0,
    count(mayUse) {
      let count = 0
      for (let row = 0; row < size; row += 1) count += mayUse[groups[row] as number] as number
      return count
    },
    nearest(code, mayUse, count) {
      const histogram = measure(codes, groups, size, code, mayUse, distances)
      return collect(distances, size, histogram, count)
    },
  }
}

/**
 * Writes each row's distance (differing bits, or OUT) and returns how many rows have which distance.
 * Bits are counted in all three words side by side: pairs, fours, eights, then summed in 16-bit halves.
 * (`as number`: every index is in range, and asking would cost a third of the time.)
 */
function measure(
  codes: Uint32Array,
  groups: Uint32Array,
  size: number,
  code: Uint32Array,
  mayUse: Uint8Array,
  distances: Uint16Array,
): Uint32Array {
  const words = code.length
  const histogram = new Uint32Array(words * 32 + 1)
  for (let row = 0; row < size; row += 1) {
    if (mayUse[groups[row] as number] === 0) {
      distances[row] = OUT
      continue
    }
    let sum = 0
    for (let w = 0, at = row * words; w < words; w += STEP, at += STEP) {
      let a = (codes[at] as number) ^ (code[w] as number)
      let b = (codes[at + 1] as number) ^ (code[w + 1] as number)
      let c = (codes[at + 2] as number) ^ (code[w + 2] as number)
      a -= (a >>> 1) & 0x55555555
      b -= (b >>> 1) & 0x55555555
      c -= (c >>> 1) & 0x55555555
      a = (a & 0x33333333) + ((a >>> 2) & 0x33333333)
      b = (b & 0x33333333) + ((b >>> 2) & 0x33333333)
      c = (c & 0x33333333) + ((c >>> 2) & 0x33333333)
      a += b + c
      a = (a & 0x0f0f0f0f) + ((a >>> 4) & 0x0f0f0f0f)
      sum += (a & 0x00ff00ff) + ((a >>> 8) & 0x00ff00ff)
    }
    const distance = (sum & 0xffff) + (sum >>> 16)
    distances[row] = distance
    histogram[distance] = (histogram[distance] as number) + 1
  }
  return histogram
}

/** The nearest rows by counting: all below the distance at which `count` is reached, and some at it. */
function collect(distances: Uint16Array, size: number, histogram: Uint32Array, count: number): number[] {
  let limit = 0
  let below = 0
  while (limit < histogram.length && below + (histogram[limit] as number) < count) {
    below += histogram[limit] as number
    limit += 1
  }
  let atLimit = count - below
  const rows: number[] = []
  for (let row = 0; row < size; row += 1) {
    const distance = distances[row] as number
    if (distance < limit || (distance === limit && atLimit-- > 0)) rows.push(row)
  }
  return rows
}

function grown(from: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(length)
  to.set(from)
  return to
}
