import type { SearchHit } from '../../ports/index.ts'

/** Reciprocal rank fusion's constant, from its paper: https://doi.org/10.1145/1571941.1572114 */
const K = 60

export type FusedRow = { row: number } & Pick<SearchHit, 'score' | 'ranks'>

/** One order out of two lists, best first. What both lists have comes before what only one has as high. */
export function byReciprocalRank(byMeaning: number[], byWords: number[]): FusedRow[] {
  const meaning = new Map(byMeaning.map((row, i) => [row, i + 1]))
  const words = new Map(byWords.map((row, i) => [row, i + 1]))
  return [...new Set([...byMeaning, ...byWords])]
    .map((row) => {
      const ranks = { meaning: meaning.get(row) ?? null, words: words.get(row) ?? null }
      return { row, ranks, score: share(ranks.meaning) + share(ranks.words) }
    })
    .toSorted((a, b) => b.score - a.score)
}

function share(rank: number | null): number {
  return rank === null ? 0 : 1 / (K + rank)
}
