/** A text as Qdrant's sparse vector: term → weight, each index once. */
export type SparseVector = { indices: number[]; values: number[] }

// BM25 with the usual constants. The server knows how rare a word is (`modifier: 'idf'`), we how often it stands
// here. The average length is assumed, since no server tells it: chunks are cut to about this many words.
const K1 = 1.2
const B = 0.75
const AVERAGE_WORDS = 120

/** Words that stand in nearly every chunk: they cost and tell nothing. */
const STOP_WORDS = new Set(
  'a an and are as at be by for from in is it of on or that the this to was with und der die das ist'.split(
    ' ',
  ),
)

/** Words of any script, in lower case, without the stop words. */
export function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return words.filter((word) => !STOP_WORDS.has(word))
}

/** How much each word of a chunk counts; to be multiplied by its rarity at the server. */
export function passageVector(text: string): SparseVector {
  const words = wordsOf(text)
  const counts = new Map<number, number>()
  for (const word of words) {
    const index = indexOf(word)
    counts.set(index, (counts.get(index) ?? 0) + 1)
  }
  const lengthNorm = K1 * (1 - B + (B * words.length) / AVERAGE_WORDS)
  return {
    indices: [...counts.keys()],
    values: [...counts.values()].map((count) => (count * (K1 + 1)) / (count + lengthNorm)),
  }
}

/** Each word of a question once, all alike. */
export function queryVector(text: string): SparseVector {
  const indices = [...new Set(wordsOf(text).map(indexOf))]
  return { indices, values: indices.map(() => 1) }
}

/** FNV-1a to 32 bits: two of 100,000 words in one place is about one pair, which ranking survives. */
function indexOf(word: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(word, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
