import type { Step } from '../api.ts'
import { record } from '../narrow.ts'

/** A value that stands in a step as it is, and that a parameter could take the place of. */
export type Literal = {
  /** Like `steps.0.input.search`. */
  from: string
  /** The title of its step. */
  step: string
  type: 'string' | 'number' | 'boolean'
  value: string | number | boolean
}

/** The values in the inputs of steps; what mappings bring is not among them. */
export function literalsOf(steps: readonly Step[]): Literal[] {
  return steps
    .filter(({ type }) => type === 'tool_call')
    .flatMap((step) => within(step.input_params, `steps.${step.name}.input`, step.title))
}

function within(value: unknown, from: string, step: string): Literal[] {
  switch (typeof value) {
    case 'string':
      return value === '' ? [] : [{ from, step, type: 'string', value }]
    case 'number':
      return [{ from, step, type: 'number', value }]
    case 'boolean':
      return [{ from, step, type: 'boolean', value }]
    default:
      return Object.entries(record(value)).flatMap(([name, one]) => within(one, `${from}.${name}`, step))
  }
}

/** `Finish 'Landing page'` → `finish_landing_page`. */
export function nameFrom(text: string): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
  return name.slice(0, 60) || 'template'
}
