import { z } from 'zod'
import { flowAnalytics, retryAlike } from '../../flows/index.ts'
import { defineRoute, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { Analytics, RetriedAlike } from './shapes/analytics.ts'

const time = z
  .string()
  .describe('How long ago, like 7d or 12h, or a time, like 2026-03-01 or 2026-03-01T09:00:00Z')

/** What flows came to, over a window of time. */
export function flowAnalyticsRoutes(deps: ApiDeps): Route[] {
  const { org } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/ai/flow-analytics',
      summary:
        'Runs started since 7 days or as asked: status, success, durations by template and step; where flows wait and fail',
      scope: 'read',
      query: z.object({
        template: z.string().optional().describe('Of this template alone; `planned` for planned flows'),
        since: time.optional(),
        until: time.optional(),
      }),
      answer: Analytics,
      run: ({ query }) => flowAnalytics(deps, org, query),
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flow-analytics/failures/:fingerprint/retry',
      summary:
        'Retry failed flows of one cause from their failed steps, oldest first; tells which could not and why',
      scope: 'write',
      status: 202,
      params: z.object({ fingerprint: z.string() }),
      body: z.object({
        limit: z.int().min(1).max(200).default(100).describe('At most this many at once'),
        cursor: z.string().optional().describe('`nextCursor` of the answer before'),
      }),
      answer: RetriedAlike,
      run: ({ params, body, caller }) =>
        retryAlike(deps, org, { fingerprint: params.fingerprint, ...body }, caller.actor),
    }),
  ]
}
