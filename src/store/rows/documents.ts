import { type Executor, qb, type Store } from '../index.ts'

/** What the hub remembers of each document of its knowledge base; the text is in the index. */
export type DocumentRow = {
  id: string
  org: string
  source: string
  title: string
  contentType: string
  bytes: number
  hash: string
  chunkCount: number
  ingestedAt: number
}

const columns = [
  'id',
  'org',
  'source',
  'title',
  'content_type as contentType',
  'bytes',
  'hash',
  'chunk_count as chunkCount',
  'ingested_at as ingestedAt',
] as const

/** Newest first; the cursor names the last one of the page before. */
export function documentRows(store: Store) {
  const select = (read: Executor, org: string, limit: number, cursor?: string) => {
    let query = qb.selectFrom('knowledge_documents').select(columns).where('org', '=', org)
    const [at, id] = cursor?.split('~') ?? []
    if (at && id) {
      query = query.where((where) =>
        where.or([
          where('ingested_at', '<', Number(at)),
          where.and([where('ingested_at', '=', Number(at)), where('id', '<', id)]),
        ]),
      )
    }
    return read.all(query.orderBy('ingested_at', 'desc').orderBy('id', 'desc').limit(limit))
  }
  return {
    get(org: string, id: string): Promise<DocumentRow | undefined> {
      const query = qb.selectFrom('knowledge_documents').select(columns).where('org', '=', org)
      return store.read.first(query.where('id', '=', id))
    },
    async save(document: DocumentRow): Promise<void> {
      const changing = {
        source: document.source,
        title: document.title,
        content_type: document.contentType,
        bytes: document.bytes,
        hash: document.hash,
        chunk_count: document.chunkCount,
        labels: '{}',
        ingested_at: document.ingestedAt,
      }
      await store.write((tx) =>
        tx.run(
          qb
            .insertInto('knowledge_documents')
            .values({ id: document.id, org: document.org, ...changing })
            .onConflict((conflict) => conflict.column('id').doUpdateSet(changing)),
        ),
      )
    },
    async list(org: string, { limit, cursor }: { limit: number; cursor?: string }) {
      const rows = await select(store.read, org, limit + 1, cursor)
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return { items, nextCursor: rows.length > limit && last ? `${last.ingestedAt}~${last.id}` : null }
    },
    async delete(org: string, id: string): Promise<void> {
      await store.write((tx) =>
        tx.run(qb.deleteFrom('knowledge_documents').where('org', '=', org).where('id', '=', id)),
      )
    },
  }
}
