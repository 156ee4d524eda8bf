import { z } from 'zod'
import { flowStatuses } from '../../../flows/index.ts'
import { at, atOrNever, count, text } from './parts.ts'

const Spread = z
  .object({ count, p50: z.number().nullable(), p95: z.number().nullable(), longest: z.number().nullable() })
  .meta({ id: 'Spread' })
const times = {
  duration_ms: Spread,
  work_ms: Spread,
  waiting_ms: Spread,
}
const runs = {
  runs: count,
  by_status: z.record(z.string(), count),
  by_outcome: z.record(z.string(), count),
  success_rate: z.number().nullable(),
  retries: count,
  spent_usd: z.number(),
  spent_tokens: count,
  ...times,
}

export const Analytics = z.object({
  window: z.object({ since: at, until: at }),
  total: z.object({ ...runs, parts: count, undoings: count }),
  templates: z.array(
    z.object({
      template: z.string().describe('`planned` of flows that were planned'),
      ...runs,
      steps: z.array(
        z.object({
          step: z.string(),
          title: z.string(),
          type: z.string(),
          skill: text,
          completed: count,
          failed: count,
          ...times,
        }),
      ),
    }),
  ),
  waiting: z.object({
    flows: count,
    complete: z.boolean(),
    groups: z.array(
      z.object({
        template: z.string(),
        step: text,
        type: text,
        status: z.enum(flowStatuses),
        flows: count,
        oldest: z.object({
          id: z.string(),
          title: z.string(),
          waiting_for: text,
          since: at,
          until: atOrNever,
        }),
      }),
    ),
  }),
  failing: z.array(
    z.object({ template: z.string(), step: z.string(), code: z.string(), count, ended: count }),
  ),
  failures: z.array(
    z.object({
      fingerprint: z.string(),
      template: z.string(),
      step: text,
      code: text,
      count,
      first_at: at,
      last_at: at,
      sample_error: z.string(),
      flows: z.array(z.string()).describe('The newest of them'),
    }),
  ),
  more_failures: count,
})

export const RetriedAlike = z.object({
  fingerprint: z.string(),
  retried: z.array(z.string()),
  refused: z.array(z.object({ flow: z.string(), title: z.string(), code: z.string(), reason: z.string() })),
  nextCursor: text,
})
