import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { Skills } from '../../skills/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { hasMapping, pathsIn } from '../mappings.ts'
import { checkGiven } from '../sizes.ts'

type Input = Record<string, unknown>
type Issue = { path: string; message: string }

const ByPosition = z.record(z.string(), z.record(z.string(), z.unknown()))

/** Changes as they were given: of one step its inputs by name, of several an object for each position. */
export function changesByPosition(given: Input, from: number): Record<number, Input> {
  const keys = Object.keys(given)
  if (keys.length === 0) return {}
  if (!keys.every((key) => /^\d+$/.test(key))) return { [from]: given }
  const parsed = ByPosition.safeParse(given)
  if (parsed.success) return parsed.data
  throw badInput(
    parsed.error.issues.map(({ path, message }) => ({ path: ['input', ...path].join('.'), message })),
  )
}

/**
 * A step's row with some of its input changed. A value may be a mapping to an earlier step. Throws InputError
 * `bad_input` with the path of every change that the step's skill would not take, `params_too_large`.
 */
export function withInput(skills: Skills, step: FlowStepsTable, change: Input): FlowStepsTable {
  const at = `input.${step.position}`
  if (step.type !== 'tool_call' && step.type !== 'ai_decision') {
    throw badInput([{ path: at, message: `"${step.title}" is a ${step.type}, which takes no input` }])
  }
  checkGiven(`The input of "${step.title}" takes`, change)
  const input: Input = { ...JSON.parse(step.input_params), ...JSON.parse(step.param_mappings), ...change }
  const issues = [
    ...Object.entries(change).flatMap(([name, value]) => laterSteps(`${at}.${name}`, value, step.position)),
    ...(step.skill === null ? [] : issuesOf(skills, step.skill, input, change, at)),
  ]
  if (issues.length > 0) throw badInput(issues)
  const entries = Object.entries(input)
  return {
    ...step,
    input_params: JSON.stringify(Object.fromEntries(entries.filter(([, value]) => !hasMapping(value)))),
    param_mappings: JSON.stringify(Object.fromEntries(entries.filter(([, value]) => hasMapping(value)))),
  }
}

/** What is mapped is known only when the step runs; the rest is held to the schema now. */
function issuesOf(skills: Skills, name: string, input: Input, change: Input, at: string): Issue[] {
  const schema = skills.get(name)?.input
  if (!(schema instanceof z.ZodObject)) return []
  const { shape } = schema
  const unknown = Object.keys(change).filter((key) => !Object.hasOwn(shape, key))
  if (unknown.length > 0) {
    const known = Object.keys(shape).join(', ')
    return unknown.map((key) => ({ path: `${at}.${key}`, message: `is no input of ${name}: ${known}` }))
  }
  const isChanged = (path: PropertyKey | undefined) => Object.hasOwn(change, String(path))
  const mapped = Object.keys(input).filter((key) => hasMapping(input[key]))
  const parsed = schema.safeParse(input)
  return (parsed.error?.issues ?? [])
    .filter(({ path: [key] }) => isChanged(key) && !mapped.includes(String(key)))
    .map(({ path, message }) => ({ path: [at, ...path].join('.'), message }))
}

function laterSteps(path: string, value: unknown, position: number): Issue[] {
  return pathsIn(value).flatMap((mapping) => {
    const of = /^steps\.(\d+)\./.exec(`${mapping}.`)?.[1]
    return of !== undefined && Number(of) >= position
      ? [{ path, message: `{{${mapping}}} is no step before step ${position}` }]
      : []
  })
}

const badInput = (issues: Issue[]) =>
  new InputError('bad_input', 'The changed input does not fit.', { issues })
