import { createHash } from 'node:crypto'
import type { QdrantClient } from '@qdrant/js-client-rest'
import { ConfigError } from '../../src/ops/errors.ts'
import { call, statusOf } from './client.ts'

export const DENSE = 'dense'
export const WORDS = 'bm25'

/** Payload fields that filters name; each is indexed, else a server in strict mode refuses the filter. */
const INDEXED = [
  { field_name: 'org', field_schema: { type: 'keyword' as const, is_tenant: true } },
  { field_name: 'documentId', field_schema: { type: 'keyword' as const } },
  { field_name: 'labelPairs', field_schema: { type: 'keyword' as const } },
]

/**
 * Makes the collection of this embedding model, with its indexes, and puts the alias on it; all of it may be there
 * already. Throws ConfigError when the alias stands on another model's vectors: those cannot be compared.
 */
export async function openCollection(
  client: QdrantClient,
  alias: string,
  embedding: { model: string; dimensions: number },
): Promise<void> {
  const name = collectionName(alias, embedding)
  const { aliases } = await call('read', () => client.getAliases())
  const current = aliases.find(({ alias_name }) => alias_name === alias)?.collection_name
  if (current && current !== name) throw new ConfigError([otherModel(alias, current, embedding)])
  if (!current && (await call('read', () => client.collectionExists(alias))).exists) {
    throw new ConfigError([
      `QDRANT_COLLECTION ${alias} is a collection itself; choose a name that is free to be an alias`,
    ])
  }
  await createOnce(() =>
    client.createCollection(name, {
      vectors: { [DENSE]: { size: embedding.dimensions, distance: 'Cosine' } },
      sparse_vectors: { [WORDS]: { modifier: 'idf' } },
      // One graph per organisation and none over all: every search names its organisation.
      hnsw_config: { payload_m: 16, m: 0 },
    }),
  )
  for (const index of INDEXED) {
    await call('write', () => client.createPayloadIndex(name, { ...index, wait: true }))
  }
  if (!current) {
    await call('write', () =>
      client.updateCollectionAliases({
        actions: [{ create_alias: { collection_name: name, alias_name: alias } }],
      }),
    )
  }
}

/** The model is in the name, so that a new one gets a new collection and the old one stays until it is deleted. */
export function collectionName(alias: string, { model, dimensions }: { model: string; dimensions: number }) {
  const hash = createHash('sha256').update(`${model}\0${dimensions}`).digest('hex').slice(0, 12)
  return `${alias}_${hash}`
}

function otherModel(alias: string, current: string, { model }: { model: string }): string {
  return (
    `QDRANT_COLLECTION ${alias} stands on ${current}, whose vectors are not those of ${model}. ` +
    'Set another QDRANT_COLLECTION, or delete the alias, and add the knowledge again'
  )
}

/** Two processes may start at once: 409 says that the other was first (Qdrant before 1.13 says 400). */
async function createOnce(create: () => Promise<unknown>): Promise<void> {
  await call('write', () =>
    create().catch((error: unknown) => {
      if (statusOf(error) === 409 || /already exists/i.test(JSON.stringify(dataOf(error)))) return
      throw error
    }),
  )
}

function dataOf(error: unknown): unknown {
  return error instanceof Error && 'data' in error ? (error.data ?? null) : null
}
