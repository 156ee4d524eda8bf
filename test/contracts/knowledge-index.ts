import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/ops/errors.ts'
import type { IndexedChunk, KnowledgeIndex } from '../../src/ports/index.ts'

/** One index over one store, made empty; `reopen` is what the next process would make of the same store. */
export type IndexUnderTest = {
  index: KnowledgeIndex
  reopen(): Promise<KnowledgeIndex>
  dispose(): Promise<void>
}

export const EMBEDDING = { model: 'contract-model', dimensions: 256 }

/** What every KnowledgeIndex must do. `create` makes an empty one that has not been opened. */
export function knowledgeIndexContract(name: string, create: () => Promise<IndexUnderTest>) {
  describe(`${name} as a knowledge index`, () => {
    let made: IndexUnderTest
    let index: KnowledgeIndex

    beforeEach(async () => {
      made = await create()
      index = made.index
      await index.open(EMBEDDING)
    })
    afterEach(async () => {
      await index.close()
      await made.dispose()
    })

    const search = (query: Partial<Parameters<KnowledgeIndex['search']>[0]>) =>
      index.search({ org: 'org-a', text: '', vector: null, limit: 10, ...query })
    const ids = async (query: Parameters<typeof search>[0]) => (await search(query)).map((hit) => hit.id)

    it('finds by meaning what shares no word with the question', async () => {
      await index.upsert([
        chunk({ id: 'pool', text: 'The swimming pool opens at seven', topic: 'water' }),
        chunk({ id: 'tax', text: 'City tax is paid on arrival', topic: 'money' }),
      ])
      const [first] = await search({ text: 'Badebecken', vector: topicVector('water') })
      expect(first).toMatchObject({ id: 'pool', ranks: { meaning: 1, words: null } })
    })

    it.each([
      ['without a vector', null, { meaning: null, words: 1 }],
      ['whose vector points elsewhere', topicVector('nowhere'), { words: 1 }],
    ])('finds a rare word in a question %s', async (_case, vector, ranks) => {
      await index.upsert([
        chunk({ id: 'code', text: 'Error E-4711 means the door sensor is dirty' }),
        chunk({ id: 'other', text: 'Breakfast is served until ten' }),
      ])
      const hits = await search({ text: 'what is 4711', vector })
      expect(hits.find((hit) => hit.id === 'code')?.ranks).toMatchObject(ranks)
    })

    it('puts what both meaning and words find before what only one of them finds', async () => {
      await index.upsert([
        chunk({ id: 'meaning-only', text: 'Felines are welcome', topic: 'pets' }),
        chunk({ id: 'both', text: 'Dogs stay for free', topic: 'pets', near: 0.9 }),
        chunk({ id: 'words-only', text: 'Hot dogs at the bar', topic: 'food' }),
        chunk({ id: 'neither', text: 'The garage is closed', topic: 'cars' }),
      ])
      const hits = await search({ text: 'dogs', vector: topicVector('pets') })
      expect(hits[0]?.id).toBe('both')
      expect(hits[0]?.ranks).toMatchObject({ meaning: expect.any(Number), words: expect.any(Number) })
      expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a))
    })

    it('ranks the rarer word higher', async () => {
      await index.upsert([
        ...range(8).map((n) => chunk({ id: `common-${n}`, text: `The room number ${n} has a balcony` })),
        chunk({ id: 'rare', text: 'The sauna has a balcony' }),
      ])
      expect((await ids({ text: 'balcony sauna' }))[0]).toBe('rare')
    })

    it('gives every field of a chunk back, whatever the language', async () => {
      const whole = chunk({
        id: 'x/1#é',
        text: 'Öffnungszeiten: täglich 9–18 Uhr · Привет',
        title: 'Über uns',
        headings: ['Hotel', 'Zeiten "A"'],
        labels: { kind: 'policy', lang: 'de' },
      })
      await index.upsert([whole])
      const [hit] = await search({ text: 'ÖFFNUNGSZEITEN' })
      const { vector: _vector, ...fields } = whole
      expect(hit).toMatchObject(fields)
      expect(await ids({ text: 'привет' })).toEqual(['x/1#é'])
    })

    it('replaces a chunk that comes again under its id', async () => {
      await index.upsert([chunk({ id: 'price', text: 'A double costs eighty', topic: 'money' })])
      await index.upsert([chunk({ id: 'price', text: 'A double costs ninety', topic: 'water' })])
      expect(await index.count('org-a')).toBe(1)
      expect(await ids({ text: 'eighty' })).toEqual([])
      expect(await ids({ text: 'ninety' })).toEqual(['price'])
      const [hit] = await search({ vector: topicVector('water') })
      expect(hit?.text).toBe('A double costs ninety')
    })

    it('deletes a document with all its chunks and nothing else', async () => {
      await index.upsert([
        chunk({ id: 'a1', documentId: 'a', text: 'lift service' }),
        chunk({ id: 'a2', documentId: 'a', text: 'lift repair' }),
        chunk({ id: 'b1', documentId: 'b', text: 'lift keys' }),
        chunk({ id: 'a1', documentId: 'a', org: 'org-b', text: 'lift music' }),
      ])
      await index.deleteDocument('org-a', 'a')
      expect(await ids({ text: 'lift' })).toEqual(['b1'])
      expect(await ids({ text: 'lift', org: 'org-b' })).toEqual(['a1'])
      expect([await index.count('org-a'), await index.count('org-b')]).toEqual([1, 1])
    })

    it('deletes a document that is not there without complaint', async () => {
      await index.deleteDocument('org-a', 'nothing')
      expect(await index.count('org-a')).toBe(0)
    })

    it('keeps organisations apart, even where the neighbour has the nearer chunks and the same ids', async () => {
      await index.upsert(
        range(60).map((n) => chunk({ id: `c${n}`, org: 'org-b', text: 'spa hours spa', topic: 'water' })),
      )
      await index.upsert([chunk({ id: 'c0', text: 'our spa', topic: 'water', near: 0.5 })])
      const hits = await search({ text: 'spa hours', vector: topicVector('water'), limit: 5 })
      expect(hits).toMatchObject([
        { id: 'c0', org: 'org-a', text: 'our spa', ranks: { meaning: 1, words: 1 } },
      ])
      expect([await index.count('org-a'), await index.count('org-b')]).toEqual([1, 60])
    })

    it('filters by labels before it counts to the limit', async () => {
      await index.upsert([
        ...range(60).map((n) =>
          chunk({ id: `n${n}`, text: 'refund refund', topic: 'money', labels: { kind: 'news' } }),
        ),
        chunk({ id: 'policy', text: 'refund rules', topic: 'money', near: 0.5, labels: { kind: 'policy' } }),
        chunk({ id: 'old', text: 'refund rules', topic: 'money', labels: { kind: 'policy', state: 'old' } }),
      ])
      const query = { text: 'refund', vector: topicVector('money'), limit: 3 }
      expect((await ids({ ...query, labels: { kind: 'policy' } })).toSorted()).toEqual(['old', 'policy'])
      expect(await ids({ ...query, labels: { kind: 'policy', state: 'old' } })).toEqual(['old'])
      expect(await ids({ ...query, labels: { kind: 'none' } })).toEqual([])
    })

    it('returns no more than the limit, each chunk once', async () => {
      await index.upsert(
        range(30).map((n) => chunk({ id: `r${n}`, text: `towel ${n}`, topic: 'water', near: 1 - n / 100 })),
      )
      const found = await ids({ text: 'towel', vector: topicVector('water'), limit: 7 })
      expect(found).toHaveLength(7)
      expect(new Set(found).size).toBe(7)
    })

    it('says nothing where the words are unknown and there is no vector', async () => {
      await index.upsert([chunk({ id: 'a', text: 'parking costs five' })])
      expect(await search({ text: 'xylophone' })).toEqual([])
      expect(await search({ text: '' })).toEqual([])
    })

    it.each(['"', "it's", 'a AND (b', 'NEAR(* -x', 'col:val ^', '🙂', '\u0000'])(
      'takes %j as words, not as syntax',
      async (text) => {
        await index.upsert([chunk({ id: 'a', text: 'anything at all', topic: 'water' })])
        expect(await ids({ text, vector: topicVector('water') })).toEqual(['a'])
      },
    )

    it('takes hundreds of chunks at once, and none', async () => {
      await index.upsert(range(300).map((n) => chunk({ id: `m${n}`, text: `entry number${n}` })))
      await index.upsert([])
      expect(await index.count('org-a')).toBe(300)
      expect(await ids({ text: 'number299' })).toEqual(['m299'])
    })

    it('still knows everything when it is opened again', async () => {
      await index.upsert([chunk({ id: 'kept', text: 'wifi password', topic: 'net' })])
      await index.close()
      index = await made.reopen()
      await index.open(EMBEDDING)
      expect(await ids({ text: 'wifi', vector: topicVector('net') })).toEqual(['kept'])
    })

    it.each([
      ['another model', { ...EMBEDDING, model: 'other-model' }],
      ['another dimension', { ...EMBEDDING, dimensions: EMBEDDING.dimensions * 2 }],
    ])('refuses to be opened with the vectors of %s', async (_case, embedding) => {
      await index.upsert([chunk({ id: 'kept', text: 'wifi password' })])
      await index.close()
      index = await made.reopen()
      await expect(index.open(embedding)).rejects.toThrow(ConfigError)
    })

    it('says that it is well', async () => {
      expect(await index.check()).toMatchObject({ ok: true })
    })
  })
}

/** A chunk of which only what matters is named. `near` is the cosine to its topic's vector, 1 if not given. */
export function chunk(
  fields: { id: string; text: string; topic?: string; near?: number } & Partial<IndexedChunk>,
): IndexedChunk {
  const { topic = fields.id, near = 1, ...given } = fields
  return {
    org: 'org-a',
    documentId: `doc-${fields.id}`,
    title: 'A title',
    headings: [],
    labels: {},
    vector: mix(topicVector(topic), topicVector(`${fields.id}-own`), near),
    ...given,
  }
}

/** The same unit vector for the same word, nearly orthogonal to every other word's. */
export function topicVector(topic: string, dimensions = EMBEDDING.dimensions): Float32Array {
  let state = 2_166_136_261
  for (const char of topic) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16_777_619)
  return unit(
    Float32Array.from({ length: dimensions }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state / 2 ** 31
    }),
  )
}

function mix(a: Float32Array, b: Float32Array, near: number): Float32Array {
  const away = Math.sqrt(1 - near ** 2)
  return unit(a.map((value, n) => near * value + away * (b[n] ?? 0)))
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
