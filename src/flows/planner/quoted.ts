import { literally, mapExpressions } from '../mappings.ts'
import type { PlanAnswer, PlanStep } from './plan.ts'

type AnyStep = Omit<PlanStep, 'branches'>
type Value = NonNullable<PlanStep['params']>[number]['value']

/**
 * A plan in which the request's own words stay words: braces that somebody wrote, in a text of their own or in a
 * customer's that they pasted, are taken over by the planner and are no mappings. Those that it writes itself are.
 */
export function withQuoted(answer: PlanAnswer, request: string): PlanAnswer {
  // Most requests have none.
  if (!request.includes('{{') || !answer.steps) return answer
  const text = (value: string) => {
    if (!value.includes('{{')) return value
    if (request.includes(value)) return literally(value)
    return mapExpressions(value, (expression) =>
      request.includes(expression) ? literally(expression) : expression,
    )
  }
  const value = (one: Value): Value =>
    typeof one === 'string' ? text(one) : Array.isArray(one) ? one.map(text) : one
  const quoted = <Step extends AnyStep>(step: Step): Step => ({
    ...step,
    ...(step.params ? { params: step.params.map((one) => ({ ...one, value: value(one.value) })) } : {}),
    ...(step.condition ? { condition: { ...step.condition, value: value(step.condition.value) } } : {}),
    ...(step.prompt_message === undefined ? {} : { prompt_message: text(step.prompt_message) }),
    ...(step.prompt_options
      ? { prompt_options: step.prompt_options.map((one) => ({ ...one, label: text(one.label) })) }
      : {}),
    ...(step.question === undefined ? {} : { question: text(step.question) }),
  })
  return {
    ...answer,
    steps: answer.steps.map(({ branches, ...step }) => ({
      ...quoted(step),
      ...(branches
        ? { branches: branches.map((branch) => ({ ...branch, steps: branch.steps.map(quoted) })) }
        : {}),
    })),
  }
}
