import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { IndexedChunk, SearchHit, SearchQuery } from '../../ports/index.ts'
import { serve } from '../remote.ts'
import { type IndexFile, openIndexFile } from './index-file.ts'
import { adoptModel, type Embedding, openIndexDatabase } from './schema.ts'

/** Sent with every request: a thread that had to be started again then knows what to open. */
export type IndexSettings = { file: string; embedding: Embedding }

export type IndexOperations = {
  /** What is wrong with opening the file for these vectors; null when nothing is. */
  open(settings: IndexSettings): string | null
  upsert(request: IndexSettings & { chunks: IndexedChunk[] }): void
  deleteDocument(request: IndexSettings & { org: string; documentId: string }): void
  deleteOrg(request: IndexSettings & { org: string }): void
  search(request: IndexSettings & { query: SearchQuery }): SearchHit[]
  count(request: IndexSettings & { org: string }): number
}

let opened: IndexFile | undefined

function open(settings: IndexSettings): string | null {
  if (opened) return null
  mkdirSync(dirname(settings.file), { recursive: true })
  const db = openIndexDatabase(settings.file)
  const mistake = adoptModel(db, settings.embedding)
  if (mistake) db.close()
  else opened = openIndexFile(db, settings.embedding.dimensions)
  return mistake && `${settings.file}: ${mistake}`
}

function index(settings: IndexSettings): IndexFile {
  const mistake = open(settings)
  if (!opened) throw new Error(mistake ?? 'not opened')
  return opened
}

serve<IndexOperations>(
  {
    open,
    upsert: (request) => index(request).upsert(request.chunks),
    deleteDocument: (request) => index(request).deleteDocument(request.org, request.documentId),
    deleteOrg: (request) => index(request).deleteOrg(request.org),
    search: (request) => index(request).search(request.query),
    count: (request) => index(request).count(request.org),
  },
  () => opened?.close(),
)
