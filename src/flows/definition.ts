import { z } from 'zod'
import { isPattern } from './answers/pattern.ts'

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

/** More than a person could look over before it runs. */
export const STEPS_MAX = 200

const duration = z.string().describe('Like 90s, 5m, 24h, 14d, or a mapping that yields one')
const goto = z
  .union([z.string(), z.int().min(0)])
  .describe("A step's name or position, or `end`: the flow is over then")
const role = z.enum(['agent', 'manager', 'admin'])

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
  title: z.string().min(1).max(255),
  description: z.string().max(2_000).optional(),
  on_success: goto.optional(),
  on_fail: goto.optional().describe('Where to go on when the step fails for good; without it the flow fails'),
  on_error: z.record(z.string(), goto).optional().describe('Error code → step, before on_fail'),
  outcome: z.string().optional().describe("What the flow's outcome is once this step is done"),
  retries: z
    .object({ attempts: z.int().min(1), first: duration, factor: z.number().min(1) })
    .partial()
    .optional(),
}

const input = z.record(z.string(), z.unknown()).default({})

const toolCall = z.object({
  ...common,
  type: z.literal('tool_call'),
  skill: z.string(),
  input,
})

/**
 * Looks at what came before. With `decision`, a judgement of the hub by name. Else over `of` (default: the result
 * of the step before): no match asks, one is extracted, several are a choice. With `question` the model answers,
 * out of `answers` where those are given (answer → step to go on at, null for the next one).
 */
const aiDecision = z.object({
  ...common,
  type: z.literal('ai_decision'),
  decision: z.string().optional(),
  input,
  of: z.string().optional().describe('A mapping to a list of candidates, like {{steps.search.result.data}}'),
  entity: z
    .string()
    .optional()
    .describe('What is looked for, like task: fills context.resolved_entities.task_id'),
  question: z.string().max(4_000).optional(),
  answers: z.record(z.string(), goto.nullable()).optional(),
  within: duration.default('72h').describe('How long a person has to answer, should one have to be asked'),
  on_timeout: goto.optional(),
})

const conditional = z.object({ ...common, type: z.literal('conditional'), condition: Condition })

const waitEvent = z.object({
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
})

const delay = z.object({ ...common, type: z.literal('delay'), for: duration })

const approval = z.object({
  ...common,
  type: z.literal('approval'),
  policy: z.enum(['contacts', 'always']),
  role: role.default('agent'),
  payload: z.record(z.string(), z.unknown()),
  editable: z.array(z.string()).default([]),
  within: duration,
  on_timeout: goto.optional(),
})

const promptOption = z.object({
  value: z.string().min(1).max(200),
  label: z.string().min(1).max(500),
  data: z.unknown().optional(),
})

/** What a text answer must be; `pattern` is a JavaScript regular expression over the whole answer. */
export const AnswerCheck = z.object({
  is: z.enum(['text', 'number', 'email', 'phone', 'date', 'duration']).default('text'),
  pattern: z.string().max(200).refine(isPattern, 'is no regular expression').optional(),
  min_length: z.int().min(0).default(1),
  max_length: z.int().min(1).max(20_000).default(4_000),
})
export type AnswerCheck = z.infer<typeof AnswerCheck>

const userPrompt = z.object({
  ...common,
  type: z.literal('user_prompt'),
  prompt_type: z.enum(['choice', 'text', 'confirm']),
  message: z.string().min(1).max(4_000),
  options: z
    .union([z.string(), z.array(promptOption).max(100)])
    .default([])
    .describe('For a choice; or a mapping to a list of {value, label, data}'),
  check: AnswerCheck.optional(),
  role: role.default('agent'),
  assigned_to: z.string().optional().describe('user:<who>; without it anybody with the role may answer'),
  within: duration.default('72h'),
  remind_after: duration.optional(),
  default: z.string().optional().describe('The answer that counts as given when nobody answers in time'),
  on_timeout: goto.optional(),
  on_no: goto.optional().describe('Where a confirm goes on that was answered no; without it: on_fail'),
  confirms_plan: z
    .boolean()
    .optional()
    .describe(
      "The hub's own question about a plan: its answer is no input, and a no makes the flow declined",
    ),
})

const subFlow = z.object({
  ...common,
  type: z.literal('sub_flow'),
  template: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
})

const simpleSteps = [
  toolCall,
  aiDecision,
  conditional,
  waitEvent,
  delay,
  approval,
  userPrompt,
  subFlow,
] as const
/** What a branch is made of: everything but further branches. */
export const BranchStep = z.discriminatedUnion('type', simpleSteps)

const parallel = z.object({
  ...common,
  type: z.literal('parallel'),
  branches: z
    .array(
      z.object({
        name: common.name,
        title: z.string().optional(),
        steps: z.array(BranchStep).min(1).max(50),
      }),
    )
    .min(1)
    .max(50),
  concurrency: z.int().min(1).max(50).default(10).describe('How many branches run at the same time'),
  join: z.enum(['all', 'first']).default('all'),
})

export const StepDefinition = z.discriminatedUnion('type', [...simpleSteps, parallel])
export type StepDefinition = z.infer<typeof StepDefinition>
/** As people, templates in code and plans write it: with the defaults left out. */
export type StepInput = z.input<typeof StepDefinition>
export type StepType = StepDefinition['type']

/** What a flow may use up before it pauses and asks a person. */
export const Bounds = z.object({
  steps: z.int().min(1).describe('Steps executed, loops included'),
  usd: z.number().min(0).describe('US dollars for models and calls'),
  tokens: z.int().min(0).describe('Model tokens, in and out'),
  wall: duration.describe('Time since it started'),
})
export type Bounds = z.infer<typeof Bounds>

export const TemplateDefinition = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  version: z.int().min(1),
  title: z.string().min(1).max(255).describe('May hold mappings to params'),
  description: z.string().max(2_000),
  params: z.record(
    z.string(),
    z.object({
      type: z.enum(['string', 'number', 'boolean']),
      description: z.string(),
      required: z.boolean().default(true),
      default: z.union([z.string(), z.number(), z.boolean()]).optional(),
      choices: z.array(z.string()).optional(),
    }),
  ),
  assigned_to_ai: z
    .boolean()
    .default(false)
    .describe('Only for tickets that are assigned to AI; without it, for those of people as well'),
  deadline: duration.describe('Past it the flow is reported to a person'),
  bounds: Bounds.partial().default({}),
  steps: z.array(StepDefinition).min(1).max(STEPS_MAX),
})
export type TemplateDefinition = z.infer<typeof TemplateDefinition>
export type TemplateInput = z.input<typeof TemplateDefinition>

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `24h`, `14d` or a number of milliseconds, in milliseconds; undefined when it is none of these. */
export function durationMs(text: unknown): number | undefined {
  if (typeof text === 'number') return text >= 0 ? text : undefined
  const match = typeof text === 'string' ? /^(\d+(?:\.\d+)?)\s*(ms|[smhd])$/.exec(text.trim()) : null
  const unit = UNITS[match?.[2] ?? '']
  return match && unit ? Number(match[1]) * unit : undefined
}
