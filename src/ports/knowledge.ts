import type { Check } from './common.ts'

export interface Embedder {
  /** Recorded in the index; a different name means re-embedding. */
  readonly model: string
  readonly dimensions: number
  /** One unit-length vector per text, in order. */
  embed(texts: string[], kind: 'passage' | 'query'): Promise<Float32Array[]>
  check(): Promise<Check>
  close(): Promise<void>
}

export interface Reranker {
  readonly name: string
  /** One score per text, in the order given; higher is more relevant. Throws VendorError. */
  rerank(query: string, texts: string[]): Promise<number[]>
  check(): Promise<Check>
}

export type IndexedChunk = {
  /** Ours, stable for the same document and position. */
  id: string
  org: string
  documentId: string
  title: string
  /** Headings above the chunk, outermost first. */
  headings: string[]
  text: string
  /** Free labels to filter by, like `kind: policy`. */
  labels: Record<string, string>
  vector: Float32Array
}

export type SearchQuery = {
  org: string
  text: string
  /** null: words alone. */
  vector: Float32Array | null
  limit: number
  labels?: Record<string, string>
}

export type SearchHit = Omit<IndexedChunk, 'vector'> & {
  /** Fused by reciprocal rank over meaning and words: an order, not a probability. */
  score: number
  /** 1-based rank in each list, null when not in it. */
  ranks: { meaning: number | null; words: number | null }
}

export interface KnowledgeIndex {
  readonly name: string
  /** Makes the index ready for vectors of this model; throws ConfigError when it holds another model's. */
  open(embedding: { model: string; dimensions: number }): Promise<void>
  upsert(chunks: IndexedChunk[]): Promise<void>
  deleteDocument(org: string, documentId: string): Promise<void>
  search(query: SearchQuery): Promise<SearchHit[]>
  count(org: string): Promise<number>
  check(): Promise<Check>
  close(): Promise<void>
}
