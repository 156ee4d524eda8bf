import { createHash } from 'node:crypto'
import { z } from 'zod'
import { VendorError } from '../../src/ops/errors.ts'
import type { IndexedChunk, KnowledgeIndex, SearchHit, SearchQuery } from '../../src/ports/index.ts'
import { call, createQdrantClient } from './client.ts'
import { DENSE, openCollection, WORDS } from './collection.ts'
import { passageVector, queryVector } from './sparse.ts'

/** The server takes 32 MB a request; 128 chunks are about 1 MB. */
const BATCH = 128
/** How deep each list is read before they are fused. */
const DEPTH = 40
/** Reciprocal rank fusion's usual constant: how little the first ranks stand out. */
const RRF_K = 60

const Payload = z.object({
  org: z.string(),
  chunkId: z.string(),
  documentId: z.string(),
  title: z.string(),
  headings: z.array(z.string()),
  text: z.string(),
  labels: z.record(z.string(), z.string()),
})

/** Knowledge in a Qdrant server (1.10 or newer), all organisations in one collection, kept apart by a filter. */
export function createQdrantIndex(options: {
  url: string
  apiKey: string | undefined
  alias: string
}): KnowledgeIndex {
  const client = createQdrantClient(options)
  const { alias } = options

  return {
    name: 'qdrant',

    open: (embedding) => openCollection(client, alias, embedding),

    async upsert(chunks) {
      for (let at = 0; at < chunks.length; at += BATCH) {
        const points = chunks.slice(at, at + BATCH).map(pointOf)
        await call('write', () => client.upsert(alias, { wait: true, points }))
      }
    },

    async deleteDocument(org, documentId) {
      const filter = { must: [matches('org', org), matches('documentId', documentId)] }
      await call('write', () => client.delete(alias, { wait: true, filter }))
    },

    /**
     * Both lists in one request, fused here by reciprocal rank as Qdrant's own `fusion: 'rrf'` would: its answer
     * does not tell the rank in each list, which a person asking "why this one?" needs.
     */
    async search(query) {
      const filter = filterOf(query)
      const limit = Math.max(DEPTH, query.limit)
      const words = queryVector(query.text)
      const lists = [
        ...(query.vector ? [{ kind: 'meaning' as const, query: [...query.vector], using: DENSE }] : []),
        ...(words.indices.length ? [{ kind: 'words' as const, query: words, using: WORDS }] : []),
      ]
      if (!lists.length) return []
      const searches = lists.map(({ query, using }) => ({ query, using, filter, limit, with_payload: true }))
      const answers = await call('read', () => client.queryBatch(alias, { searches }))
      return fuse(
        lists.map(({ kind }, n) => ({
          kind,
          payloads: answers[n]?.points.map(({ payload }) => payload) ?? [],
        })),
      ).slice(0, query.limit)
    },

    async count(org) {
      const filter = { must: [matches('org', org)] }
      return (await call('read', () => client.count(alias, { filter, exact: true }))).count
    },

    async check() {
      try {
        const info = await call('read', () => client.getCollection(alias))
        const detail = `${alias}: ${info.points_count ?? 0} chunks, ${info.status}`
        if (info.status !== 'red') return { ok: true, detail }
        return { ok: false, detail, hint: "Look into Qdrant's log: the collection cannot be used" }
      } catch (error) {
        if (!(error instanceof VendorError)) throw error
        return { ok: false, detail: error.message, hint: error.hint }
      }
    },

    async close() {},
  }
}

function pointOf(chunk: IndexedChunk) {
  const { id, vector, ...rest } = chunk
  const words = [chunk.title, ...chunk.headings, chunk.text].join('\n')
  return {
    id: pointId(chunk.org, id),
    vector: { [DENSE]: [...vector], [WORDS]: passageVector(words) },
    payload: { ...rest, chunkId: id, labelPairs: Object.entries(chunk.labels).map(pair) },
  }
}

/** Qdrant takes a UUID: one made of the organisation and the chunk's id, so that the same chunk replaces itself. */
function pointId(org: string, id: string): string {
  const bytes = createHash('sha256').update(`${org}\0${id}`).digest()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6) // version 8: a digest of our own choice (RFC 9562)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

/** Labels are free, an index is per field: so they are kept as pairs in one field. */
function pair([label, value]: [string, string]): string {
  return `${label}=${value}`
}

function matches(key: string, value: string) {
  return { key, match: { value } }
}

function filterOf({ org, labels = {} }: SearchQuery) {
  return {
    must: [matches('org', org), ...Object.entries(labels).map((entry) => matches('labelPairs', pair(entry)))],
  }
}

function fuse(lists: { kind: 'meaning' | 'words'; payloads: unknown[] }[]): SearchHit[] {
  const hits = new Map<string, SearchHit>()
  for (const { kind, payloads } of lists) {
    for (const [at, payload] of payloads.entries()) {
      const { chunkId: id, ...chunk } = Payload.parse(payload)
      const hit = hits.get(id) ?? { id, ...chunk, score: 0, ranks: { meaning: null, words: null } }
      const rank = at + 1
      hits.set(id, {
        ...hit,
        score: hit.score + 1 / (RRF_K + rank),
        ranks: { ...hit.ranks, [kind]: rank },
      })
    }
  }
  return [...hits.values()].sort((a, b) => b.score - a.score)
}
