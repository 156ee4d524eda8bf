import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { listCursors } from '../../store/rows/desk-cursors.ts'
import { deskFigures } from '../../store/rows/figures.ts'
import { getTicket, listTickets, ticketRefOf } from '../../store/rows/tickets.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { parsedColumns } from './show.ts'

const ref = z.object({ desk: z.string(), id: z.string() })

export function ticketRoutes(deps: ApiDeps): Route[] {
  const { store, org } = deps
  const show = async (desk: string, id: string) => {
    const row = await getTicket(store.read, org, ticketRefOf(desk, id))
    if (!row)
      throw new InputError('unknown_ticket', `There is no ticket ${desk}:${id} here.`, { status: 404 })
    return parsedColumns(row, ['tags'])
  }
  return [
    defineRoute({
      method: 'get',
      path: '/tickets',
      summary: 'List tickets as we mirror them',
      scope: 'read',
      query: pageQuery.extend({ status: z.string().optional(), ai: z.enum(['true', 'false']).optional() }),
      async run({ query: { limit, cursor, status, ai } }) {
        const rows = await listTickets(store.read, org, {
          limit: limit + 1,
          ...(cursor ? { before: cursor } : {}),
          ...(status ? { status } : {}),
          ...(ai ? { toAi: ai === 'true' } : {}),
        })
        return pageOf(
          rows,
          limit,
          (row) => row.ref,
          (row) => parsedColumns(row, ['tags']),
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/tickets/figures',
      summary: "The desk's figures: open tickets by status, priority and age, reply and resolution times",
      scope: 'read',
      query: z.object({ desk: z.string().optional(), requester: z.string().optional() }),
      async run({ query: { desk, requester } }) {
        const of = { ...(desk ? { desk } : {}), ...(requester ? { requesterId: requester } : {}) }
        const cursors = await listCursors(store.read, org)
        return {
          ...(await deskFigures(store.read, org, deps.clock.now(), of)),
          gaps: cursors.map(({ desk, missed, recovered, polled_at }) => ({
            desk,
            missed,
            recovered,
            polled_at,
          })),
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/tickets/:desk/:id',
      summary: 'One ticket as we mirror it',
      scope: 'read',
      params: ref,
      run: ({ params }) => show(params.desk, params.id),
    }),
    defineRoute({
      method: 'post',
      path: '/tickets/:desk/:id/assign-ai',
      summary: 'Give a ticket to AI: it is tagged at the desk and its flow starts',
      scope: 'write',
      status: 202,
      params: ref,
      async run({ params }) {
        await deps.assignToAi(ticketRefOf(params.desk, params.id))
        return show(params.desk, params.id)
      },
    }),
  ]
}
