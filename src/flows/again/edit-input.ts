import { z } from 'zod'
import { InputError, Refused } from '../../ops/errors.ts'
import type { Skills } from '../../skills/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import type { Person } from '../answers/may.ts'
import { hasMapping, pathsIn } from '../mappings.ts'
import { checkGiven } from '../sizes.ts'
import { refusalOf, type SkillPolicy } from '../skill-policy.ts'

type Input = Record<string, unknown>
type Issue = { path: string; message: string }

const ByPosition = z.record(z.string(), z.record(z.string(), z.unknown()))

/**
 * The steps with the input that a person changed. Throws InputError `bad_input` for changes that would not be used or
 * do not fit, Refused `refused_policy` for a skill that the person may not use.
 */
export function withChanges(
  { skills, policy }: { skills: Skills; policy: SkillPolicy },
  steps: readonly FlowStepsTable[],
  { from, kept }: { from: number; kept: ReadonlyMap<number, unknown> },
  given: Input,
  { role }: Person,
): FlowStepsTable[] {
  const input = changesByPosition(given, from)
  const issues = Object.keys(input).flatMap((key) => {
    const position = Number(key)
    const path = `input.${key}`
    if (!steps[position]) return [{ path, message: 'there is no such step' }]
    if (position < from) return [{ path, message: `is before step ${from}, whose result is reused` }]
    return kept.has(position)
      ? [{ path, message: 'was done and is kept: tick it in `again` to have it done with other input' }]
      : []
  })
  if (issues.length > 0) {
    throw new InputError('bad_input', 'Not every input that was changed is used.', { issues })
  }
  return steps.map((step) => {
    const change = input[step.position]
    if (!change) return step
    const skill = skills.get(step.skill ?? '')
    const refusal = skill && refusalOf(policy, skill, { role, segments: [] })
    if (refusal) throw new Refused('policy', `"${step.title}" cannot be given other input: ${refusal}.`)
    return withInput(skills, step, change)
  })
}

/** Changes as they were given: of one step its inputs by name, of several an object for each position. */
function changesByPosition(given: Input, from: number): Record<number, Input> {
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
function withInput(skills: Skills, step: FlowStepsTable, change: Input): FlowStepsTable {
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
