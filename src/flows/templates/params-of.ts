import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { StepDefinition, TemplateDefinition } from '../definition.ts'
import { hasMapping, pathsIn } from '../mappings.ts'

/** A parameter that takes the place of what stands at `from`, like `steps.0.input.search`. */
export const ParamFrom = z.object({
  type: z.enum(['string', 'number', 'boolean']),
  description: z.string().min(1),
  from: z.string().describe('Where its value stands now: steps.<position or name>.input.<name>'),
  required: z.boolean().default(true),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  choices: z.array(z.string()).optional(),
})
export type ParamFrom = z.infer<typeof ParamFrom>

type Params = TemplateDefinition['params']
/** Shorter texts stand in others by chance. */
const TELLING = 4

/**
 * Steps in which parameters stand for values: at the place that each names, wherever else the very same value is
 * an input, and within texts. `given`: what the flow was started with, which are parameters already. Throws InputError `bad_params` for places that do not fit.
 */
export function withParams(
  steps: readonly StepDefinition[],
  params: Readonly<Record<string, ParamFrom>>,
  given: Readonly<Record<string, unknown>>,
): { steps: unknown[]; params: Params; text: (text: string) => string } {
  const issues: { path: string; message: string }[] = []
  const values = new Map<string, unknown>(
    Object.entries(given).filter(([, value]) => typeof value === 'string'),
  )
  for (const [name, param] of Object.entries(params)) {
    const value = valueAt(steps, param.from)
    const path = `params.${name}.from`
    if (value === undefined) issues.push({ path, message: `${param.from} is not there` })
    else if (hasMapping(value))
      issues.push({ path, message: `${param.from} is filled by ${pathsIn(value)[0]}` })
    else if (typeof value !== param.type)
      issues.push({ path, message: `${param.from} is a ${typeof value}, not a ${param.type}` })
    else values.set(name, value)
  }
  if (issues.length > 0) throw new InputError('bad_params', 'The parameters do not fit the flow.', { issues })
  const longestFirst = [...values].toSorted((a, b) => String(b[1]).length - String(a[1]).length)
  const text = (given: string) =>
    longestFirst.reduce(
      (so_far, [name, value]) =>
        typeof value === 'string' && value.length >= TELLING
          ? so_far.replaceAll(value, `{{params.${name}}}`)
          : so_far,
      given,
    )
  const replaced = (value: unknown): unknown => {
    const same = longestFirst.find(([, one]) => one === value)
    if (same && (typeof value !== 'string' || value !== '')) return `{{params.${same[0]}}}`
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item)]))
  }
  const stepWith = (step: StepDefinition): unknown => ({
    ...Object.fromEntries(
      Object.entries(step).map(([key, value]) => [key, SAYS.has(key) ? replaced(value) : value]),
    ),
    // A title is shown as it stands.
    title: withoutMarks(text(step.title)),
    ...(step.type === 'parallel'
      ? { branches: step.branches.map((branch) => ({ ...branch, steps: branch.steps.map(stepWith) })) }
      : {}),
  })
  return { steps: steps.map(stepWith), params: definitionsOf(params), text }
}

/** The parts of a step that hold what it works on; the others say how it works. */
const SAYS = new Set([
  'input',
  'params',
  'payload',
  'message',
  'options',
  'condition',
  'correlation',
  'question',
  'description',
])

const withoutMarks = (title: string) => title.replace(/\{\{params\.(\w+)\}\}/g, '($1)').slice(0, 255)

function definitionsOf(params: Readonly<Record<string, ParamFrom>>): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, { from: _, default: value, choices, ...param }]) => [
      name,
      {
        ...param,
        ...(value === undefined ? {} : { default: value }),
        ...(choices === undefined ? {} : { choices }),
      },
    ]),
  )
}

function valueAt(steps: readonly StepDefinition[], from: string): unknown {
  const [root, of, ...rest] = from.split('.')
  const step = root === 'steps' ? steps.find((one, at) => one.name === of || String(at) === of) : undefined
  let at: unknown = step
  for (const part of rest) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<string, unknown>)[part]
  }
  return at === step ? undefined : at
}
