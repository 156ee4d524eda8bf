import { pino } from 'pino'
import { expect, it } from 'vitest'
import { rerank } from '../../../integrations/rerank/index.ts'
import { type StandInRequest, startStandIn } from '../../../src/sandbox/standin.ts'
import { rerankerContract } from '../../contracts/reranker.ts'
import { describeCalls } from '../../specs.ts'

const deps = { clock: { now: () => 0, at: () => () => {} }, log: pino({ level: 'silent' }) }

type Asked = { query: string; texts?: string[]; documents?: string[] }

/** Judges by common words, answers best first as the real servers do, and refuses more than it takes at once. */
async function serve(shape: 'tei' | 'cohere', path: string, env: Record<string, string> = {}) {
  let nonsense = false
  const server = await startStandIn((request: StandInRequest) => {
    if (request.path !== path) return { status: 404, body: { error: 'no route', error_type: 'not_found' } }
    if (nonsense) return { status: 200, body: { scores: 'none' } }
    const { query, texts, documents } = request.json as Asked
    const given = (shape === 'tei' ? texts : documents) ?? []
    if (shape === 'tei' && given.length > 32) {
      return {
        status: 413,
        body: { error: 'batch size 100 > maximum allowed batch size 32', error_type: 'Validation' },
      }
    }
    const scored = given
      .map((text, index) => ({ index, score: commonWords(query, text) / 10 }))
      .sort((a, b) => b.score - a.score)
    if (shape === 'tei') return { status: 200, body: scored }
    return {
      status: 200,
      body: { results: scored.map(({ index, score: relevance_score }) => ({ index, relevance_score })) },
    }
  })
  const config = rerank.config.parse({ RERANK_URL: `${server.url}${path}`, ...env })
  const reranker = await rerank.ports.reranker?.(config, deps)
  if (!reranker) throw new Error('no reranker')
  return {
    reranker,
    server,
    next(mood: { status: number; retryAfterS?: number } | 'breaks' | 'nonsense') {
      if (mood === 'nonsense') nonsense = true
      else
        server.faults.push({ on: 'POST /', kind: mood === 'breaks' ? 'reset_before_effect' : mood, times: 1 })
    },
    dispose: () => server.close(),
  }
}

function commonWords(query: string, text: string): number {
  const wanted = new Set(query.toLowerCase().match(/\w+/g))
  return (text.toLowerCase().match(/\w+/g) ?? []).filter((word) => wanted.has(word)).length
}

rerankerContract('Text Embeddings Inference', () => serve('tei', '/rerank'))
rerankerContract('A Cohere-shaped server', () => serve('cohere', '/v2/rerank'))

it('asks TEI in parts of 32 that its description knows', async () => {
  const { reranker, server, dispose } = await serve('tei', '/rerank')
  await reranker.rerank(
    'pool',
    Array.from({ length: 70 }, (_, n) => `text ${n}`),
  )
  expect(server.seen.map(({ body }) => (body as Asked).texts?.length)).toEqual([32, 32, 6])
  expect(await describeCalls('tei', server.seen)).toEqual([])
  await dispose()
})

it('asks Cohere and Jina with the model and for all scores', async () => {
  const { reranker, server, dispose } = await serve('cohere', '/v1/rerank', { RERANK_MODEL: 'bge-m3' })
  await reranker.rerank('pool', ['a', 'b'])
  expect(server.seen[0]?.body).toEqual({ model: 'bge-m3', query: 'pool', documents: ['a', 'b'], top_n: 2 })
  await dispose()
})

it('finds the TEI route from the bare address', async () => {
  const { server, dispose } = await serve('tei', '/rerank')
  const reranker = await rerank.ports.reranker?.(rerank.config.parse({ RERANK_URL: `${server.url}/` }), deps)
  expect(await reranker?.rerank('pool', ['pool'])).toEqual([0.1])
  await dispose()
})

it('never tells its key', async () => {
  const { reranker, next, dispose } = await serve('tei', '/rerank', { RERANK_API_KEY: 'top-secret' })
  next({ status: 401 })
  const error = await reranker.rerank('pool', ['a']).catch((thrown: unknown) => thrown)
  expect(`${error} ${JSON.stringify(error)}`).not.toContain('top-secret')
  await dispose()
})
