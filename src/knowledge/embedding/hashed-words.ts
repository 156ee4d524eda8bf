import { createHash } from 'node:crypto'
import type { Embedder } from '../../ports/index.ts'

const DIMENSIONS = 384

/**
 * The stand-by where no model can be loaded: each word, and each three letters of a word, adds to a place of
 * the vector that its hash picks. Finds like words and inflected ones; knows nothing of meaning.
 */
export function createHashedWordsEmbedder(reason: string): Embedder {
  return {
    model: 'hashed-words-1',
    dimensions: DIMENSIONS,
    embed: async (texts) => texts.map(hashWords),
    check: async () => ({
      ok: false,
      detail: `search knows words only: ${reason}`,
      hint: 'Run `npm install` again on Linux with glibc, macOS on ARM or Windows, or set OPENAI_EMBEDDING_MODEL.',
    }),
    close: async () => {},
  }
}

function hashWords(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS)
  const words =
    text
      .toLowerCase()
      .normalize('NFKD')
      .match(/\p{L}+|\p{N}+/gu) ?? []
  for (const word of words) {
    add(vector, word, 1)
    const framed = ` ${word} `
    for (let i = 0; i + 3 <= framed.length; i += 1) add(vector, framed.slice(i, i + 3), 0.3)
  }
  const length = Math.hypot(...vector)
  // A text without a word gets some direction all the same: a vector of zeros has none to compare.
  return length > 0 ? vector.map((value) => value / length) : vector.fill(1 / Math.sqrt(DIMENSIONS))
}

function add(vector: Float32Array, piece: string, weight: number): void {
  const hash = createHash('md5').update(piece).digest()
  const place = hash.readUInt32LE(0) % DIMENSIONS
  vector[place] = (vector[place] ?? 0) + (hash.readUInt8(4) % 2 === 0 ? weight : -weight)
}
