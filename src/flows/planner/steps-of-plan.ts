import type { z } from 'zod'
import type { StepType } from '../definition.ts'
import { mapPaths } from '../mappings.ts'
import type { Named, PlanCondition, PlanStep } from './plan.ts'

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
  return mapPaths(given, (path) => pathByName(path, all))
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
