import { z } from 'zod'
import { eventSchemas, type TriggerType } from '../../events/index.ts'

/** What an event's field can hold: the names of JSON Schema, `null` where it may be missing. */
export type FieldTypes = ReadonlySet<string>

/** Of a JSON Schema what tells where a path leads. */
type Shape = {
  type?: string | string[]
  properties?: Record<string, Shape>
  required?: string[]
  items?: Shape
  anyOf?: Shape[]
}

const Shape: z.ZodType<Shape> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    properties: z.record(z.string(), Shape).optional(),
    required: z.array(z.string()).optional(),
    items: Shape.optional(),
    anyOf: z.array(Shape).optional(),
  }),
)

const shapes = new Map<TriggerType, Shape>()

/** Made when it is first asked for: most hubs have triggers for few types of events. */
function shapeOf(type: TriggerType): Shape {
  const known = shapes.get(type)
  if (known) return known
  const shape = Shape.parse(z.toJSONSchema(eventSchemas[type]))
  shapes.set(type, shape)
  return shape
}

/** The names of an event's fields, beside its own id. */
export const fieldsOf = (type: TriggerType): string[] => [
  ...Object.keys(shapeOf(type).properties ?? {}),
  'id',
]

/** What `{{event.<path>}}` can hold for events of this type; undefined where they have no such field. */
export function typesAt(type: TriggerType, path: string): FieldTypes | undefined {
  if (path === 'id') return new Set(['string'])
  let at = shapeOf(type)
  let mayMiss = false
  for (const part of path.split('.')) {
    // A list or an object that may be missing has its shape among others.
    const around = at.anyOf?.find(({ properties, items }) => properties ?? items) ?? at
    mayMiss ||= typesOf(at).includes('null')
    const { properties = {}, items } = around
    const inner = Object.hasOwn(properties, part) ? properties[part] : /^\d+$/.test(part) ? items : undefined
    if (!inner) return undefined
    mayMiss ||= !around.required?.includes(part)
    at = inner
  }
  return new Set([...typesOf(at), ...(mayMiss ? ['null'] : [])])
}

/** Numbers are numbers: an integer is no type of its own to a parameter. */
function typesOf({ type, anyOf }: Shape): string[] {
  if (anyOf) return anyOf.flatMap(typesOf)
  return [type ?? 'string'].flat().map((one) => (one === 'integer' ? 'number' : one))
}
