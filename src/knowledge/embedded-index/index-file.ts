import type { IndexedChunk, SearchHit, SearchQuery } from '../../ports/index.ts'
import { type BitCodes, codeOf, createBitCodes } from './bit-codes.ts'
import { createGroups } from './groups.ts'
import { byReciprocalRank } from './rank-fusion.ts'
import type { IndexDatabase } from './schema.ts'
import { bytesOf, createVectorSearch, uint32Of } from './vector-search.ts'
import { createWordSearch } from './word-search.ts'

export type IndexFile = {
  upsert(chunks: IndexedChunk[]): void
  deleteDocument(org: string, documentId: string): void
  deleteOrg(org: string): void
  search(query: SearchQuery): SearchHit[]
  count(org: string): number
  close(): void
}

/** How deep each of the two lists goes into the fusion. */
const MIN_DEPTH = 40

type ChunkRow = {
  org: string
  id: string
  document_id: string
  title: string
  headings: string
  text: string
}

/** Between the headings of a chunk as stored: ASCII's own unit separator, which no heading has. */
const UNIT = '\u001f'

/**
 * The index over its opened file, the codes in memory. Each change is one transaction and memory follows after
 * its commit, so that a failure or a crash leaves both as they were.
 */
export function openIndexFile(db: IndexDatabase, dimensions: number): IndexFile {
  const words = createWordSearch(db)
  /** Rises when another connection has committed: a command that adds knowledge while the hub runs. */
  const version = () => Number(db.pragma('data_version', { simple: true }))
  let seen = version()
  let { groups, codes, rows, vectors } = load(db, dimensions)
  const sql = {
    rowOf: db.prepare<[string, string], number>('SELECT row FROM chunks WHERE org = ? AND id = ?').pluck(),
    ofDocument: db
      .prepare<[string, string], number>('SELECT row FROM chunks WHERE org = ? AND document_id = ?')
      .pluck(),
    ofOrg: db.prepare<[string], number>('SELECT row FROM chunks WHERE org = ?').pluck(),
    chunk: db.prepare<[number], ChunkRow>('SELECT * FROM chunks WHERE row = ?'),
    insertChunk: db.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)'),
    insertCode: db.prepare('INSERT INTO codes VALUES (?, ?, ?)'),
    insertVector: db.prepare('INSERT INTO vectors VALUES (?, ?)'),
    insertWords: db.prepare('INSERT INTO words (rowid, title, headings, text) VALUES (?, ?, ?, ?)'),
    clear: ['words', 'chunks', 'codes', 'vectors'].map((table) =>
      db.prepare<[number]>(`DELETE FROM ${table} WHERE rowid = ?`),
    ),
  }

  function clear(row: number): void {
    for (const statement of sql.clear) statement.run(row)
  }

  function put(chunk: IndexedChunk, group: number): () => void {
    const { id, org, documentId, title, headings, text, vector } = chunk
    if (vector.length !== dimensions)
      throw new Error(`chunk ${id}: ${vector.length} dimensions, the index has ${dimensions}`)
    const before = sql.rowOf.get(org, id)
    if (before !== undefined) clear(before)
    const row = before ?? rows.take()
    const code = codeOf(vector)
    sql.insertChunk.run(row, org, id, documentId, title, headings.join(UNIT), text)
    sql.insertCode.run(row, group, bytesOf(code))
    sql.insertVector.run(row, bytesOf(vector))
    sql.insertWords.run(row, title, headings.join('\n'), text)
    return () => codes.set(row, group, code)
  }

  function remove(row: number): () => void {
    clear(row)
    return () => {
      codes.remove(row)
      rows.giveBack(row)
    }
  }

  /** Memory follows what others wrote. Their changes are rare, so all of it is read again. */
  function catchUp(): void {
    const now = version()
    if (now === seen) return
    const loaded = load(db, dimensions)
    groups = loaded.groups
    codes = loaded.codes
    rows = loaded.rows
    vectors = loaded.vectors
    words.changed()
    seen = now
  }

  function change(write: () => (() => void)[]): void {
    const asOne = db.transaction(() => {
      catchUp()
      return write()
    })
    for (const follow of asOne.immediate()) follow()
    words.changed()
  }

  function hit(row: number): Omit<SearchHit, 'score' | 'ranks'>[] {
    const chunk = sql.chunk.get(row)
    if (!chunk) return []
    const { org, id, document_id, title, headings, text } = chunk
    const labels = groups.labelsOf(codes.groupOf(row))
    return [
      {
        id,
        org,
        documentId: document_id,
        title,
        headings: headings === '' ? [] : headings.split(UNIT),
        text,
        labels,
      },
    ]
  }

  return {
    upsert(chunks) {
      // In a transaction of its own: a group that is stored and then not used does no harm, the reverse would.
      change(() => {
        for (const { org, labels } of chunks) groups.idFor(org, labels)
        return []
      })
      change(() => chunks.map((chunk) => put(chunk, groups.idFor(chunk.org, chunk.labels))))
    },
    deleteDocument: (org, documentId) => change(() => sql.ofDocument.all(org, documentId).map(remove)),
    deleteOrg: (org) => change(() => sql.ofOrg.all(org).map(remove)),
    search({ org, text, vector, limit, labels }) {
      catchUp()
      const mayUse = groups.filter(org, labels ?? {})
      const depth = Math.max(MIN_DEPTH, limit * 4)
      const byMeaning = vector ? vectors.nearest(vector, mayUse, depth) : []
      const byWords = words.find(text, (row) => mayUse[codes.groupOf(row)] === 1, depth)
      return byReciprocalRank(byMeaning, byWords)
        .slice(0, limit)
        .flatMap(({ row, score, ranks }) => hit(row).map((chunk) => ({ ...chunk, score, ranks })))
    },
    count(org) {
      catchUp()
      return codes.count(groups.filter(org, {}))
    },
    close: () => db.close(),
  }
}

/**
 * Reads back what is kept in memory: groups, codes, and which row numbers nothing stands under; those are used
 * again, so that codes stay dense.
 */
function load(db: IndexDatabase, dimensions: number) {
  const codes: BitCodes = createBitCodes(dimensions)
  const free: number[] = []
  let next = 1
  const stored = db.prepare<[], { row: number; group_id: number; code: Buffer }>(
    'SELECT * FROM codes ORDER BY row',
  )
  for (const { row, group_id, code } of stored.iterate()) {
    for (; next < row; next += 1) free.push(next)
    codes.set(row, group_id, uint32Of(code))
    next = row + 1
  }
  const rows = {
    /** A row that is taken and then not written is free again at the next start. */
    take: () => free.pop() ?? next++,
    giveBack: (row: number) => void free.push(row),
  }
  return { groups: createGroups(db), codes, rows, vectors: createVectorSearch(db, codes) }
}
