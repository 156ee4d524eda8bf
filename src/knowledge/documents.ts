import { createHash } from 'node:crypto'
import type { Instant } from '../ports/index.ts'

/** What the hub remembers of a document; its text is in the index, in chunks. */
export type KnowledgeDocument = {
  id: string
  org: string
  /** Where it came from: a path, an address or a name. The same source again replaces the document. */
  source: string
  title: string
  contentType: string
  bytes: number
  /** Of content, labels and embedding model: equal means there is nothing to do. */
  hash: string
  chunkCount: number
  ingestedAt: Instant
}

/** Implemented over the hub's store; every call names the organisation. */
export interface DocumentRepository {
  get(org: string, id: string): Promise<KnowledgeDocument | undefined>
  /** Inserts, or replaces the one with the same `org` and `id`. */
  save(document: KnowledgeDocument): Promise<void>
  /** Newest first; `nextCursor` is null at the end. */
  list(
    org: string,
    page: { limit: number; cursor?: string },
  ): Promise<{ items: KnowledgeDocument[]; nextCursor: string | null }>
  delete(org: string, id: string): Promise<void>
}

/** The same source of the same organisation is the same document. */
export function documentId(org: string, source: string): string {
  return digest(['document', org, source]).slice(0, 24)
}

/** Shaped like a UUID, which is what some vector databases take as an id. */
export function chunkId(documentId: string, position: number, text: string): string {
  const hex = digest(['chunk', documentId, String(position), text])
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Raise when chunks come out differently for the same document, so that documents are read again. */
const CHUNKING = '1'

export function contentHash(document: {
  name: string
  contentType: string | null
  content: string | Uint8Array
  labels?: Record<string, string>
  model: string
}): string {
  const { name, contentType, content, labels, model } = document
  const body = createHash('sha256').update(content).digest('hex')
  return digest(['content', CHUNKING, model, name, contentType ?? '', JSON.stringify(labels ?? {}), body])
}

function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
