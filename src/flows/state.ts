import { z } from 'zod'
import type { Executor, FlowStepsTable, FlowsTable } from '../store/index.ts'
import { getSteps } from '../store/rows/flow-steps.ts'
import { getFlow } from '../store/rows/flows.ts'
import type { OrgId } from '../work/index.ts'
import type { Scope } from './mappings.ts'

/** What flows carry from step to step beside the steps' own results. */
const Context = z.looseObject({
  params: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
  flow: z.object({ id: z.string() }),
  /** Event type → id of the last event of that type which this flow has used up. */
  consumed: z.record(z.string(), z.string()).optional(),
  failure: z.object({ step: z.string(), title: z.string(), code: z.string(), error: z.string() }).optional(),
})
export type Context = z.infer<typeof Context>

export const StepSettings = z.looseObject({
  on_timeout: z.int().nullable(),
  on_error: z.record(z.string(), z.int()),
  outcome: z.string().optional(),
  retries: z
    .object({ attempts: z.int().optional(), first: z.string().optional(), factor: z.number().optional() })
    .optional(),
})
export type StepSettings = z.infer<typeof StepSettings>

/** A flow loaded for a run; the engine keeps it in step with what it commits. */
export type FlowState = { flow: FlowsTable; steps: FlowStepsTable[]; context: Context }

export async function loadFlow(read: Executor, org: OrgId, id: string): Promise<FlowState | undefined> {
  const flow = await getFlow(read, org, id)
  return flow && { flow, steps: await getSteps(read, id), context: Context.parse(JSON.parse(flow.context)) }
}

/** What this flow's mappings can see; the steps' results are parsed only where a mapping asks for them. */
export function scopeOf({ flow, steps, context }: FlowState): Scope {
  const results: Record<string, unknown> = {}
  for (const step of steps) {
    Object.defineProperty(results, String(step.position), {
      enumerable: true,
      get: () => ({
        name: step.name,
        status: step.status,
        runs: step.runs,
        error: step.error,
        result: step.result === null ? undefined : JSON.parse(step.result),
      }),
    })
  }
  return {
    params: context.params,
    context,
    settings: context.settings,
    event: context.event,
    failure: context.failure,
    flow: { id: flow.id, ticket: flow.ticket, customerId: flow.customer_id, outcome: flow.outcome },
    steps: results,
  }
}
