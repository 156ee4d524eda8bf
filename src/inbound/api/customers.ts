import { z } from 'zod'
import { elsewhereOf, eraseCustomer } from '../../customers/index.ts'
import { InputError } from '../../ops/errors.ts'
import {
  consentsOf,
  getCustomer,
  identitiesOf,
  latestProfile,
  listCustomers,
} from '../../store/rows/customers.ts'
import { conversationOf } from '../../store/rows/messages.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { parsedColumns } from './show.ts'

const id = z.object({ id: z.string() })

export function customerRoutes({ store, org, clock }: ApiDeps): Route[] {
  const find = async (customerId: string) => {
    const row = await getCustomer(store.read, org, customerId)
    if (!row) throw new InputError('unknown_customer', `There is no customer ${customerId}.`, { status: 404 })
    return row
  }
  return [
    defineRoute({
      method: 'get',
      path: '/customers',
      summary: 'List customers, newest first',
      scope: 'read',
      query: pageQuery,
      async run({ query: { limit, cursor } }) {
        const rows = await listCustomers(store.read, org, limit + 1, cursor)
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => parsedColumns(row, ['tags']),
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/customers/:id',
      summary: 'One customer with identities and consents',
      scope: 'read',
      params: id,
      async run({ params }) {
        const row = await find(params.id)
        return {
          ...parsedColumns(row, ['tags']),
          identities: await identitiesOf(store.read, org, row.id),
          consents: await consentsOf(store.read, org, row.id),
        }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/customers/:id',
      summary:
        'Erase what the hub knows of a customer, for good; answers what was erased and what vendors still hold',
      scope: 'admin',
      params: id,
      async run({ params }) {
        await find(params.id)
        const elsewhere = await elsewhereOf(store, org, params.id)
        return { erased: await eraseCustomer(store, org, params.id, clock.now()), elsewhere }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/customers/:id/conversation',
      summary: 'The one conversation over all channels, newest first',
      scope: 'read',
      params: id,
      query: pageQuery,
      async run({ params, query: { limit, cursor } }) {
        await find(params.id)
        const rows = await conversationOf(store.read, org, params.id, limit + 1, cursor)
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => parsedColumns(row, ['meta']),
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/customers/:id/profile',
      summary: 'The latest profile, each claim with its evidence, and what changed since the one before',
      scope: 'read',
      params: id,
      async run({ params }) {
        await find(params.id)
        const row = await latestProfile(store.read, org, params.id)
        if (!row)
          throw new InputError('no_profile', 'This customer has not been profiled yet.', { status: 404 })
        return parsedColumns(row, ['profile', 'dropped', 'changes', 'sources'])
      },
    }),
  ]
}
