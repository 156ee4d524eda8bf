import type { StepDefinition } from '../definition.ts'

type Goto = string | number

/** A step with every goto rewritten, whatever its type has of them. */
export function mapGotos(step: StepDefinition, rewrite: (to: Goto) => Goto): StepDefinition {
  const one = <To extends Goto | null | undefined>(to: To) =>
    to === null || to === undefined ? to : rewrite(to)
  const each = (gotos: Record<string, Goto | null>) =>
    Object.fromEntries(Object.entries(gotos).map(([key, to]) => [key, one(to)]))
  const mapped: Record<string, unknown> = { ...step }
  for (const field of ['on_success', 'on_fail', 'on_timeout', 'on_no'] as const) {
    if (field in step) mapped[field] = one((step as Partial<Record<typeof field, Goto>>)[field])
  }
  if (step.on_error) mapped.on_error = each(step.on_error)
  if (step.type === 'ai_decision' && step.answers) mapped.answers = each(step.answers)
  if (step.type === 'wait_event')
    mapped.alternatives = step.alternatives.map((other) => ({ ...other, goto: one(other.goto) }))
  return mapped as StepDefinition
}
