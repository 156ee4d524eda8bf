import { z } from 'zod'
import { eventSchemas, type TriggerType, triggerTypes } from '../../events/index.ts'

/** What an event's field can hold: the names of JSON Schema, `null` where it may be missing. */
export type FieldTypes = ReadonlySet<string>

type Shape = {
  type?: string
  properties?: Record<string, Shape>
  required?: string[]
  items?: Shape
  anyOf?: Shape[]
}

const Shape: z.ZodType<Shape> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    properties: z.record(z.string(), Shape).optional(),
    required: z.array(z.string()).optional(),
    items: Shape.optional(),
    anyOf: z.array(Shape).optional(),
  }),
)

const shapes = new Map(
  triggerTypes.map((type) => [type, Shape.parse(z.toJSONSchema(eventSchemas[type]))] as const),
)

/** The names of an event's fields, beside its own id. */
export const fieldsOf = (type: TriggerType): string[] => [
  ...Object.keys(shapes.get(type)?.properties ?? {}),
  'id',
]

/** What `{{event.<path>}}` can hold for events of this type; undefined where they have no such field. */
export function typesAt(type: TriggerType, path: string): FieldTypes | undefined {
  if (path === 'id') return new Set(['string'])
  let at = shapes.get(type)
  let mayMiss = false
  for (const part of path.split('.')) {
    const inner = at?.anyOf?.find(({ type: of }) => of !== 'null') ?? at
    mayMiss ||= at?.anyOf !== undefined
    if (inner?.items && /^\d+$/.test(part)) {
      at = inner.items
      mayMiss = true
    } else {
      at = inner?.properties?.[part]
      mayMiss ||= at !== undefined && !inner?.required?.includes(part)
    }
    if (!at) return undefined
  }
  const types = new Set(at?.anyOf ? at.anyOf.map(typeOf) : [at ? typeOf(at) : 'null'])
  if (mayMiss) types.add('null')
  return types
}

/** Numbers are numbers: an integer is no type of its own to a parameter. */
const typeOf = ({ type }: Shape) => (type === 'integer' ? 'number' : (type ?? 'string'))
