import { z } from 'zod'
import type { StepType } from '../definition.ts'
import { mapPaths } from '../mappings.ts'

/**
 * What the planner answers. Flat, and lists of name and value where people would write objects: strict structured
 * output knows no objects with names of one's own. What a step's type has no use for is left out.
 */

const Value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
const Goto = z.union([z.string(), z.int()]).describe("A step's name or position (from 0), or `end`")

const Named = z.object({
  name: z.string().describe('Of an input; a dot leads into an object, like fields.priority'),
  value: Value,
})

const PlanCondition = z.object({
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

/**
 * A plan's steps as flows are written in, not yet parsed: what does not fit its type is for `check.ts` to name.
 * Positions become names, so that steps can be put between them.
 */
export function stepsOfPlan(steps: readonly PlanStep[]): Record<string, unknown>[] {
  const names = steps.map(({ name }) => nameOf(name))
  return steps.map((step) => {
    const { branches, concurrency, join } = step
    if (step.type !== 'parallel') return stepOf(step, names, names)
    return {
      ...stepOf(step, names, names),
      branches: branches?.map(({ name, title, steps: inside }) => {
        const local = inside.map((one) => nameOf(one.name))
        return { name: nameOf(name), title, steps: inside.map((one) => stepOf(one, local, names)) }
      }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(join === undefined ? {} : { join }),
    }
  })
}

type AnyStep = Omit<PlanStep, 'type' | 'branches' | 'concurrency' | 'join'> & { type: StepType }

/** `local`: the steps that gotos can lead to; `all`: those of the plan, which positions in mappings count. */
function stepOf(step: AnyStep, local: readonly string[], all: readonly string[]): Record<string, unknown> {
  const goto = (to: string | number | null | undefined) => gotoOf(to, local)
  const { name, title, description, on_success_goto, on_fail_goto } = step
  const written = {
    type: step.type,
    name: nameOf(name),
    title,
    description,
    on_success: goto(on_success_goto),
    on_fail: goto(on_fail_goto),
    ...ownFields(step, goto),
  }
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
  return mapPaths(given, (path) => pathByName(path, all)) as Record<string, unknown>
}

/** What the step's type alone has. */
function ownFields(step: AnyStep, goto: (to: string | number | null | undefined) => unknown) {
  const values = objectOf([...(step.params ?? []), ...(step.mappings ?? [])])
  const waits = { within: step.within, on_timeout: goto(step.on_timeout_goto) }
  switch (step.type) {
    case 'tool_call':
      return { skill: step.skill, input: values }
    case 'sub_flow':
      return { template: step.template, params: values }
    case 'approval':
      return {
        policy: step.policy ?? 'always',
        payload: values,
        editable: step.editable,
        role: step.role,
        ...waits,
        within: step.within ?? '24h',
      }
    case 'user_prompt':
      return {
        prompt_type: step.prompt_type,
        message: step.prompt_message,
        options: step.prompt_options,
        check: step.answer_is && { is: step.answer_is },
        role: step.role,
        on_no: goto(step.on_no_goto),
        ...waits,
      }
    case 'ai_decision':
      return {
        of: step.of,
        entity: step.entity,
        question: step.question,
        answers:
          step.answers && Object.fromEntries(step.answers.map(({ answer, goto: to }) => [answer, goto(to)])),
        ...waits,
      }
    case 'conditional':
      return { condition: step.condition && conditionOf(step.condition) }
    case 'wait_event':
      return {
        event: step.event,
        correlation: step.correlation,
        waiting_for: step.waiting_for ?? step.title,
        ...waits,
      }
    case 'delay':
      return { for: step.for }
    case 'parallel':
      return {}
  }
}

function conditionOf({ if: seen, test, value }: z.infer<typeof PlanCondition>) {
  if (test === 'exists') return { if: seen, exists: value !== false }
  if (test === 'in') return { if: seen, in: Array.isArray(value) ? value : [value] }
  const compares = test === 'gt' || test === 'lt' || test === 'gte' || test === 'lte'
  return { if: seen, [test]: compares && typeof value === 'string' ? Number(value) : value }
}

/** `[{ name: 'fields.priority', value: 'high' }]` → `{ fields: { priority: 'high' } }`. */
function objectOf(named: readonly z.infer<typeof Named>[]): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const { name, value } of named) put(object, name.split('.'), value)
  return object
}

function put(object: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown) {
  if (rest.length === 0) {
    Object.defineProperty(object, first, { value, enumerable: true, writable: true, configurable: true })
    return
  }
  const inner = Object.hasOwn(object, first) ? object[first] : undefined
  const within = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {}
  put(within, rest, value)
  put(object, [first], within)
}

function gotoOf(to: string | number | null | undefined, names: readonly string[]) {
  if (to === null || to === undefined) return to
  const position = typeof to === 'number' ? to : /^\d+$/.test(to) ? Number(to) : undefined
  if (position === undefined) return nameOf(String(to))
  return names[position] ?? (position === names.length ? 'end' : position)
}

/** `steps.2.result` → `steps.find.result`. */
function pathByName(path: string, names: readonly string[]): string {
  const [root, of, ...rest] = path.split('.')
  if (root !== 'steps' || of === undefined) return path
  const name = /^\d+$/.test(of) ? (names[Number(of)] ?? of) : nameOf(of)
  return [root, name, ...rest].join('.')
}

/** Models write `Find task` where `find_task` is meant. */
export function nameOf(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return /^[a-z]/.test(words) ? words : `step_${words}`
}
