import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeOf, createBitCodes } from '../../../src/knowledge/embedded-index/bit-codes.ts'
import { createEmbeddedIndex, type EmbeddedIndex } from '../../../src/knowledge/index.ts'
import { chunk, EMBEDDING, knowledgeIndexContract, topicVector } from '../../contracts/knowledge-index.ts'

const log = pino({ level: 'silent' })

knowledgeIndexContract('the embedded index', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'knowledge-'))
  const open = () => createEmbeddedIndex({ file: join(folder, 'index.db'), log })
  return { index: await open(), reopen: open, dispose: () => rm(folder, { recursive: true }) }
})

describe('the embedded index', () => {
  let folder: string
  let index: EmbeddedIndex

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'knowledge-'))
    index = await createEmbeddedIndex({ file: join(folder, 'index.db'), log })
    await index.open(EMBEDDING)
  })
  afterEach(async () => {
    await index.close()
    await rm(folder, { recursive: true })
  })

  const search = (text: string, vector: Float32Array | null = null, org = 'org-a') =>
    index.search({ org, text, vector, limit: 10 })
  const ids = async (...args: Parameters<typeof search>) => (await search(...args)).map(({ id }) => id)

  it('finds the ten nearest of thousands as an exact comparison does', async () => {
    const chunks = Array.from({ length: 3_000 }, (_, n) =>
      chunk({ id: `c${n}`, text: `entry ${n}`, topic: `topic-${n % 30}`, near: 0.3 + (n % 7) / 10 }),
    )
    await index.upsert(chunks)
    for (const topic of ['topic-3', 'topic-17', 'topic-29']) {
      const query = topicVector(topic)
      const exact = chunks.toSorted((a, b) => dot(b.vector, query) - dot(a.vector, query)).slice(0, 10)
      expect(await ids('', query)).toEqual(exact.map(({ id }) => id))
    }
  })

  it('forgets an organisation whole and leaves the others', async () => {
    await index.upsert([
      chunk({ id: 'a', text: 'wifi code' }),
      chunk({ id: 'b', text: 'wifi code', org: 'org-b' }),
      chunk({ id: 'c', text: 'wifi name', documentId: 'other' }),
    ])
    await index.deleteOrg('org-a')
    expect(await ids('wifi', topicVector('a'))).toEqual([])
    expect(await ids('wifi', null, 'org-b')).toEqual(['b'])
  })

  it('sees what another process adds to the same file, and adds to it beside that process', async () => {
    await index.upsert([chunk({ id: 'a', text: 'wifi code' })])
    const other = await createEmbeddedIndex({ file: join(folder, 'index.db'), log })
    await other.open(EMBEDDING)
    await other.upsert([
      chunk({ id: 'b', text: 'pool hours', labels: { kind: 'house' } }),
      chunk({ id: 'c', text: 'pool price' }),
    ])
    expect(await ids('pool', topicVector('b'))).toEqual(expect.arrayContaining(['b', 'c']))
    await index.upsert([chunk({ id: 'd', text: 'pool bar', labels: { kind: 'bar' } })])
    await other.deleteDocument('org-a', chunk({ id: 'a', text: '' }).documentId)
    await other.upsert([chunk({ id: 'e', text: 'pool towels', labels: { kind: 'bar' } })])
    for (const one of [index, other]) {
      const { length } = await one.search({ org: 'org-a', text: 'pool', vector: null, limit: 10 })
      expect(length).toBe(await one.count('org-a'))
    }
    await other.close()
  })

  it('gives deleted places to new chunks without mixing them up, then and after opening again', async () => {
    const make = (name: string) =>
      Array.from({ length: 20 }, (_, n) =>
        chunk({ id: `${name}${n}`, text: `${name} text`, topic: name, near: 0.9 }),
      )
    await index.upsert([...make('one'), ...make('two')])
    for (let n = 0; n < 20; n += 2) await index.deleteDocument('org-a', `doc-one${n}`)
    await index.upsert(make('three').slice(0, 15))
    const check = async () => {
      expect(await index.count('org-a')).toBe(45)
      expect(await ids('', topicVector('three'))).toEqual(Array(10).fill(expect.stringMatching(/^three/)))
      expect(await ids('one')).toEqual(Array(10).fill(expect.stringMatching(/^one\d*[13579]$/)))
    }
    await check()
    await index.close()
    index = await createEmbeddedIndex({ file: join(folder, 'index.db'), log })
    await index.open(EMBEDDING)
    await check()
  })

  it('keeps everything as it was when a chunk of a batch cannot be stored', async () => {
    await index.upsert([chunk({ id: 'kept', text: 'old words', topic: 'old' })])
    const batch = [
      chunk({ id: 'kept', text: 'new words', topic: 'new', labels: { kind: 'new' } }),
      chunk({ id: 'wrong', text: 'x', vector: new Float32Array(3) }),
    ]
    await expect(index.upsert(batch)).rejects.toThrow(/3 dimensions/)
    expect(await search('words', topicVector('old'))).toMatchObject([
      { id: 'kept', text: 'old words', labels: {} },
    ])
    await index.upsert([chunk({ id: 'later', text: 'later words', labels: { kind: 'new' } })])
    expect(await ids('words')).toEqual(['kept', 'later'])
  })

  it('asks for all words first and for any of them when too few chunks have them all', async () => {
    await index.upsert([
      chunk({ id: 'both', text: 'late arrival fee' }),
      chunk({ id: 'one', text: 'arrival by train' }),
      chunk({ id: 'none', text: 'breakfast' }),
    ])
    expect(await ids('fee for late arrivals?')).toEqual(['both', 'one'])
  })

  it('does not let words that are in every chunk drown the one that tells', async () => {
    const filler = Array.from({ length: 400 }, (_, n) =>
      chunk({ id: `f${n}`, text: `what is the room ${n}` }),
    )
    await index.upsert([...filler, chunk({ id: 'sauna', text: 'a sauna' })])
    expect(await ids('what is the sauna')).toEqual(['sauna'])
    expect(await ids('what is the')).toHaveLength(10)
  })

  it.each([
    ['a quote', '"'.repeat(5_000)],
    ['operators', 'NOT OR AND NEAR NEAR(a b, 2) * ^ : - + { }'],
    ['a column filter', 'title : pool'],
    ['ten thousand words', 'word '.repeat(10_000)],
    ['a lone surrogate', '\ud800 pool'],
  ])('takes %s as plain words', async (_case, text) => {
    await index.upsert([chunk({ id: 'pool', text: 'title pool not or word' })])
    expect(await ids(text, topicVector('pool'))).toEqual(['pool'])
  })

  it('says that it was not opened', async () => {
    const other = await createEmbeddedIndex({ file: join(folder, 'other.db'), log })
    await expect(other.count('org-a')).rejects.toThrow('before open()')
  })
})

describe('bit codes', () => {
  it.each([96, 70, 384, 1536])(
    'of %i dimensions pick the rows with the fewest differing bits',
    (dimensions) => {
      const vectors = Array.from({ length: 300 }, (_, n) => topicVector(`row ${n}`, dimensions))
      const codes = createBitCodes(dimensions)
      for (const [row, vector] of vectors.entries()) codes.set(row, 1 + (row % 2), codeOf(vector))
      const query = topicVector('query', dimensions)
      const differing = (vector: Float32Array) =>
        vector.reduce((sum, value, i) => sum + Number(value > 0 !== (query[i] ?? 0) > 0), 0)
      const expected = vectors
        .map(differing)
        .filter((_, row) => row % 2 === 0)
        .toSorted((a, b) => a - b)
      const found = codes.nearest(codeOf(query), Uint8Array.of(0, 1, 0), 25)
      expect(found.every((row) => row % 2 === 0)).toBe(true)
      expect(found.map((row) => differing(vectors[row] ?? query)).toSorted((a, b) => a - b)).toEqual(
        expected.slice(0, 25),
      )
    },
  )
})

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}
