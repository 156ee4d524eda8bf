import type { TriggerType } from '../../events/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Condition, TemplateDefinition } from '../definition.ts'
import { hasMapping, pathsIn } from '../mappings.ts'
import { fieldsOf, typesAt } from './event-fields.ts'

type Given = {
  event: TriggerType
  conditions: readonly Condition[]
  params: Record<string, unknown>
}
type Issue = InputError['issues'][number]
type Param = TemplateDefinition['params'][string]

const ONE_MAPPING = /^\{\{[^{}]+\}\}$/
const COMPARISONS = ['eq', 'neq', 'gt', 'lt', 'gte', 'lte', 'contains', 'in', 'exists'] as const

/**
 * What of a trigger could never work: fields that its event does not have, comparisons and parameters of another
 * type, fields that may be missing where the template needs them. Throws InputError `bad_trigger` with all of it.
 */
export function checkTrigger(given: Given, template: TemplateDefinition): void {
  const issues = [
    ...given.conditions.flatMap((condition, i) => conditionIssues(given.event, condition, `conditions.${i}`)),
    ...Object.entries(given.params).flatMap(([name, value]) =>
      paramIssues(given, name, value, template.params[name]),
    ),
  ]
  if (issues.length === 0) return
  throw new InputError('bad_trigger', `The trigger does not fit the event ${given.event}.`, { issues })
}

/** Parameters as the template would get them, with something of the right type for what events will give. */
export function sampleParams(params: Record<string, unknown>, template: TemplateDefinition) {
  const samples = { string: '', number: 0, boolean: false }
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const param = template.params[name]
      return [name, param && hasMapping(value) ? (param.choices?.[0] ?? samples[param.type]) : value]
    }),
  )
}

function conditionIssues(event: TriggerType, condition: Condition, path: string): Issue[] {
  if (!ONE_MAPPING.test(condition.if.trim())) {
    return [
      { path: `${path}.if`, message: `must be one field of the event, like {{event.${fieldsOf(event)[0]}}}` },
    ]
  }
  const unknown = pathIssues(event, condition.if, `${path}.if`)
  if (unknown.length > 0) return unknown
  if (COMPARISONS.every((one) => condition[one] === undefined)) {
    return [{ path, message: `needs a comparison: ${COMPARISONS.join(', ')}` }]
  }
  const types = typesOf(event, condition.if)
  const wanted = [condition.eq, condition.neq, ...(condition.in ?? [])].filter((one) => one !== undefined)
  const alien = wanted.find(
    (one) => !types.has(one === null ? 'null' : Array.isArray(one) ? 'array' : typeof one),
  )
  if (alien === undefined) return []
  return [{ path, message: `${condition.if} is never ${JSON.stringify(alien)}: it is ${named(types)}` }]
}

function paramIssues(given: Given, name: string, value: unknown, param: Param | undefined): Issue[] {
  if (!hasMapping(value)) return []
  const path = `params.${name}`
  const unknown = pathIssues(given.event, value, path)
  // A parameter that the template does not have is told of with the other parameters.
  if (unknown.length > 0 || !param) return unknown
  if (typeof value !== 'string' || !ONE_MAPPING.test(value.trim())) {
    return param.type === 'string' ? [] : [{ path, message: `is a text, but must be a ${param.type}` }]
  }
  const types = typesOf(given.event, value)
  const held = [...types].filter((type) => type !== 'null')
  if (held.some((type) => type !== param.type)) {
    return [{ path, message: `${value} is ${named(types)}, but must be a ${param.type}` }]
  }
  const mayMiss = types.has('null') && param.required && param.default === undefined
  if (!mayMiss || isAskedFor(given.conditions, value)) return []
  const condition = JSON.stringify({ if: value, exists: true })
  return [{ path, message: `${value} may be missing; add the condition ${condition}` }]
}

/** Whether the conditions let only events through that have this field. */
const isAskedFor = (conditions: readonly Condition[], mapping: string) =>
  conditions.some(
    (one) =>
      one.if.trim() === mapping.trim() && (one.exists === true || (one.eq !== undefined && one.eq !== null)),
  )

function pathIssues(event: TriggerType, value: unknown, path: string): Issue[] {
  return pathsIn(value).flatMap((mapped) => {
    const [root, ...rest] = mapped.split('.')
    if (root === 'event' && rest.length > 0 && typesAt(event, rest.join('.'))) return []
    const there = fieldsOf(event)
      .map((field) => `{{event.${field}}}`)
      .join(', ')
    return [{ path, message: `{{${mapped}}} is not there; ${event} has ${there}` }]
  })
}

const typesOf = (event: TriggerType, mapping: string): ReadonlySet<string> =>
  typesAt(event, (pathsIn(mapping)[0] ?? '').replace(/^event\./, '')) ?? new Set()

const named = (types: ReadonlySet<string>) =>
  [...types].map((type) => (type === 'null' ? 'missing' : `a ${type}`)).join(' or ')
