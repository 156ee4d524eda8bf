import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { qdrant } from '../../../integrations/qdrant/index.ts'
import { passageVector, queryVector, wordsOf } from '../../../integrations/qdrant/sparse.ts'
import type { KnowledgeIndex } from '../../../src/ports/index.ts'
import type { StandIn } from '../../../src/sandbox/standin.ts'
import { chunk, EMBEDDING, knowledgeIndexContract, topicVector } from '../../contracts/knowledge-index.ts'
import { describeCalls } from '../../specs.ts'
import { nocked } from '../nocked.ts'
import { startFakeQdrant } from './fake-server.ts'

const deps = { clock: { now: () => 0, at: () => () => {} }, log: pino({ level: 'silent' }) }
const connect = async (env: Record<string, string>): Promise<KnowledgeIndex> => {
  const index = await qdrant.ports.index?.(qdrant.config.parse(env), deps)
  if (!index) throw new Error('no index')
  return index
}

knowledgeIndexContract('Qdrant', async () => {
  const server = await startFakeQdrant()
  const reopen = () => connect({ QDRANT_URL: server.url })
  return { index: await reopen(), reopen, dispose: () => server.close() }
})

describe('what Qdrant is asked', () => {
  let server: StandIn
  let index: KnowledgeIndex
  beforeEach(async () => {
    server = await startFakeQdrant()
    index = await connect({ QDRANT_URL: server.url, QDRANT_COLLECTION: 'hotel' })
    await index.open(EMBEDDING)
  })
  afterEach(() => server.close())

  it('is what its description knows', async () => {
    await index.upsert([chunk({ id: 'a', text: 'pool hours', labels: { kind: 'policy' } })])
    await index.search({
      org: 'org-a',
      text: 'pool',
      vector: topicVector('a'),
      limit: 5,
      labels: { kind: 'policy' },
    })
    await index.count('org-a')
    await index.deleteDocument('org-a', 'doc-a')
    await index.check()
    expect(await describeCalls('qdrant', server.seen)).toEqual([])
  })

  it('is sent in batches', async () => {
    await index.upsert(Array.from({ length: 300 }, (_, n) => chunk({ id: `c${n}`, text: `entry ${n}` })))
    const sizes = server.seen
      .filter(({ method, path }) => method === 'PUT' && path.endsWith('/points'))
      .map(({ body }) => (body as { points: unknown[] }).points.length)
    expect(sizes).toEqual([128, 128, 44])
  })

  it('names the organisation in every list that is searched', async () => {
    await index.search({ org: 'org-a', text: 'pool', vector: topicVector('a'), limit: 5 })
    const filter = { must: [{ key: 'org', match: { value: 'org-a' } }] }
    expect(server.seen.at(-1)?.body).toMatchObject({ searches: [{ filter }, { filter }] })
  })

  it('stays the same when it is opened by two processes', async () => {
    const other = await connect({ QDRANT_URL: server.url, QDRANT_COLLECTION: 'hotel' })
    await other.open(EMBEDDING)
    await index.upsert([chunk({ id: 'a', text: 'pool hours' })])
    expect(await other.count('org-a')).toBe(1)
  })

  it.each([
    [401, 'vendor_auth', 'none'],
    [422, 'vendor_rejected', 'none'],
    [500, 'vendor_unavailable', 'unknown'],
    [429, 'vendor_rate_limited', 'none'],
  ])('and answered with %d is %s', async (status, code, effect) => {
    server.faults.push({ on: 'PUT /collections', kind: { status, retryAfterS: 12 }, times: 1 })
    const sent = index.upsert([chunk({ id: 'a', text: 'x' })])
    await expect(sent).rejects.toMatchObject({ name: 'VendorError', vendor: 'qdrant', code, effect })
  })

  it('and not answered is in doubt, unless nobody listens', async () => {
    server.faults.push({ on: 'PUT /collections', kind: 'timeout_after_effect', times: 1 })
    const sent = index.upsert([chunk({ id: 'a', text: 'x' })])
    await expect(sent).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
    const gone = await startFakeQdrant()
    await gone.close()
    const nobody = await connect({ QDRANT_URL: gone.url })
    const late = nobody.upsert([chunk({ id: 'a', text: 'x' })])
    await expect(late).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'none' })
    expect(await nobody.check()).toMatchObject({ ok: false, hint: expect.stringContaining('QDRANT_URL') })
  })
})

describe.each([
  ['http://qdrant.local', 'http://qdrant.local:6333', ''],
  ['http://qdrant.local:7000/', 'http://qdrant.local:7000', ''],
  ['https://qdrant.local', 'https://qdrant.local', ''],
  ['https://proxy.local/vectors/', 'https://proxy.local', '/vectors'],
])('QDRANT_URL %s', (url, base, prefix) => {
  const vendor = nocked(base, null)
  it(`is reached at ${base}${prefix}, with the key`, async () => {
    const path = `${prefix}/collections/switchboard/points/count`
    vendor.answers('POST', path, { body: { result: { count: 3 }, status: 'ok', time: 0 } })
    const index = await connect({ QDRANT_URL: url, QDRANT_API_KEY: 'key' })
    expect(await index.count('org-a')).toBe(3)
    expect(vendor.calls[0]?.headers['api-key']).toBe('key')
  })
})

describe('words as a sparse vector', () => {
  it.each([
    ['The Pool, is OPEN!', ['pool', 'open']],
    ['Öffnungszeiten: 9–18 Uhr', ['öffnungszeiten', '9', '18', 'uhr']],
    ['ﬁne Привет', ['fine', 'привет']],
    ['the and --', []],
  ])('%j is %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  it('has the same places for the same words in a question and in a chunk', () => {
    const chunk = passageVector('pool pool towel')
    const question = queryVector('Towel pool pool')
    expect(question.indices.toSorted()).toEqual(chunk.indices.toSorted())
    expect(new Set(question.indices).size).toBe(2)
  })

  it('counts a word more the more often it stands there, ever less so, and less in a longer text', () => {
    const weight = (text: string) => passageVector(text).values[0] ?? 0
    const [once, twice, thrice] = [weight('pool'), weight('pool pool'), weight('pool pool pool')]
    expect(twice).toBeGreaterThan(once)
    expect(thrice - twice).toBeLessThan(twice - once)
    expect(weight(`pool ${'word '.repeat(400)}`)).toBeLessThan(once)
  })
})
