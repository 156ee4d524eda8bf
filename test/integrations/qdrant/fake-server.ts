import { z } from 'zod'
import {
  type StandIn,
  type StandInReply,
  type StandInRequest,
  startStandIn,
} from '../../../src/sandbox/standin.ts'

/**
 * As much of a Qdrant server as the hub uses, in memory: collections, aliases, named dense and sparse vectors,
 * filters with `must` and `match.value`, exact scores. No index is approximate here, so ranks are what they are.
 */

const Sparse = z.object({ indices: z.array(z.int().nonnegative()), values: z.array(z.number()) })
const Point = z.object({
  id: z.uuid(),
  vector: z.record(z.string(), z.union([z.array(z.number()), Sparse])),
  payload: z.record(z.string(), z.unknown()),
})
const Filter = z.object({
  must: z.array(z.object({ key: z.string(), match: z.object({ value: z.string() }) })),
})
const Search = z.object({
  query: z.union([z.array(z.number()), Sparse]),
  using: z.string(),
  filter: Filter,
  limit: z.int(),
})
const Create = z.object({
  vectors: z.record(z.string(), z.object({ size: z.int(), distance: z.literal('Cosine') })),
  sparse_vectors: z.record(z.string(), z.object({ modifier: z.literal('idf') })),
})
const Aliases = z.object({
  actions: z.array(
    z.object({ create_alias: z.object({ collection_name: z.string(), alias_name: z.string() }) }),
  ),
})

type Point = z.infer<typeof Point>
type Collection = { config: z.infer<typeof Create>; points: Map<string, Point>; indexed: Set<string> }
type Server = { collections: Map<string, Collection>; aliases: Map<string, string> }

export async function startFakeQdrant(): Promise<StandIn> {
  const server: Server = { collections: new Map(), aliases: new Map() }
  return startStandIn((request) => answer(request, server))
}

function answer(request: StandInRequest, server: Server): StandInReply {
  const [, area, name = '', ...rest] = request.path.split('/')
  const action = `${request.method} /${rest.join('/')}`
  if (area === 'aliases') {
    return ok({
      aliases: [...server.aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name })),
    })
  }
  if (area !== 'collections') return { status: 404 }
  if (name === 'aliases') {
    for (const { create_alias: made } of Aliases.parse(request.json).actions) {
      server.aliases.set(made.alias_name, made.collection_name)
    }
    return ok(true)
  }
  if (action === 'GET /exists') return ok({ exists: server.collections.has(name) })
  if (action === 'PUT /') {
    if (server.collections.has(name)) return refused(409, `Collection \`${name}\` already exists!`)
    const config = Create.parse(request.json)
    server.collections.set(name, { config, points: new Map(), indexed: new Set() })
    return ok(true)
  }
  const collection = server.collections.get(server.aliases.get(name) ?? name)
  if (!collection) return refused(404, `Collection \`${name}\` doesn't exist!`)
  return inCollection(action, request.json, collection)
}

function inCollection(action: string, json: unknown, collection: Collection): StandInReply {
  const { points, indexed, config } = collection
  switch (action) {
    case 'GET /':
      return ok({ status: 'green', points_count: points.size, config: { params: config } })
    case 'PUT /index':
      indexed.add(z.object({ field_name: z.string() }).parse(json).field_name)
      return ok({ status: 'completed' })
    case 'PUT /points':
      for (const point of z.object({ points: z.array(Point) }).parse(json).points) {
        const mistake = mistakeIn(point, config)
        if (mistake) return refused(400, mistake)
        points.set(point.id, point)
      }
      return ok({ status: 'completed' })
    case 'POST /points/delete':
      for (const { id } of matching(collection, z.object({ filter: Filter }).parse(json).filter))
        points.delete(id)
      return ok({ status: 'completed' })
    case 'POST /points/count':
      return ok({ count: matching(collection, z.object({ filter: Filter }).parse(json).filter).length })
    case 'POST /points/query/batch':
      return ok(
        z
          .object({ searches: z.array(Search) })
          .parse(json)
          .searches.map((search) => ({ points: found(collection, search) })),
      )
    default:
      return { status: 404 }
  }
}

function mistakeIn(point: Point, config: Collection['config']): string | undefined {
  for (const [name, vector] of Object.entries(point.vector)) {
    if (Array.isArray(vector)) {
      if (vector.length !== config.vectors[name]?.size) return `Wrong input: Vector dimension error`
    } else {
      if (!config.sparse_vectors[name]) return `Wrong input: Not existing vector name error: ${name}`
      if (new Set(vector.indices).size !== vector.indices.length) return 'indices must be unique'
      if (vector.indices.some((index) => index > 0xffffffff)) return 'index out of range'
    }
  }
  return undefined
}

/** As in strict mode: a filter on a field without an index is refused. */
function matching({ points, indexed }: Collection, { must }: z.infer<typeof Filter>): Point[] {
  for (const { key } of must)
    if (!indexed.has(key)) throw new Error(`Index required but not found for "${key}"`)
  return [...points.values()].filter(({ payload }) =>
    must.every(({ key, match }) => [payload[key]].flat().includes(match.value)),
  )
}

function found(collection: Collection, { query, using, filter, limit }: z.infer<typeof Search>) {
  const rarity = Array.isArray(query) ? undefined : rarityIn(collection, using)
  return matching(collection, filter)
    .map(({ id, vector, payload }) => ({ id, payload, score: scoreOf(query, vector[using], rarity) }))
    .filter(({ score }) => rarity === undefined || score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
}

function scoreOf(
  query: z.infer<typeof Search>['query'],
  vector: Point['vector'][string] | undefined,
  rarity: ((index: number) => number) | undefined,
): number {
  if (vector === undefined) return 0
  if (Array.isArray(query)) {
    return Array.isArray(vector) ? query.reduce((sum, value, n) => sum + value * (vector[n] ?? 0), 0) : 0
  }
  if (Array.isArray(vector)) return 0
  return query.indices.reduce((sum, index, n) => {
    const weight = vector.values[vector.indices.indexOf(index)] ?? 0
    return sum + weight * (query.values[n] ?? 0) * (rarity?.(index) ?? 1)
  }, 0)
}

/** ln((N - n + 0.5) / (n + 0.5) + 1) over the whole collection, as `modifier: 'idf'` does. */
function rarityIn({ points }: Collection, using: string): (index: number) => number {
  const all = [...points.values()].map(({ vector }) => vector[using])
  return (index) => {
    const having = all.filter(
      (vector) => vector && !Array.isArray(vector) && vector.indices.includes(index),
    ).length
    return Math.log((all.length - having + 0.5) / (having + 0.5) + 1)
  }
}

function ok(result: unknown): StandInReply {
  return { status: 200, body: { result, status: 'ok', time: 0.001 } }
}

function refused(status: number, error: string): StandInReply {
  return { status, body: { status: { error }, time: 0.001 } }
}
