import { z } from 'zod'

export type Json = Record<string, unknown>

/** The inputs that a skill's schema names, as JSON Schema. */
export type Shape = { properties: ReadonlyMap<string, Json>; takesMore: boolean }

const shapes = new WeakMap<z.ZodType, { shape: Shape | null }>()

/** The inputs that a schema names; null for one that is no plain object, of which nothing can be told. */
export function shapeOf(schema: z.ZodType): Shape | null {
  const known = shapes.get(schema)
  if (known) return known.shape
  const json: Json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const shape = isJson(json.properties)
    ? {
        properties: new Map(
          Object.entries(json.properties).map(([name, one]) => [name, isJson(one) ? one : {}]),
        ),
        takesMore: json.additionalProperties !== undefined && json.additionalProperties !== false,
      }
    : null
  shapes.set(schema, { shape })
  return shape
}

/** Whether an input has no names but these. */
export function hasOnlyKnown({ properties, takesMore }: Shape, input: Readonly<Json>): boolean {
  if (takesMore) return true
  for (const name in input) if (!properties.has(name)) return false
  return true
}

/** The value in a type that is wanted, if that says exactly the same; undefined when it fits or nothing does. */
export function converted(value: unknown, property: Json): unknown {
  const types = typesOf(property)
  const wants = (type: string) => types.includes(type)
  if (types.length === 0) return undefined
  if (typeof value === 'string' && !wants('string')) {
    const number = Number(value)
    const isNumber = value.trim() !== '' && String(number) === value.trim() && Number.isFinite(number)
    if (isNumber && (wants('number') || (wants('integer') && Number.isInteger(number)))) return number
    if (wants('boolean') && /^(true|false)$/i.test(value.trim())) return value.trim().toLowerCase() === 'true'
    return undefined
  }
  const isScalar = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  if (isScalar && wants('string') && !wants(typeof value) && !(typeof value === 'number' && wants('integer')))
    return String(value)
  return undefined
}

/** What a person can write for it; undefined for lists and objects. */
export function wantedType(property: Json): 'string' | 'number' | undefined {
  const types = typesOf(property)
  if (types.includes('string')) return 'string'
  return types.includes('number') || types.includes('integer') ? 'number' : undefined
}

function typesOf(property: Json): string[] {
  const own = typeof property.type === 'string' ? [property.type] : []
  return [...own, ...partsOf(property).flatMap(typesOf)]
}

/** What a value may be, where that is a list. */
export function choicesOf(property: Json): string[] {
  const own = Array.isArray(property.enum)
    ? property.enum
    : property.const === undefined
      ? []
      : [property.const]
  return [...own.filter((one) => typeof one === 'string'), ...partsOf(property).flatMap(choicesOf)]
}

/** What the items of a list are, where it may be one. */
export function listItems(property: Json): Json | undefined {
  if (property.type === 'array' && isJson(property.items)) return property.items
  return partsOf(property)
    .map(listItems)
    .find((items) => items !== undefined)
}

const partsOf = ({ anyOf }: Json): Json[] => (Array.isArray(anyOf) ? anyOf.filter(isJson) : [])

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
