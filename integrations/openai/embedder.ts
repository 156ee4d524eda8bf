import { backoff, VendorError } from '../../src/ops/errors.ts'
import type { Embedder } from '../../src/ports/index.ts'
import { createOpenAiClient, type Server, toVendorError } from './client.ts'

/** Text Embeddings Inference takes 32 texts at most unless told otherwise, OpenAI 2048. */
const BATCH = 32

/**
 * Vectors from `/embeddings`. Asks once at the start, to learn how long the model's vectors are.
 * Throws VendorError when that fails.
 */
export async function createEmbedder(
  options: Pick<Server, 'apiKey' | 'baseUrl' | 'model'>,
): Promise<Embedder> {
  const server: Server = { ...options, name: 'openai-embeddings', variable: 'OPENAI_EMBEDDING_MODEL' }
  const client = createOpenAiClient(server)

  async function embedBatch(texts: string[]): Promise<Float32Array[]> {
    const answer = await client.embeddings
      .create({
        model: server.model,
        // An empty text is refused.
        input: texts.map((text) => text || ' '),
        // The SDK asks for base64 otherwise, which some servers ignore or refuse.
        encoding_format: 'float',
      })
      .catch((error: unknown) => {
        throw toVendorError(error, server)
      })
    const vectors = answer.data
      .toSorted((a, b) => a.index - b.index)
      .map(({ embedding }) => unit(Float32Array.from(embedding)))
    if (vectors.length !== texts.length) throw odd(`${vectors.length} vectors for ${texts.length} texts`)
    return vectors
  }

  const [probe] = await embedBatch(['dimensions'])
  const dimensions = probe?.length ?? 0
  if (dimensions === 0) throw odd('an empty vector')

  return {
    model: server.model,
    dimensions,
    async embed(texts) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += BATCH) {
        vectors.push(...(await embedBatch(texts.slice(at, at + BATCH))))
      }
      const wrong = vectors.find((vector) => vector.length !== dimensions)
      if (wrong) throw odd(`a vector of ${wrong.length} instead of ${dimensions} numbers`)
      return vectors
    },
    async check() {
      try {
        await embedBatch(['check'])
        return { ok: true, detail: `${server.model}, ${dimensions} dimensions` }
      } catch (error) {
        const problem = error instanceof VendorError ? error : toVendorError(error, server)
        return { ok: false, detail: problem.message, hint: problem.hint }
      }
    },
    async close() {},
  }
}

function odd(what: string): VendorError {
  return new VendorError({
    code: 'vendor_unavailable',
    vendor: 'openai-embeddings',
    retry: backoff,
    hint: `The embedding server answered with ${what}`,
  })
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return length > 0 ? vector.map((value) => value / length) : vector
}
