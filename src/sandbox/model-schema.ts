import { z } from 'zod'

type Json = Record<string, unknown>

const checks = new Map<string, z.ZodType>()
const MAX_CHECKS = 50

/** What is wrong with a value by a JSON Schema, or undefined. */
export function schemaMistake(schema: Json, value: unknown): string | undefined {
  const key = JSON.stringify(schema)
  const check = checks.get(key) ?? z.fromJSONSchema(schema)
  if (checks.size < MAX_CHECKS) checks.set(key, check)
  const result = check.safeParse(value)
  return result.success ? undefined : z.prettifyError(result.error)
}

/** The least that fits a JSON Schema: null where it may be, else empty, else the first that is allowed. */
export function leastOf(schema: unknown, root: unknown = schema): unknown {
  if (!isJson(schema)) return null
  if (typeof schema.$ref === 'string') return leastOf(resolve(root, schema.$ref), root)
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum.includes(null) ? null : schema.enum[0]
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) {
    const isNullable = choices.some((choice: unknown) => isJson(choice) && choice.type === 'null')
    return isNullable ? null : leastOf(choices[0], root)
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type]
  if (types.includes('null')) return null
  if (types.includes('string')) return ''
  if (types.includes('boolean')) return false
  if (types.includes('number') || types.includes('integer')) return Number(schema.minimum ?? 0)
  if (types.includes('array')) {
    return Array.from({ length: Number(schema.minItems ?? 0) }, () => leastOf(schema.items, root))
  }
  const properties = isJson(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required.map(String) : []
  return Object.fromEntries(required.map((name) => [name, leastOf(properties[name], root)]))
}

/** An answer with null where a strict schema wants something said of what was left out. */
export function withNulls(schema: Json, answer: Json): Json {
  const filled = fillNulls(schema, answer, schema)
  return isJson(filled) ? filled : answer
}

function fillNulls(schema: unknown, value: unknown, root: Json): unknown {
  if (!isJson(schema) || typeof value !== 'object' || value === null) return value
  if (typeof schema.$ref === 'string') return fillNulls(resolve(root, schema.$ref), value, root)
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) {
    const wanted = Array.isArray(value) ? 'array' : 'object'
    const fitting = choices.find((choice: unknown) => isJson(choice) && choice.type === wanted)
    return fillNulls(fitting, value, root)
  }
  if (Array.isArray(value)) return value.map((item: unknown) => fillNulls(schema.items, item, root))
  const properties = isJson(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required.map(String) : []
  const missing = required.filter((name) => !(name in value) && leastOf(properties[name], root) === null)
  return Object.fromEntries([
    ...Object.entries(value).map(([name, item]) => [name, fillNulls(properties[name], item, root)]),
    ...missing.map((name) => [name, null]),
  ])
}

/** Only `#/…`: a schema that is sent to a model holds all of itself. */
function resolve(root: unknown, ref: string): unknown {
  return ref
    .split('/')
    .slice(1)
    .reduce<unknown>((node, name) => (isJson(node) ? node[name] : undefined), root)
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
