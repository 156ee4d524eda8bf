import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createEmbeddedIndex, createLocalEmbedder } from '../src/knowledge/index.ts'
import type { IndexedChunk } from '../src/ports/index.ts'
import { PARAPHRASES } from '../test/src/knowledge/paraphrases.ts'
import { percentile, printTable, timeEach } from './lib.ts'

const DIMENSIONS = 384
const ORG = 'bench'
const QUERIES = 100
const EXACT_QUERIES = 30
const log = pino({ level: 'warn' })

/** Embedding, then search over synthetic chunks beside an exact comparison in the same run. */
export async function run(options: { million?: boolean } = {}): Promise<void> {
  await benchEmbedding()
  const sizes = [10_000, 100_000, ...(options.million ? [1_000_000] : [])]
  const rows = [await benchSearch(10_000, 'none')]
  for (const size of sizes) rows.push(await benchSearch(size, 'topics'))
  printTable(
    'Search in the embedded index, ms as its caller sees them (goal at 100,000: vector and words p50 ≤ 5, recall@10 ≥ 0.98)',
    rows,
  )
  console.log(
    '\nVectors are synthetic: 50 topics, 2,000 subjects within them, chunks around a subject. "none" has no topics at' +
      '\nall, which no text has: every vector is then about as far as every other. Words follow a Zipf law over 20,000.',
  )
}

async function benchEmbedding(): Promise<void> {
  const embedder = await createLocalEmbedder({ log })
  const words = PARAPHRASES.flatMap(({ passage }) => passage.split(/\s+/))
  const chunk = (n: number) =>
    Array.from({ length: 120 }, (_, i) => words[(n * 37 + i) % words.length]).join(' ')
  const [load = 0] = await timeEach(['ready'], (text) => embedder.embed([text], 'query'))
  const chunks = Array.from({ length: 40 }, (_, n) => chunk(n))
  const passages = await timeEach(chunks, (text) => embedder.embed([text], 'passage'))
  const questions = PARAPHRASES.map(({ question }) => question)
  const queries = await timeEach(questions, (text) => embedder.embed([text], 'query'))
  const asked = await embedder.embed(questions, 'query')
  const answers = await embedder.embed(
    PARAPHRASES.map(({ passage }) => passage),
    'passage',
  )
  await embedder.close()
  const right = asked.filter((vector, i) => best(answers, vector, 1)[0] === i).length
  printTable('Embedding on this machine (goal: ≤ 20 ms per chunk of 120 words, recall@1 ≥ 0.8)', [
    {
      model: embedder.model,
      'first use ms': load,
      'chunk p50 ms': percentile(passages, 0.5),
      'chunk p95 ms': percentile(passages, 0.95),
      'query p50 ms': percentile(queries, 0.5),
      'recall@1 of 30 pairs': right / PARAPHRASES.length,
    },
  ])
}

async function benchSearch(
  size: number,
  structure: 'topics' | 'none',
): Promise<Record<string, string | number>> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-retrieval-'))
  const index = await createEmbeddedIndex({ file: join(folder, 'index.db'), log })
  const embedding = { model: 'bench', dimensions: DIMENSIONS }
  await index.open(embedding)
  const random = randomNumbers(42)
  const vector = structure === 'topics' ? vectorsByTopic(random) : () => direction(random)
  const text = (words: number) =>
    Array.from({ length: words }, () => `w${Math.floor(20_000 ** random())}`).join(' ')

  const vectors: Float32Array[] = []
  for (let from = 0; from < size; from += 1_000) {
    const chunks = Array.from({ length: 1_000 }, (_, i) => syntheticChunk(from + i, text(120), vector()))
    vectors.push(...chunks.map((chunk) => chunk.vector))
    await index.upsert(chunks)
  }
  await index.close()
  const [open = 0] = await timeEach([embedding], (wanted) => index.open(wanted))

  const search = (query: { text: string; vector: Float32Array | null }) =>
    index.search({ org: ORG, limit: 10, ...query })
  const asked = Array.from({ length: QUERIES }, () => ({ text: '', vector: vector() }))
  const worded = Array.from({ length: QUERIES }, () => ({ text: text(4), vector: null }))
  await timeEach([...asked.slice(0, 5), ...worded.slice(0, 5)], search)
  const byVector = await timeEach(asked, search)
  const byWords = await timeEach(worded, search)
  const both = await timeEach(
    asked.map((query, i) => ({ ...query, text: worded[i]?.text ?? '' })),
    search,
  )

  let found = 0
  const exact = await timeEach(asked.slice(0, EXACT_QUERIES), (query) => best(vectors, query.vector, 10))
  for (const query of asked.slice(0, EXACT_QUERIES)) {
    const ids = new Set((await search(query)).map((hit) => hit.id))
    found += best(vectors, query.vector, 10).filter((n) => ids.has(idOf(n))).length
  }
  await index.close()
  await rm(folder, { recursive: true })
  return {
    chunks: size,
    topics: structure,
    'open ms': open,
    'vector p50': percentile(byVector, 0.5),
    p95: percentile(byVector, 0.95),
    'recall@10': found / (EXACT_QUERIES * 10),
    'words p50': percentile(byWords, 0.5),
    'p95 ': percentile(byWords, 0.95),
    'both p50': percentile(both, 0.5),
    'exact loop p50': percentile(exact, 0.5),
  }
}

function syntheticChunk(n: number, text: string, vector: Float32Array): IndexedChunk {
  const labels = { kind: ['policy', 'room', 'news'][n % 3] ?? '' }
  return {
    id: idOf(n),
    org: ORG,
    documentId: `d${n >> 3}`,
    title: 'A title',
    headings: [],
    text,
    labels,
    vector,
  }
}

function idOf(n: number): string {
  return `c${n}`
}

/** The baseline: every vector compared in a plain loop. Positions of the nearest, nearest first. */
function best(vectors: Float32Array[], query: Float32Array, count: number): number[] {
  const near = new Float32Array(vectors.length)
  for (const [n, vector] of vectors.entries()) {
    let sum = 0
    for (let i = 0; i < DIMENSIONS; i += 1) sum += (vector[i] ?? 0) * (query[i] ?? 0)
    near[n] = sum
  }
  const limit = near.toSorted().at(-count) ?? -1
  return [...vectors.keys()]
    .filter((n) => (near[n] ?? -1) >= limit)
    .toSorted((a, b) => (near[b] ?? 0) - (near[a] ?? 0))
    .slice(0, count)
}

function vectorsByTopic(random: () => number): () => Float32Array {
  const topics = Array.from({ length: 50 }, () => direction(random))
  const subjects = Array.from({ length: 2_000 }, (_, n) => between(topics[n % 50], direction(random), 1))
  return () =>
    between(subjects[Math.floor(random() * subjects.length)], direction(random), 0.4 + random() * 0.8)
}

function between(a: Float32Array | undefined, b: Float32Array, weight: number): Float32Array {
  return unit(b.map((value, i) => (a?.[i] ?? 0) + weight * value))
}

function direction(random: () => number): Float32Array {
  // Sums of uniform numbers are near enough to the normal distribution that makes all directions alike.
  return unit(Float32Array.from({ length: DIMENSIONS }, () => random() + random() + random() + random() - 2))
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return vector.map((value) => value / length)
}

/** The same numbers in every run (Lehmer's generator). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

if (import.meta.main) await run({ million: process.argv.includes('--million') })
