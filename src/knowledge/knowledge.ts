import type { Logger } from 'pino'
import { InputError, messageOf } from '../ops/errors.ts'
import type { Clock, Embedder, KnowledgeIndex, Reranker, SearchHit } from '../ports/index.ts'
import { chunkDocument, type SourceDocument } from './chunking/chunk-document.ts'
import {
  chunkId,
  contentHash,
  type DocumentRepository,
  documentId,
  type KnowledgeDocument,
} from './documents.ts'
import { readFolder } from './folder.ts'

/** A document to take in. `source` names it for good; default: its name. */
export type NewDocument = SourceDocument & { source?: string; labels?: Record<string, string> }

export type Ingested = { status: 'ingested' | 'unchanged'; document: KnowledgeDocument }

export type KnowledgeHit = SearchHit & {
  /** The reranker's own scale; only where one is configured and answered. */
  rerankScore?: number
}

export type SearchResult = {
  hits: KnowledgeHit[]
  /** What the order rests on: the reranker, meaning and words fused, or words alone. */
  mode: 'reranked' | 'fused' | 'words'
}

export type FolderReport = {
  ingested: KnowledgeDocument[]
  unchanged: number
  /** Files that could not be read, and why. */
  skipped: { path: string; reason: string }[]
}

/** What became of one file of a folder. */
export type FileOutcome = { path: string } & (
  | { status: 'ingested' | 'unchanged'; chunks: number }
  | { status: 'skipped'; reason: string }
)

export type Knowledge = {
  /** Makes the index ready; throws ConfigError when it holds another embedding model's vectors. */
  open(): Promise<void>
  /** Throws InputError for what cannot be read. */
  ingest(org: string, document: NewDocument): Promise<Ingested>
  /** Everything readable under a folder, each file's source being its path in it; `onFile` hears of each. */
  ingestFolder(org: string, folder: string, onFile?: (outcome: FileOutcome) => void): Promise<FolderReport>
  /** @returns false when there is no such document. */
  remove(org: string, documentId: string): Promise<boolean>
  /** Removes all that an organisation has. */
  removeAll(org: string): Promise<void>
  /** The chunks that answer `text` best, best first. An empty knowledge base answers with none. */
  search(org: string, text: string, options?: SearchOptions): Promise<SearchResult>
}

export type SearchOptions = { limit?: number; labels?: Record<string, string> }

export type KnowledgeDeps = {
  documents: DocumentRepository
  index: KnowledgeIndex
  embedder: Embedder
  reranker: Reranker | null
  clock: Clock
  log: Logger
}

const MAX_BYTES = 10 * 1024 * 1024
const MAX_QUERY_CHARS = 2_000
const MAX_HITS = 50
/** Hits that a reranker gets to choose from, per hit wanted. */
const RERANK_FROM = 4

/** Takes documents in and finds what is in them. */
export function createKnowledge(deps: KnowledgeDeps): Knowledge {
  const { documents, index, embedder, log } = deps
  const oneAtATime = createTurns()

  async function ingest(org: string, given: NewDocument): Promise<Ingested> {
    const source = given.source ?? given.name
    const bytes = Buffer.byteLength(given.content)
    if (bytes > MAX_BYTES)
      throw new InputError('document_too_large', `${given.name} has more than 10 MiB.`, { status: 413 })
    const id = documentId(org, source)
    return oneAtATime(id, async () => {
      const hash = contentHash({ ...given, model: embedder.model })
      const before = await documents.get(org, id)
      // The index may have been removed to begin anew: then nothing in it is unchanged.
      if (before?.hash === hash && (await index.count(org)) > 0)
        return { status: 'unchanged', document: before }
      const { title, contentType, labels, chunks } = chunkDocument(given)
      const vectors = await embedder.embed(
        chunks.map((chunk) => [title, ...chunk.headings, chunk.text].join('\n')),
        'passage',
      )
      const indexed = chunks.flatMap((chunk, position) => {
        const vector = vectors[position]
        if (!vector) return []
        const { headings, text } = chunk
        const common = { org, documentId: id, title, labels: { ...labels, ...given.labels } }
        return [{ ...common, id: chunkId(id, position, text), headings, text, vector }]
      })
      await index.deleteDocument(org, id)
      await index.upsert(indexed)
      const chunkCount = indexed.length
      const ingestedAt = deps.clock.now()
      const document = { id, org, source, title, contentType, bytes, hash, chunkCount, ingestedAt }
      // Last: a crash before this leaves a document that is taken in again.
      await documents.save(document)
      return { status: 'ingested', document }
    })
  }

  async function remove(org: string, id: string): Promise<boolean> {
    return oneAtATime(id, async () => {
      const known = await documents.get(org, id)
      await index.deleteDocument(org, id)
      await documents.delete(org, id)
      return known !== undefined
    })
  }

  /** Words alone still find something when the embedding model cannot be asked. */
  async function embedQuery(text: string): Promise<Float32Array | null> {
    try {
      return (await embedder.embed([text], 'query'))[0] ?? null
    } catch (error) {
      log.warn({ err: error }, 'knowledge search by words alone: the embedding model failed')
      return null
    }
  }

  async function rerank(query: string, hits: SearchHit[]): Promise<KnowledgeHit[] | null> {
    if (!deps.reranker || hits.length < 2) return null
    try {
      const scores = await deps.reranker.rerank(
        query,
        hits.map((hit) => [hit.title, ...hit.headings, hit.text].join('\n')),
      )
      return hits
        .map((hit, i) => ({ ...hit, rerankScore: scores[i] ?? Number.NEGATIVE_INFINITY }))
        .toSorted((a, b) => b.rerankScore - a.rerankScore)
    } catch (error) {
      log.warn({ err: error, reranker: deps.reranker.name }, 'knowledge search without reranking: it failed')
      return null
    }
  }

  return {
    open: () => index.open({ model: embedder.model, dimensions: embedder.dimensions }),
    ingest,
    async ingestFolder(org, folder, onFile = () => {}) {
      const report: FolderReport = { ingested: [], unchanged: 0, skipped: [] }
      for await (const file of readFolder(folder)) {
        try {
          if ('reason' in file) throw new InputError('unsupported_document', file.reason)
          const { status, document } = await ingest(org, file)
          if (status === 'ingested') report.ingested.push(document)
          else report.unchanged += 1
          onFile({ path: file.source, status, chunks: document.chunkCount })
        } catch (error) {
          if (!(error instanceof InputError)) throw error
          const skipped = { path: file.source, reason: messageOf(error) }
          report.skipped.push(skipped)
          onFile({ ...skipped, status: 'skipped' })
        }
      }
      return report
    },
    remove,
    async removeAll(org) {
      for (;;) {
        const { items } = await documents.list(org, { limit: 100 })
        if (items.length === 0) return
        for (const { id } of items) await remove(org, id)
      }
    },
    async search(org, text, { limit = 8, labels } = {}) {
      const query = text.trim().slice(0, MAX_QUERY_CHARS)
      if (query === '' || (await index.count(org)) === 0) return { hits: [], mode: 'fused' }
      const wanted = Math.min(Math.max(1, limit), MAX_HITS)
      const vector = await embedQuery(query)
      const found = await index.search({
        org,
        text: query,
        vector,
        limit: deps.reranker ? Math.min(wanted * RERANK_FROM, MAX_HITS) : wanted,
        ...(labels ? { labels } : {}),
      })
      const reranked = await rerank(query, found)
      if (reranked) return { hits: reranked.slice(0, wanted), mode: 'reranked' }
      return { hits: found.slice(0, wanted), mode: vector ? 'fused' : 'words' }
    },
  }
}

/** Runs what has the same key one after the other, whatever became of the one before. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>()
  return async <Result>(key: string, run: () => Promise<Result>): Promise<Result> => {
    const turn = (last.get(key) ?? Promise.resolve()).catch(() => {}).then(run)
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}
