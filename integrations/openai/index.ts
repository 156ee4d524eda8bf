import { z } from 'zod'
import { defineIntegration, secret } from '../../src/ports/index.ts'

/**
 * Any server that speaks OpenAI's Chat Completions: OpenAI, Groq, vLLM, Ollama, llama.cpp.
 * How it is done: model.ts (questions), ladder.ts (what this server understands), embedder.ts (vectors).
 */
export const openai = defineIntegration({
  name: 'openai',
  title: 'Language model',
  config: z
    .object({
      OPENAI_API_KEY: secret().optional().describe('Key of the model server; a local one may need none'),
      OPENAI_BASE_URL: z
        .url()
        .optional()
        .describe('Base URL up to /v1 of the server; OpenAI itself if not set'),
      OPENAI_MODEL: z
        .string()
        .min(1)
        .optional()
        .describe('Model name as the server lists it; there is no default, vendors retire models'),
      OPENAI_EMBEDDING_MODEL: z
        .string()
        .min(1)
        .optional()
        .describe('Embedding model of the same server; the built-in one if not set'),
      OPENAI_FALLBACK_API_KEY: secret().optional().describe('Key of the second provider'),
      OPENAI_FALLBACK_BASE_URL: z.url().optional().describe('Base URL of the second provider'),
      OPENAI_FALLBACK_MODEL: z
        .string()
        .min(1)
        .optional()
        .describe('Model of the second provider, asked when the first fails'),
    })
    .refine(
      ({ OPENAI_FALLBACK_MODEL: model, OPENAI_FALLBACK_API_KEY: key, OPENAI_FALLBACK_BASE_URL: url }) =>
        model || !(key || url),
      { path: ['OPENAI_FALLBACK_MODEL'], message: 'goes with the second provider' },
    ),
  variants: [
    ['OPENAI_API_KEY', 'OPENAI_MODEL'],
    ['OPENAI_BASE_URL', 'OPENAI_MODEL'],
  ],
  ports: {
    model: async (config, deps) => {
      const { createModel } = await import('./model.ts')
      return createModel(
        {
          name: 'openai',
          apiKey: config.OPENAI_API_KEY,
          baseUrl: config.OPENAI_BASE_URL,
          model: config.OPENAI_MODEL ?? '',
          variable: 'OPENAI_MODEL',
        },
        deps,
      )
    },
    fallbackModel: async (config, deps) => {
      if (!config.OPENAI_FALLBACK_MODEL) return undefined
      const { createModel } = await import('./model.ts')
      return createModel(
        {
          name: 'openai-fallback',
          // The same server with another model is a fallback too.
          apiKey: config.OPENAI_FALLBACK_API_KEY ?? config.OPENAI_API_KEY,
          baseUrl:
            config.OPENAI_FALLBACK_BASE_URL ??
            (config.OPENAI_FALLBACK_API_KEY ? undefined : config.OPENAI_BASE_URL),
          model: config.OPENAI_FALLBACK_MODEL,
          variable: 'OPENAI_FALLBACK_MODEL',
        },
        deps,
      )
    },
    embedder: async (config) => {
      if (!config.OPENAI_EMBEDDING_MODEL) return undefined
      const { createEmbedder } = await import('./embedder.ts')
      return createEmbedder({
        apiKey: config.OPENAI_API_KEY,
        baseUrl: config.OPENAI_BASE_URL,
        model: config.OPENAI_EMBEDDING_MODEL,
      })
    },
  },
})
