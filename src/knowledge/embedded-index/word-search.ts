import type { IndexDatabase } from './schema.ts'

export type WordSearch = {
  /** Rows by BM25, best first, of those that `mayUse` lets through. */
  find(text: string, mayUse: (row: number) => boolean, limit: number): number[]
  /** To be called after each change: how often a word occurs is remembered. */
  changed(): void
}

/** A question's further words add time, not sense. */
const MAX_WORDS = 24
/** A word in more than a quarter of all chunks says little and costs most; in few chunks nothing counts as much. */
const COMMON_SHARE = 0.25
const COMMON_AT_LEAST = 50
/** Ranking reads every match (0.7 µs each), so more than these are not ranked: taken as they stand, or left out. */
const RANKED_AT_MOST = 5_000

/**
 * All words together first; any of them, rarest first, only when too few chunks have them all. At 100,000
 * chunks that is 1 ms where asking for any word at once takes 14.
 */
export function createWordSearch(db: IndexDatabase): WordSearch {
  const ranked = db
    .prepare<[string], number>('SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank')
    .pluck()
  const unranked = db.prepare<[string], number>('SELECT rowid FROM words WHERE words MATCH ?').pluck()
  const counted = db
    .prepare<[string, number], number>(
      'SELECT count(*) FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)',
    )
    .pluck()
  const total = db.prepare<[], number>('SELECT count(*) FROM chunks').pluck()
  let known = new Map<string, number>()
  let common: number | undefined

  function commonFrom(): number {
    common ??= Math.max(COMMON_AT_LEAST, Math.ceil((total.get() ?? 0) * COMMON_SHARE))
    return common
  }

  /** In how many chunks the word is, counted no further than what is common. */
  function frequency(word: string): number {
    const before = known.get(word)
    if (before !== undefined) return before
    const count = counted.get(word, commonFrom() + 1) ?? 0
    if (known.size > 10_000) known = new Map()
    known.set(word, count)
    return count
  }

  function matches(expression: string, mayUse: (row: number) => boolean, limit: number): number[] {
    const many = (counted.get(expression, RANKED_AT_MOST + 1) ?? 0) > RANKED_AT_MOST
    const rows: number[] = []
    for (const row of (many ? unranked : ranked).iterate(expression)) {
      if (mayUse(row)) rows.push(row)
      if (rows.length === limit) break
    }
    return rows
  }

  return {
    find(text, mayUse, limit) {
      const words = telling(quotedWords(text), frequency, commonFrom())
      if (words.length === 0) return []
      const all = matches(words.map(({ word }) => word).join(' AND '), mayUse, limit)
      if (all.length >= limit || words.length === 1) return all
      const any = matches(withinBudget(words).join(' OR '), mayUse, limit)
      return [...new Set([...all, ...any])].slice(0, limit)
    },
    changed() {
      known = new Map()
      common = undefined
    },
  }
}

/** The words as FTS5 strings: whatever else was in the text cannot be syntax. The index's tokenizer cuts alike. */
function quotedWords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return [...new Set(words)].slice(0, MAX_WORDS).map((word) => `"${word}"`)
}

/** Those that occur and are not common, rarest first; when all are common, all. */
function telling(words: string[], frequency: (word: string) => number, common: number) {
  const occurring = words
    .map((word) => ({ word, count: frequency(word) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => a.count - b.count)
  const rare = occurring.filter(({ count }) => count <= common)
  return rare.length > 0 ? rare : occurring
}

function withinBudget(words: { word: string; count: number }[]): string[] {
  const chosen: string[] = []
  let matches = 0
  for (const { word, count } of words) {
    matches += count
    if (chosen.length > 0 && matches > RANKED_AT_MOST) break
    chosen.push(word)
  }
  return chosen
}
