import { z } from 'zod'

/** Flows and their steps as data: what templates are written in and what a plan is. */

export const flowStatuses = [
  'pending',
  'running',
  'awaiting_user',
  'waiting',
  'completed',
  'failed',
  'cancelled',
] as const
export type FlowStatus = (typeof flowStatuses)[number]

export const stepStatuses = [
  'pending',
  'running',
  'completed',
  'failed',
  'skipped',
  'cancelled',
  'awaiting_user',
  'waiting',
  'rolled_back',
] as const
export type StepStatus = (typeof stepStatuses)[number]

export { isFinal } from '../store/rows/flows.ts'

const duration = z.string().describe('Like 90s, 5m, 24h, 14d, or a mapping that yields one')
const goto = z.string().describe("A step's name, or `end`")

const conditionValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown())])
/** One comparison: `{ if: "{{path}}", eq: value }`. */
export const Condition = z.object({
  if: z.string(),
  eq: conditionValue.optional(),
  neq: conditionValue.optional(),
  gt: z.number().optional(),
  lt: z.number().optional(),
  gte: z.number().optional(),
  lte: z.number().optional(),
  contains: conditionValue.optional(),
  in: z.array(conditionValue).optional(),
  exists: z.boolean().optional(),
})
export type Condition = z.infer<typeof Condition>

const common = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .describe('Referred to by gotos and mappings of the same definition'),
  title: z.string(),
  description: z.string().optional(),
  on_success: goto.optional(),
  on_fail: goto.optional().describe('Where to go on when the step fails for good; without it the flow fails'),
  on_error: z.record(z.string(), goto).optional().describe('Error code → step, before on_fail'),
  outcome: z.string().optional().describe("What the flow's outcome is once this step is done"),
  retries: z
    .object({ attempts: z.int().min(1), first: duration, factor: z.number().min(1) })
    .partial()
    .optional(),
}

export const StepDefinition = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('tool_call'),
    skill: z.string(),
    input: z.record(z.string(), z.unknown()).default({}),
  }),
  z.object({
    ...common,
    type: z.literal('ai_decision'),
    decision: z.string(),
    input: z.record(z.string(), z.unknown()).default({}),
  }),
  z.object({ ...common, type: z.literal('conditional'), condition: Condition }),
  z.object({
    ...common,
    type: z.literal('wait_event'),
    event: z.string(),
    correlation: z.string(),
    within: duration,
    waiting_for: z.string(),
    on_timeout: goto.optional(),
    alternatives: z
      .array(z.object({ event: z.string(), correlation: z.string(), goto }))
      .default([])
      .describe('Other events that end the wait as well, and where they lead'),
  }),
  z.object({ ...common, type: z.literal('delay'), for: duration }),
  z.object({
    ...common,
    type: z.literal('approval'),
    policy: z.enum(['contacts', 'always']),
    role: z.enum(['agent', 'manager', 'admin']).default('agent'),
    payload: z.record(z.string(), z.unknown()),
    editable: z.array(z.string()).default([]),
    within: duration,
    on_timeout: goto.optional(),
  }),
])
export type StepDefinition = z.infer<typeof StepDefinition>
export type StepType = StepDefinition['type']

export const TemplateDefinition = z.object({
  name: z.string(),
  version: z.int().min(1),
  title: z.string().describe('May hold mappings to params'),
  description: z.string(),
  params: z.record(
    z.string(),
    z.object({ type: z.enum(['string', 'number', 'boolean']), description: z.string() }),
  ),
  deadline: duration.describe('Past it the flow is reported to a person'),
  steps: z.array(StepDefinition).min(1).max(200),
})
export type TemplateDefinition = z.infer<typeof TemplateDefinition>

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `24h`, `14d` or a number of milliseconds, in milliseconds; undefined when it is none of these. */
export function durationMs(text: unknown): number | undefined {
  if (typeof text === 'number') return text >= 0 ? text : undefined
  const match = typeof text === 'string' ? /^(\d+(?:\.\d+)?)\s*(ms|[smhd])$/.exec(text.trim()) : null
  const unit = UNITS[match?.[2] ?? '']
  return match && unit ? Number(match[1]) * unit : undefined
}
