import { z } from 'zod'
import { ConfigError } from '../../src/ops/errors.ts'
import { defineIntegration, secret } from '../../src/ports/index.ts'

/**
 * Qdrant as the knowledge index, for more knowledge than one machine should search.
 * How it is done: collection.ts (what is set up), search-index.ts (reads, writes), sparse.ts (words as numbers).
 */
export const qdrant = defineIntegration({
  name: 'qdrant',
  title: 'Qdrant',
  config: z.object({
    QDRANT_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where it listens; without a port 6333 for http and 443 for https'),
    QDRANT_API_KEY: secret().optional().describe('Key set at the server or in Qdrant Cloud, if any'),
    QDRANT_COLLECTION: z
      .string()
      .regex(/^[\w-]{1,200}$/, 'may hold letters, digits, _ and -')
      .default('switchboard')
      .describe('Alias of the collection; the collection behind it is named after the embedding model'),
  }),
  variants: [['QDRANT_URL']],
  ports: {
    index: async (config) => {
      if (!config.QDRANT_URL) throw new ConfigError(['Qdrant needs QDRANT_URL'])
      const { createQdrantIndex } = await import('./search-index.ts')
      return createQdrantIndex({
        url: config.QDRANT_URL,
        apiKey: config.QDRANT_API_KEY,
        alias: config.QDRANT_COLLECTION,
      })
    },
  },
})
