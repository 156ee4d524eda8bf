import { z } from 'zod'
import type { StepType } from '../definition.ts'

/**
 * What the planner answers. Flat, and lists of name and value where people would write objects: strict structured
 * output knows no objects with names of one's own. What a step's type has no use for is left out.
 */

const Value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
const Goto = z.union([z.string(), z.int()]).describe("A step's name or position (from 0), or `end`")

export const Named = z.object({
  name: z.string().describe('Of an input; a dot leads into an object, like fields.priority'),
  value: Value,
})

export const PlanCondition = z.object({
  if: z.string().describe('A mapping, like {{steps.find.result.data.0.status}}'),
  test: z.enum(['eq', 'neq', 'gt', 'lt', 'gte', 'lte', 'contains', 'in', 'exists']),
  value: Value,
})

const simpleType = z.enum([
  'tool_call',
  'ai_decision',
  'user_prompt',
  'conditional',
  'wait_event',
  'delay',
  'approval',
  'sub_flow',
] satisfies StepType[])

const common = {
  name: z.string().describe('snake_case, unlike all others; gotos and mappings use it'),
  title: z.string().describe('What it does, in the words of whoever asked'),
  description: z.string().optional(),
  // tool_call; params and mappings also of approval (what is looked at) and sub_flow
  skill: z.string().optional(),
  params: z.array(Named).optional().describe('Fixed values'),
  mappings: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .optional()
    .describe('Values that earlier steps bring, like {{steps.find.result.data.0.id}}'),
  // conditional
  condition: PlanCondition.optional(),
  on_success_goto: Goto.optional(),
  on_fail_goto: Goto.optional(),
  // user_prompt
  prompt_type: z.enum(['choice', 'text', 'confirm']).optional(),
  prompt_message: z.string().optional(),
  prompt_options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  answer_is: z.enum(['text', 'number', 'email', 'phone', 'date', 'duration']).optional(),
  on_no_goto: Goto.optional(),
  role: z.enum(['agent', 'manager', 'admin']).optional().describe('Who answers a prompt or approves'),
  // approval
  policy: z
    .enum(['contacts', 'always'])
    .optional()
    .describe('contacts: asked where the hub wants contacts approved; always: whoever asked wants it'),
  editable: z.array(z.string()).optional().describe('Which of the params and mappings may be edited'),
  // ai_decision
  of: z.string().optional().describe('A mapping to the candidates; without it the result of the step before'),
  entity: z.string().optional().describe('What is looked for, like task'),
  question: z.string().optional(),
  answers: z.array(z.object({ answer: z.string(), goto: Goto.nullable() })).optional(),
  // wait_event
  event: z.string().optional(),
  correlation: z.string().optional().describe('What the event is about, mostly a mapping'),
  waiting_for: z.string().optional().describe('In words, for people'),
  on_timeout_goto: Goto.optional(),
  within: z.string().optional().describe('How long at most: 90s, 5m, 24h, 14d'),
  // delay
  for: z.string().optional().describe('How long: 90s, 5m, 24h, 14d'),
  // sub_flow
  template: z.string().optional(),
}

const PlanBranchStep = z.object({ type: simpleType, ...common })

export const PlanStep = z.object({
  type: z.enum([...simpleType.options, 'parallel']),
  ...common,
  // parallel
  branches: z
    .array(z.object({ name: z.string(), title: z.string(), steps: z.array(PlanBranchStep) }))
    .optional(),
  concurrency: z.int().optional(),
  join: z.enum(['all', 'first']).optional(),
})
export type PlanStep = z.infer<typeof PlanStep>

/** `plan` with title and steps, or `cannot` with the reason. */
export const PlanAnswer = z.object({
  kind: z.enum(['plan', 'cannot']),
  title: z.string().optional().describe('What the flow is called'),
  steps: z.array(PlanStep).optional(),
  suggestions: z
    .array(
      z.object({
        message: z.string().describe('What might be done next, as a question'),
        action: z.string().describe('The skill, the template, or the request in words'),
      }),
    )
    .optional()
    .describe('At most three'),
  reason: z.string().optional().describe('Why it cannot be planned, for the person who asked'),
})
export type PlanAnswer = z.infer<typeof PlanAnswer>
