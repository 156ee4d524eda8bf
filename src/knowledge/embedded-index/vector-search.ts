import { type BitCodes, codeOf } from './bit-codes.ts'
import type { IndexDatabase } from './schema.ts'

/** Rows whose full vectors are compared, picked by their bits. What this costs and finds: bench/retrieval.ts. */
const OVERSAMPLING = 10
const MIN_CANDIDATES = 400

export type VectorSearch = {
  /** The `depth` rows of the nearest vectors, nearest first, in groups of which `mayUse` has a 1. */
  nearest(vector: Float32Array, mayUse: Uint8Array, depth: number): number[]
}

export function createVectorSearch(db: IndexDatabase, codes: BitCodes): VectorSearch {
  // One statement for all rows: half the time of one each.
  const stored = db
    .prepare<[string], [number, Buffer]>(
      'SELECT row, vector FROM vectors WHERE row IN (SELECT value FROM json_each(?))',
    )
    .raw()
  return {
    nearest(vector, mayUse, depth) {
      const candidates = codes.nearest(codeOf(vector), mayUse, Math.max(MIN_CANDIDATES, depth * OVERSAMPLING))
      return stored
        .all(JSON.stringify(candidates))
        .map(([row, bytes]) => ({ row, near: dot(vector, float32Of(bytes)) }))
        .toSorted((a, b) => b.near - a.near)
        .slice(0, depth)
        .map(({ row }) => row)
    },
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

export function bytesOf(values: Float32Array | Uint32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

export function uint32Of(bytes: Buffer): Uint32Array {
  return new Uint32Array(aligned(bytes))
}

function float32Of(bytes: Buffer): Float32Array {
  return new Float32Array(aligned(bytes))
}

/** The buffer itself where it is the whole of its memory, else a copy: typed arrays cannot start anywhere. */
function aligned(bytes: Buffer): ArrayBufferLike {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength
  return whole ? bytes.buffer : Uint8Array.from(bytes).buffer
}
