import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { Skill } from '../../skills/index.ts'
import { listAiActions } from '../../store/rows/cases.ts'
import { listDead, reviveRow } from '../../work/index.ts'
import { defineRoute, pageOf, pageOfAll, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { parsedColumns } from './show.ts'

/** Knowledge, skills, what the AI did, and work that gave up. */
export function moreRoutes(deps: ApiDeps): Route[] {
  const { store, org } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/knowledge/documents',
      summary: 'List documents of the knowledge base, newest first',
      scope: 'read',
      query: pageQuery,
      async run({ query: { limit, cursor } }) {
        const { items, nextCursor } = await deps.documents.list(org, { limit, ...(cursor ? { cursor } : {}) })
        return { data: items.map((item) => parsedColumns(item, [])), nextCursor }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/knowledge/documents',
      summary: 'Take in a document, or replace the one from the same source',
      scope: 'write',
      status: 201,
      body: z.object({
        name: z.string().min(1).describe('With its ending, like prices.md'),
        content: z.string().min(1),
        contentType: z.string().nullable().default(null),
        source: z.string().min(1).optional(),
        labels: z.record(z.string(), z.string()).optional(),
      }),
      async run({ body: { source, labels, ...document } }) {
        const { status, document: taken } = await deps.knowledge.ingest(org, {
          ...document,
          ...(source ? { source } : {}),
          ...(labels ? { labels } : {}),
        })
        return { status, document: parsedColumns(taken, []) }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/knowledge/documents/:id',
      summary: 'Remove a document',
      scope: 'write',
      status: 204,
      params: z.object({ id: z.string() }),
      async run({ params }) {
        const removed = await deps.knowledge.remove(org, params.id)
        if (!removed)
          throw new InputError('unknown_document', `There is no document ${params.id}.`, { status: 404 })
        return undefined
      },
    }),
    defineRoute({
      method: 'post',
      path: '/knowledge/search',
      summary: 'Find passages by meaning and words',
      scope: 'read',
      body: z.object({ query: z.string().min(1), limit: z.int().min(1).max(50).default(8) }),
      async run({ body }) {
        const { hits, mode } = await deps.knowledge.search(org, body.query, { limit: body.limit })
        return { mode, data: hits.map((hit) => parsedColumns(hit, [])), nextCursor: null }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/skills',
      summary: 'The skills with their JSON Schemas',
      scope: 'read',
      query: pageQuery,
      async run({ query }) {
        const { data, nextCursor } = pageOfAll(deps.skills.list(), query, ({ name }) => name)
        return { data: data.map(showSkill), nextCursor }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/skills/:name',
      summary: 'Run a skill once; the same `key` runs it only once',
      scope: 'admin',
      params: z.object({ name: z.string() }),
      body: z.object({ input: z.unknown(), key: z.string().min(1).optional() }),
      async run({ params, body, caller }) {
        const output = await deps.skills.act(params.name, body.input, {
          org,
          cause: `api:${caller.actor}:${body.key ?? deps.newId('req')}`,
          actor: caller.actor,
          caseId: null,
          flowId: null,
          fence: null,
          depth: 0,
          log: deps.log,
        })
        return { output }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/ai/actions',
      summary: 'What the AI did, newest first',
      scope: 'read',
      query: pageQuery.extend({ case: z.string().optional() }),
      async run({ query: { limit, cursor, case: caseId } }) {
        const rows = await listAiActions(store.read, org, {
          limit: limit + 1,
          ...(cursor ? { before: cursor } : {}),
          ...(caseId ? { caseId } : {}),
        })
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => parsedColumns(row, ['data']),
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/work/dead',
      summary: 'Work that gave up, newest first',
      scope: 'read',
      query: pageQuery,
      async run({ query: { limit, cursor } }) {
        const rows = await listDead(store.read, org, limit + 1, cursor)
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => parsedColumns(row, ['payload']),
        )
      },
    }),
    defineRoute({
      method: 'post',
      path: '/work/dead/:id/replay',
      summary: 'Run work that gave up again',
      scope: 'write',
      params: z.object({ id: z.string() }),
      async run({ params }) {
        const revived = await store.write((tx) => reviveRow(tx, org, params.id, deps.clock.now()))
        if (!revived)
          throw new InputError('unknown_work', `There is no dead work ${params.id}.`, { status: 404 })
        return { revived: true }
      },
    }),
  ]
}

export const showSkill = ({
  name,
  title,
  description,
  effect,
  internal,
  role,
  input,
  output,
  reaches,
}: Skill) => ({
  name,
  title,
  description,
  effect,
  reaches_customer: reaches !== undefined,
  internal: internal ?? false,
  role: role ?? 'agent',
  input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
  output: z.toJSONSchema(output, { unrepresentable: 'any' }),
})
