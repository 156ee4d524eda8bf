import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createHashedWordsEmbedder } from '../../../src/knowledge/embedding/hashed-words.ts'
import {
  createEmbeddedIndex,
  createKnowledge,
  type DocumentRepository,
  type Knowledge,
  type KnowledgeDocument,
} from '../../../src/knowledge/index.ts'
import { ConfigError } from '../../../src/ops/errors.ts'
import type { Clock, Embedder, KnowledgeIndex, Reranker } from '../../../src/ports/index.ts'

const log = pino({ level: 'silent' })
const clock: Clock = { now: () => 1_772_438_400_000, at: () => () => {} }

let folder: string
let index: KnowledgeIndex
let documents: DocumentRepository
let embedded: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'knowledge-'))
  index = await createEmbeddedIndex({ file: join(folder, 'data', 'index.db'), log })
  documents = documentsInMemory()
  embedded = []
})
afterEach(async () => {
  await index.close()
  await rm(folder, { recursive: true })
})

const POOL = { name: 'pool.md', contentType: null, content: '# Pool\nThe pool opens at seven.' }
const PETS = {
  name: 'pets.md',
  contentType: null,
  content: '---\nkind: policy\n---\n# Pets\nDogs stay for free.',
}

it('finds what was taken in, with its title, headings and labels', async () => {
  const knowledge = await start()
  await knowledge.ingest('a', POOL)
  const { document } = await knowledge.ingest('a', { ...PETS, labels: { house: 'north' } })
  const { hits, mode } = await knowledge.search('a', 'is my dog free?', { limit: 1 })
  expect(mode).toBe('fused')
  expect(hits).toMatchObject([
    {
      documentId: document.id,
      title: 'Pets',
      text: 'Dogs stay for free.',
      labels: { kind: 'policy', house: 'north' },
    },
  ])
  expect((await knowledge.search('a', 'dog', { labels: { kind: 'price' } })).hits).toEqual([])
})

it('answers nothing, without a fuss, when there is nothing', async () => {
  const knowledge = await start()
  expect(await knowledge.search('a', 'anything?')).toMatchObject({ hits: [] })
  expect(await knowledge.search('a', '   ')).toMatchObject({ hits: [] })
  expect(embedded).toEqual([])
})

it('does not embed an unchanged document again, and replaces a changed one', async () => {
  const knowledge = await start()
  const first = await knowledge.ingest('a', POOL)
  const count = embedded.length
  expect(await knowledge.ingest('a', POOL)).toEqual({ status: 'unchanged', document: first.document })
  expect(embedded).toHaveLength(count)

  const changed = await knowledge.ingest('a', { ...POOL, content: '# Pool\nThe pool opens at nine.' })
  expect(changed).toMatchObject({ status: 'ingested', document: { id: first.document.id } })
  const texts = (await knowledge.search('a', 'when does the pool open?')).hits.map((hit) => hit.text)
  expect(texts).toEqual(['The pool opens at nine.'])
})

it('takes a document in again when its labels change or the index has been removed', async () => {
  const knowledge = await start()
  await knowledge.ingest('a', POOL)
  expect(await knowledge.ingest('a', { ...POOL, labels: { kind: 'spa' } })).toMatchObject({
    status: 'ingested',
  })
  await index.close()
  await rm(join(folder, 'data'), { recursive: true })
  const anew = await start()
  expect(await anew.ingest('a', { ...POOL, labels: { kind: 'spa' } })).toMatchObject({ status: 'ingested' })
  expect((await anew.search('a', 'pool')).hits).toHaveLength(1)
})

it('keeps the last of several versions that come at once', async () => {
  const knowledge = await start()
  await Promise.all(
    [7, 8, 9].map((hour) =>
      knowledge.ingest('a', { ...POOL, content: `# Pool\nThe pool opens at ${hour}.` }),
    ),
  )
  const { hits } = await knowledge.search('a', 'pool')
  expect(hits.map((hit) => hit.text)).toEqual(['The pool opens at 9.'])
})

it('removes a document from search and from the list, in its organisation only', async () => {
  const knowledge = await start()
  const { document } = await knowledge.ingest('a', POOL)
  await knowledge.ingest('b', POOL)
  expect(await knowledge.remove('a', document.id)).toBe(true)
  expect(await knowledge.remove('a', document.id)).toBe(false)
  expect((await knowledge.search('a', 'pool')).hits).toEqual([])
  expect((await knowledge.search('b', 'pool')).hits).toHaveLength(1)
  await knowledge.removeAll('b')
  expect((await knowledge.search('b', 'pool')).hits).toEqual([])
  expect((await documents.list('b', { limit: 10 })).items).toEqual([])
})

it('takes in a folder and says what it left out', async () => {
  await mkdir(join(folder, 'docs', 'house', '.git'), { recursive: true })
  const files = {
    'pool.md': 'Pool',
    'house/pets.txt': 'Pets',
    'house/menu.pdf': '%PDF',
    'house/.git/x.md': 'no',
    'bad.md': '---\n- x\n---\n',
  }
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, 'docs', path), content)
  const knowledge = await start()
  const report = await knowledge.ingestFolder('a', join(folder, 'docs'))
  expect(report.ingested.map(({ source }) => source)).toEqual(['house/pets.txt', 'pool.md'])
  expect(report.skipped.map(({ path }) => path)).toEqual(['bad.md', 'house/menu.pdf'])
  expect(await knowledge.ingestFolder('a', join(folder, 'docs'))).toMatchObject({
    ingested: [],
    unchanged: 2,
  })
})

it("shows the reranker's order when there is one", async () => {
  const knowledge = await start({
    reranker: reranker(async (_query, texts) => texts.map((text) => (text.includes('seven') ? 9 : 1))),
  })
  await knowledge.ingest('a', PETS)
  await knowledge.ingest('a', POOL)
  const { hits, mode } = await knowledge.search('a', 'dogs', { limit: 1 })
  expect({ mode, hits }).toMatchObject({ mode: 'reranked', hits: [{ title: 'Pool', rerankScore: 9 }] })
})

it('keeps the fused order when the reranker fails', async () => {
  const knowledge = await start({ reranker: reranker(() => Promise.reject(new Error('down'))) })
  await knowledge.ingest('a', PETS)
  await knowledge.ingest('a', POOL)
  const { hits, mode } = await knowledge.search('a', 'dogs', { limit: 1 })
  expect({ mode, hits }).toMatchObject({ mode: 'fused', hits: [{ title: 'Pets' }] })
})

it('finds by words when the embedding model fails', async () => {
  await (await start()).ingest('a', PETS)
  const broken = { ...countingEmbedder(), embed: () => Promise.reject(new Error('out of memory')) }
  const { hits, mode } = await (await start({ embedder: broken })).search('a', 'dogs')
  expect({ mode, hits }).toMatchObject({ mode: 'words', hits: [{ title: 'Pets' }] })
})

it('refuses to start over vectors of another model, and says what to do', async () => {
  await (await start()).ingest('a', PETS)
  await index.close()
  const start2 = start({ embedder: { ...countingEmbedder(), model: 'other' } })
  await expect(start2).rejects.toThrow(ConfigError)
  await expect(start2).rejects.toThrow(/hashed-words-1 .* now embeds with other .* add the documents again/)
})

async function start(over: { embedder?: Embedder; reranker?: Reranker } = {}): Promise<Knowledge> {
  const { embedder = countingEmbedder(), reranker = null } = over
  const knowledge = createKnowledge({ documents, index, embedder, reranker, clock, log })
  await knowledge.open()
  return knowledge
}

function countingEmbedder(): Embedder {
  const embedder = createHashedWordsEmbedder('in a test')
  return {
    ...embedder,
    embed(texts, kind) {
      embedded.push(...texts)
      return embedder.embed(texts, kind)
    },
  }
}

function reranker(rerank: Reranker['rerank']): Reranker {
  return { name: 'test', rerank, check: async () => ({ ok: true, detail: '' }) }
}

function documentsInMemory(): DocumentRepository {
  const rows = new Map<string, KnowledgeDocument>()
  const key = (org: string, id: string) => `${org}/${id}`
  return {
    get: async (org, id) => rows.get(key(org, id)),
    save: async (document) => void rows.set(key(document.org, document.id), document),
    list: async (org, { limit }) => ({
      items: [...rows.values()].filter((row) => row.org === org).slice(0, limit),
      nextCursor: null,
    }),
    delete: async (org, id) => void rows.delete(key(org, id)),
  }
}
