import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { openai } from '../../../integrations/openai/index.ts'
import { type Call, nocked } from '../nocked.ts'

const deps = { clock: { now: () => 0, at: () => () => {} }, log: pino({ level: 'silent' }) }

describe('embeddings of a compatible server', () => {
  const vendor = nocked('http://llm.local', 'openai')
  const connect = () =>
    openai.ports.embedder?.(
      openai.config.parse({
        OPENAI_BASE_URL: 'http://llm.local/v1',
        OPENAI_MODEL: 'llama3',
        OPENAI_EMBEDDING_MODEL: 'embed',
      }),
      deps,
    )
  /** The length of a text as its vector, answered in the wrong order. */
  const lengths = ({ body }: Call) => ({
    body: {
      data: (body as { input: string[] }).input
        .map((text, index) => ({ index, object: 'embedding', embedding: [text.length, 1, 0] }))
        .reverse(),
    },
  })
  const answerTimes = (count: number) => {
    for (let n = 0; n < count; n += 1) vendor.answers('POST', '/v1/embeddings', lengths)
  }

  it('come one per text, in order, at unit length, in batches, as plain numbers', async () => {
    answerTimes(4)
    const embedder = await connect()
    const texts = Array.from({ length: 70 }, (_, n) => 'x'.repeat(n))
    const vectors = (await embedder?.embed(texts, 'passage')) ?? []
    expect(vectors).toHaveLength(70)
    for (const [n, vector] of vectors.entries()) {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
      expect((vector[0] ?? 0) / (vector[1] ?? 1)).toBeCloseTo(n || 1, 3)
    }
    expect(embedder).toMatchObject({ model: 'embed', dimensions: 3 })
    const sizes = vendor.calls.map(({ body }) => (body as { input: string[] }).input.length)
    expect(sizes).toEqual([1, 32, 32, 6])
    expect(vendor.calls[1]?.body).toMatchObject({ encoding_format: 'float' })
  })

  it('that are missing or of another length are an error, not a wrong index', async () => {
    answerTimes(1)
    const embedder = await connect()
    vendor.answers('POST', '/v1/embeddings', { body: { data: [{ index: 0, embedding: [1, 2, 3] }] } })
    await expect(embedder?.embed(['a', 'b'], 'query')).rejects.toMatchObject({ code: 'vendor_unavailable' })
    vendor.answers('POST', '/v1/embeddings', { body: { data: [{ index: 0, embedding: [1, 2] }] } })
    await expect(embedder?.embed(['a'], 'query')).rejects.toMatchObject({ code: 'vendor_unavailable' })
  })

  it('of a server that is down are an error of the vendor', async () => {
    vendor.breaks('POST', '/v1/embeddings', 'ECONNREFUSED')
    await expect(connect()).rejects.toMatchObject({ name: 'VendorError', retry: { when: 'backoff' } })
  })
})
