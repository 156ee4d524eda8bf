import { z } from 'zod'
import { ConfigError } from '../../src/ops/errors.ts'
import { defineIntegration, secret } from '../../src/ports/index.ts'

/**
 * A reranker server: Text Embeddings Inference with a BAAI bge-reranker, or one that speaks as Cohere and Jina do.
 * How it is done: reranker.ts.
 */
export const rerank = defineIntegration({
  name: 'rerank',
  title: 'Reranker',
  config: z.object({
    RERANK_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('A path ending in /v1/rerank or /v2/rerank speaks as Cohere and Jina, all others as TEI'),
    RERANK_API_KEY: secret().optional().describe('Key of the reranker, if it wants one'),
    RERANK_MODEL: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Model name for Cohere, Jina and vLLM, like rerank-v3.5; TEI serves the one it was started with',
      ),
  }),
  variants: [['RERANK_URL']],
  ports: {
    reranker: async (config) => {
      if (!config.RERANK_URL) throw new ConfigError(['The reranker needs RERANK_URL'])
      const { createReranker } = await import('./reranker.ts')
      return createReranker({
        url: config.RERANK_URL,
        apiKey: config.RERANK_API_KEY,
        model: config.RERANK_MODEL,
      })
    },
  },
})
