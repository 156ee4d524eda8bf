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
/** So many chunks may match when any word will do; 100,000 chunks at 14 ms became 2 ms by this. */
const ANY_WORD_BUDGET = 4_000

/**
 * Words first all together, then any of them, rarest first, when too few chunks have them all: ranking is what
 * costs, and every match is ranked.
 */
export function createWordSearch(db: IndexDatabase): WordSearch {
  const ranked = db.prepare('SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank').pluck()
  const counted = db
    .prepare('SELECT count(*) FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)')
    .pluck()
  const total = db.prepare('SELECT count(*) FROM chunks').pluck()
  let known = new Map<string, number>()
  let common: number | undefined

  function commonFrom(): number {
    common ??= Math.max(COMMON_AT_LEAST, Math.ceil(Number(total.get()) * COMMON_SHARE))
    return common
  }

  /** In how many chunks the word is, counted no further than what is common. */
  function frequency(word: string): number {
    const before = known.get(word)
    if (before !== undefined) return before
    const count = Number(counted.get(word, commonFrom() + 1))
    if (known.size > 10_000) known = new Map()
    known.set(word, count)
    return count
  }

  function matches(expression: string, mayUse: (row: number) => boolean, limit: number): number[] {
    const rows: number[] = []
    for (const value of ranked.iterate(expression)) {
      const row = Number(value)
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

/** Those that occur and are not common, rarest first; when all are common, the rarest of them. */
function telling(words: string[], frequency: (word: string) => number, common: number) {
  const occurring = words
    .map((word) => ({ word, count: frequency(word) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => a.count - b.count)
  const rare = occurring.filter(({ count }) => count <= common)
  return rare.length > 0 ? rare : occurring.slice(0, 1)
}

function withinBudget(words: { word: string; count: number }[]): string[] {
  const chosen: string[] = []
  let matches = 0
  for (const { word, count } of words) {
    matches += count
    if (chosen.length > 0 && matches > ANY_WORD_BUDGET) break
    chosen.push(word)
  }
  return chosen
}
