import { z } from 'zod'
import { assign, claim, dismiss, resolve } from '../../escalations/index.ts'
import { InputError } from '../../ops/errors.ts'
import { getEscalation, listEscalations } from '../../store/rows/cases.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { parsedColumns } from './show.ts'

const id = z.object({ id: z.string() })

export function escalationRoutes(deps: ApiDeps): Route[] {
  const { store, org } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/escalations',
      summary: 'List escalations, newest first',
      scope: 'read',
      query: pageQuery.extend({ status: z.enum(['open', 'assigned', 'resolved', 'dismissed']).optional() }),
      async run({ query: { limit, cursor, status } }) {
        const rows = await listEscalations(store.read, org, {
          limit: limit + 1,
          ...(cursor ? { before: cursor } : {}),
          ...(status ? { status } : {}),
        })
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => parsedColumns(row, []),
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/escalations/:id',
      summary: 'One escalation with its brief',
      scope: 'read',
      params: id,
      async run({ params }) {
        const row = await getEscalation(store.read, org, params.id)
        if (!row)
          throw new InputError('unknown_escalation', `There is no escalation ${params.id}.`, { status: 404 })
        return parsedColumns(row, [])
      },
    }),
    defineRoute({
      method: 'post',
      path: '/escalations/:id/claim',
      summary: 'Take an open escalation; the first claim counts',
      scope: 'write',
      params: id,
      run: async ({ params, caller }) => parsedColumns(await claim(deps, org, params.id, caller.actor), []),
    }),
    defineRoute({
      method: 'post',
      path: '/escalations/:id/assign',
      summary: 'Give an escalation to somebody',
      scope: 'write',
      params: id,
      body: z.object({ to: z.string().min(1) }),
      run: async ({ params, body }) => parsedColumns(await assign(deps, org, params.id, body.to), []),
    }),
    defineRoute({
      method: 'post',
      path: '/escalations/:id/resolve',
      summary: 'Finish an escalation',
      scope: 'write',
      params: id,
      body: z.object({
        outcome: z.string().min(1).default('resolved'),
        note: z.string().nullable().default(null),
      }),
      run: async ({ params, body }) => parsedColumns(await resolve(deps, org, params.id, body), []),
    }),
    defineRoute({
      method: 'post',
      path: '/escalations/:id/dismiss',
      summary: 'Drop an escalation, with a reason',
      scope: 'write',
      params: id,
      body: z.object({ reason: z.string().min(1) }),
      run: async ({ params, body }) => parsedColumns(await dismiss(deps, org, params.id, body.reason), []),
    }),
  ]
}
