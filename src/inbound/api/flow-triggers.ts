import { z } from 'zod'
import {
  createTrigger,
  needTrigger,
  removeTrigger,
  showTrigger,
  switchTrigger,
  TriggerInput,
} from '../../flows/index.ts'
import { listTriggers } from '../../store/rows/flow-triggers.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { pageShape } from './shapes/parts.ts'
import { Trigger } from './shapes/starting.ts'

const id = z.object({ id: z.string() })

/** Templates that start by events. */
export function flowTriggerRoutes({ store, org, starting }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/ai/flow-triggers',
      summary: 'List triggers, newest first, with what they last started',
      scope: 'read',
      query: pageQuery,
      answer: pageShape(Trigger),
      async run({ query: { limit, cursor } }) {
        const page = { limit: limit + 1, ...(cursor ? { before: cursor } : {}) }
        const rows = await listTriggers(store.read, org, page)
        const { data, nextCursor } = pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => showTrigger(starting, row),
        )
        return { data: await Promise.all(data), nextCursor }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flow-triggers',
      summary: 'Start a template at each event of a type for which all conditions hold',
      scope: 'write',
      status: 201,
      body: TriggerInput,
      answer: Trigger,
      run: async ({ body, caller }) =>
        showTrigger(starting, await createTrigger(starting, org, body, caller.actor)),
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flow-triggers/:id',
      summary: 'One trigger',
      scope: 'read',
      params: id,
      answer: Trigger,
      run: async ({ params }) => showTrigger(starting, await needTrigger(starting, org, params.id)),
    }),
    defineRoute({
      method: 'patch',
      path: '/ai/flow-triggers/:id',
      summary: 'Switch a trigger off or on; what happened while it was off is not made up for',
      scope: 'write',
      params: id,
      body: z.strictObject({ enabled: z.boolean().describe('Whether it starts anything') }),
      answer: Trigger,
      run: async ({ params, body }) =>
        showTrigger(starting, await switchTrigger(starting, org, params.id, body.enabled)),
    }),
    defineRoute({
      method: 'delete',
      path: '/ai/flow-triggers/:id',
      summary: 'Remove a trigger; flows that it started go on',
      scope: 'write',
      status: 204,
      params: id,
      run: ({ params }) => removeTrigger(starting, org, params.id),
    }),
  ]
}
