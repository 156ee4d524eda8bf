import { z } from 'zod'
import {
  createSchedule,
  editSchedule,
  needSchedule,
  removeSchedule,
  runSchedule,
  ScheduleInput,
  showSchedule,
} from '../../flows/index.ts'
import { listSchedules } from '../../store/rows/flow-schedules.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { showFlow } from './flows.ts'
import { OneFlow } from './shapes/flow.ts'
import { pageShape } from './shapes/parts.ts'
import { Schedule } from './shapes/starting.ts'

const id = z.object({ id: z.string() })

/** Templates that start by the clock. */
export function flowScheduleRoutes({ store, org, starting }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/ai/flow-schedules',
      summary: 'List schedules, newest first, with their last and next times',
      scope: 'read',
      query: pageQuery,
      answer: pageShape(Schedule),
      async run({ query: { limit, cursor } }) {
        const page = { limit: limit + 1, ...(cursor ? { before: cursor } : {}) }
        const rows = await listSchedules(store.read, org, page)
        const { data, nextCursor } = pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => showSchedule(starting, row),
        )
        return { data: await Promise.all(data), nextCursor }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flow-schedules',
      summary: 'Start a template by the clock: five fields of cron in a time zone, at most once a minute',
      scope: 'write',
      status: 201,
      body: ScheduleInput,
      answer: Schedule,
      run: async ({ body, caller }) =>
        showSchedule(starting, await createSchedule(starting, org, body, caller.actor)),
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flow-schedules/:id',
      summary: 'One schedule with its next five times',
      scope: 'read',
      params: id,
      answer: Schedule,
      run: async ({ params }) => showSchedule(starting, await needSchedule(starting, org, params.id)),
    }),
    defineRoute({
      method: 'patch',
      path: '/ai/flow-schedules/:id',
      summary: 'Change a schedule, or switch it off or on; times that passed meanwhile are not made up for',
      scope: 'write',
      params: id,
      // Without the defaults: what is not named stays as it is.
      body: z.object({
        ...ScheduleInput.partial().shape,
        params: ScheduleInput.shape.params.unwrap().optional().describe("The template's, by name"),
        missed: ScheduleInput.shape.missed.unwrap().optional().describe('Of times that passed meanwhile'),
        enabled: z.boolean().optional().describe('Whether it starts anything by itself'),
      }),
      answer: Schedule,
      run: async ({ params, body }) =>
        showSchedule(starting, await editSchedule(starting, org, params.id, body)),
    }),
    defineRoute({
      method: 'delete',
      path: '/ai/flow-schedules/:id',
      summary: 'Remove a schedule; flows that it started go on',
      scope: 'write',
      status: 204,
      params: id,
      run: ({ params }) => removeSchedule(starting, org, params.id),
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flow-schedules/:id/run',
      summary: "Start a schedule's flow now, beside its times",
      scope: 'write',
      status: 201,
      params: id,
      answer: OneFlow,
      async run({ params, caller }) {
        const flow = await runSchedule(starting, org, params.id, caller.actor)
        return { success: true, flow: showFlow(flow, await getSteps(store.read, flow)) }
      },
    }),
  ]
}
