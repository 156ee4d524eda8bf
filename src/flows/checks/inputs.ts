import { z } from 'zod'
import type { Skill } from '../../skills/index.ts'
import type { TemplateDefinition } from '../definition.ts'
import { hasMapping } from '../mappings.ts'
import type { Mistake } from './mistake.ts'

type Json = Record<string, unknown>

const inputs = new WeakMap<z.ZodType, Json>()
const outputs = new WeakMap<z.ZodType, Json>()

/** A skill's input as JSON Schema, made once. */
export const inputSchemaOf = (skill: Pick<Skill, 'input'>) => schemaOf(inputs, skill.input, 'input')
const outputSchemaOf = (skill: Pick<Skill, 'output'>) => schemaOf(outputs, skill.output, 'output')

function schemaOf(known: WeakMap<z.ZodType, Json>, schema: z.ZodType, io: 'input' | 'output'): Json {
  const before = known.get(schema)
  if (before) return before
  const { $schema: _, ...json }: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  known.set(schema, json)
  return json
}

/** What a skill would not take: inputs it does not have, required ones that nobody gives, values that do not fit. */
export function inputMistakes(skill: Skill, input: Json, path: string): Mistake[] {
  const schema = inputSchemaOf(skill)
  if (!isJson(schema.properties)) return []
  const { properties } = schema
  const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false
  const unknown = open ? [] : Object.keys(input).filter((name) => !Object.hasOwn(properties, name))
  const required = Array.isArray(schema.required) ? schema.required.map(String) : []
  const missing = required.filter((name) => !Object.hasOwn(input, name))
  return [
    ...unknown.map((name) => ({
      path: `${path}.${name}`,
      message: `${skill.name} has no input "${name}"; it has ${Object.keys(properties).join(', ') || 'none'}`,
    })),
    ...missing.map((name) => ({
      path: `${path}.${name}`,
      message: `${skill.name} needs it, and neither a value nor a mapping is given${wordsOf(properties[name])}`,
    })),
    ...valueMistakes(skill, input, missing).map(({ at, message }) => ({ path: `${path}.${at}`, message })),
  ]
}

/** What is fixed already is held against the skill's own schema; what a mapping brings is not known yet. */
function valueMistakes(skill: Skill, input: Json, missing: readonly string[]) {
  const parsed = skill.input.safeParse(input)
  if (parsed.success) return []
  return parsed.error.issues.flatMap(({ path, message }) => {
    const first = String(path[0] ?? '')
    const isOfFixed = path.length > 0 && !missing.includes(first) && !hasMapping(input[first])
    return isOfFixed ? [{ at: path.join('.'), message }] : []
  })
}

function wordsOf(property: unknown): string {
  return isJson(property) && typeof property.description === 'string' ? ` (${property.description})` : ''
}

/** What a template would not take of these parameters. */
export function paramMistakes(template: TemplateDefinition, params: Json, path: string): Mistake[] {
  const known = Object.keys(template.params)
  const unknown = Object.keys(params).filter((name) => !known.includes(name))
  return [
    ...unknown.map((name) => ({
      path: `${path}.${name}`,
      message: `${template.name} has no parameter "${name}"; it has ${known.join(', ') || 'none'}`,
    })),
    ...Object.entries(template.params).flatMap(([name, param]) => {
      const value = params[name] ?? param.default
      if (value === undefined) {
        const message = `${template.name} needs it: ${param.description}`
        return param.required ? [{ path: `${path}.${name}`, message }] : []
      }
      if (hasMapping(value)) return []
      if (typeof value !== param.type)
        return [{ path: `${path}.${name}`, message: `must be a ${param.type}` }]
      const fits = !param.choices || param.choices.includes(String(value))
      return fits ? [] : [{ path: `${path}.${name}`, message: `must be one of ${param.choices?.join(', ')}` }]
    }),
  ]
}

/** Where a path leaves what a skill answers: what is not there, and what is instead. */
export function notInOutput(skill: Skill, path: readonly string[]): string | undefined {
  let node: unknown = outputSchemaOf(skill)
  for (const [depth, part] of path.entries()) {
    if (!isJson(node)) return undefined
    if (node.type === 'array' && isJson(node.items)) {
      if (!/^\d+$/.test(part))
        return `"${part}" of a list; the first of it is ${[...path.slice(0, depth), 0].join('.')}`
      node = node.items
      continue
    }
    if (
      !isJson(node.properties) ||
      (isJson(node.additionalProperties) && !Object.hasOwn(node.properties, part))
    )
      return undefined
    if (!Object.hasOwn(node.properties, part))
      return `no "${part}"; there is ${Object.keys(node.properties).join(', ') || 'nothing'}`
    node = node.properties[part]
  }
  return undefined
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
