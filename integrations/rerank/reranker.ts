import { z } from 'zod'
import {
  backoff,
  messageOf,
  never,
  type Retry,
  VendorError,
  type VendorErrorCode,
} from '../../src/ops/errors.ts'
import type { Reranker } from '../../src/ports/index.ts'

const TIMEOUT_MS = 10_000
/** What TEI takes at once unless started with another `--max-client-batch-size`; Cohere and Jina take 1000. */
const TEI_BATCH = 32
const COHERE_BATCH = 500

/** How one kind of server is asked, and where the scores stand in its answer. */
type Dialect = {
  url: string
  batch: number
  body(query: string, texts: string[], model: string | undefined): object
  scores(answer: unknown): { index: number; score: number }[]
}

const TeiAnswer = z.array(z.object({ index: z.int(), score: z.number() }))
const CohereAnswer = z.object({
  results: z.array(z.object({ index: z.int(), relevance_score: z.number() })),
})

/** huggingface/text-embeddings-inference `docs/openapi.json` 1.9.3. */
function tei(url: string): Dialect {
  return {
    url: url.endsWith('/rerank') ? url : `${url}/rerank`,
    batch: TEI_BATCH,
    // A text longer than the model reads is cut instead of refused.
    body: (query, texts) => ({ query, texts, raw_scores: false, truncate: true }),
    scores: TeiAnswer.parse,
  }
}

/** Cohere `POST /v2/rerank`, Jina `POST /v1/rerank`; vLLM speaks it too. */
function cohere(url: string): Dialect {
  return {
    url,
    batch: COHERE_BATCH,
    body: (query, documents, model) => ({
      ...(model && { model }),
      query,
      documents,
      top_n: documents.length,
    }),
    scores: (answer) =>
      CohereAnswer.parse(answer).results.map(({ index, relevance_score: score }) => ({ index, score })),
  }
}

/**
 * Scores texts by a cross-encoder. The kind of server is read from the path of `url`: `/v1/rerank` and `/v2/rerank`
 * are Cohere-shaped, everything else is TEI. Scores of one model are comparable over batches (each text is
 * judged by itself), so long lists are sent in parts.
 */
export function createReranker(options: {
  url: string
  apiKey: string | undefined
  model: string | undefined
}): Reranker {
  const url = options.url.replace(/\/+$/, '')
  const dialect = /\/v[12]\/rerank$/.test(new URL(url).pathname) ? cohere(url) : tei(url)

  async function scoreBatch(query: string, texts: string[]): Promise<number[]> {
    const answer = await ask(dialect.url, dialect.body(query, texts, options.model), options.apiKey)
    const scores = texts.map(() => Number.NaN)
    for (const { index, score } of readScores(dialect, answer)) if (index in scores) scores[index] = score
    if (scores.some(Number.isNaN)) throw odd(undefined)
    return scores
  }

  async function rerank(query: string, texts: string[]): Promise<number[]> {
    const scores: number[] = []
    for (let at = 0; at < texts.length; at += dialect.batch) {
      scores.push(...(await scoreBatch(query, texts.slice(at, at + dialect.batch))))
    }
    return scores
  }

  return {
    name: 'rerank',
    rerank,
    async check() {
      try {
        const [near = 0, far = 0] = await rerank('When does breakfast start?', [
          'Breakfast is served from seven to ten.',
          'The garage has forty places.',
        ])
        if (near > far) return { ok: true, detail: `answers, and tells near from far` }
        return {
          ok: false,
          detail: 'scores the wrong text higher',
          hint: 'Is RERANK_URL a reranker, and not a classifier or an embedding model?',
        }
      } catch (error) {
        return { ok: false, detail: messageOf(error), hint: error instanceof VendorError ? error.hint : '' }
      }
    },
  }
}

async function ask(url: string, body: object, apiKey: string | undefined): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw failure('vendor_unavailable', 'The reranker cannot be reached or did not answer', error, backoff)
  })
  const text = await response.text().catch((error: unknown) => {
    throw failure('vendor_unavailable', 'The reranker broke off its answer', error, backoff)
  })
  if (!response.ok) throw refusal(response, text)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw odd(error)
  }
}

function readScores(dialect: Dialect, answer: unknown): { index: number; score: number }[] {
  try {
    return dialect.scores(answer)
  } catch (error) {
    throw odd(error)
  }
}

function odd(cause: unknown): VendorError {
  const hint = 'The reranker answered in another shape: see RERANK_URL in its README'
  return failure('vendor_rejected', hint, cause, never)
}

function refusal(response: Response, text: string): VendorError {
  const { status } = response
  const cause = new Error(`${status}: ${text.slice(0, 200)}`)
  if (status === 401 || status === 403) {
    return failure('vendor_auth', 'The reranker refused the key: check RERANK_API_KEY', cause, never)
  }
  if (status === 404) {
    return failure('vendor_not_found', 'Nothing reranks at RERANK_URL: check its path', cause, never)
  }
  if (status === 413) {
    return failure('vendor_rejected', 'The reranker takes fewer texts at once than 32', cause, never)
  }
  if (status === 429) {
    const seconds = Number(response.headers.get('retry-after'))
    const retry: Retry = seconds > 0 ? { when: 'after', ms: seconds * 1000 } : backoff
    return failure('vendor_rate_limited', 'The reranker is overloaded', cause, retry)
  }
  // TEI says 424 when its backend failed.
  if (status >= 500 || status === 424) {
    return failure('vendor_unavailable', `The reranker answered ${status}`, cause, backoff)
  }
  return failure('vendor_rejected', `The reranker refused (${status})`, cause, never)
}

function failure(code: VendorErrorCode, hint: string, cause: unknown, retry: Retry): VendorError {
  return new VendorError({ code, vendor: 'rerank', retry, hint }, cause)
}
