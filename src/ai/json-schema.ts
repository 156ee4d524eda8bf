import { z } from 'zod'

type Json = Record<string, unknown>

/**
 * Keywords that strict structured output does not take on every server (OpenAI's list, "Structured model
 * outputs", grew over time; others support less). zod checks them all the same.
 */
const DROPPED = new Set(
  '$schema default examples title minLength maxLength minItems maxItems minimum maximum'.split(' '),
)

type Made = { strict: Json; plain: Json }
const made = new WeakMap<z.ZodType, Made>()

/**
 * A zod schema as JSON Schema for a model: every property required, none additional, what is optional
 * nullable instead (`withoutNulls` undoes that before zod sees the answer).
 */
export function modelJsonSchema(schema: z.ZodType): Json {
  return schemasOf(schema).strict
}

function schemasOf(schema: z.ZodType): Made {
  const known = made.get(schema)
  if (known) return known
  const plain: Json = z.toJSONSchema(schema, { io: 'input' })
  const fresh = { plain, strict: strict(plain) }
  made.set(schema, fresh)
  return fresh
}

function strict(node: Json): Json {
  const kept = Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !DROPPED.has(key))
      .map(([key, value]) => [key, key === 'properties' ? value : strictValue(value)]),
  )
  if (!isJson(node.properties)) return kept
  const required = new Set(Array.isArray(node.required) ? node.required : [])
  const properties = Object.entries(node.properties).map(([name, value]): [string, unknown] => {
    const property = strictValue(value)
    return [name, required.has(name) ? property : { anyOf: [property, { type: 'null' }] }]
  })
  return {
    ...kept,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  }
}

function strictValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strictValue)
  return isJson(value) ? strict(value) : value
}

/** Takes out the nulls that stand for "left out": those the schema itself does not accept. */
export function withoutNulls(value: unknown, schema: z.ZodType): unknown {
  return prune(value, schemasOf(schema).plain)
}

function prune(value: unknown, node: unknown): unknown {
  if (!isJson(node)) return value
  if (Array.isArray(value)) return value.map((item) => prune(item, node.items))
  if (!isJson(value) || !isJson(node.properties)) return value
  const { properties } = node
  const required = new Set(Array.isArray(node.required) ? node.required : [])
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== null || required.has(name))
      .map(([name, item]) => [name, prune(item, properties[name])]),
  )
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
