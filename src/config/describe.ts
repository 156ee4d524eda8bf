import { z } from 'zod'

/** What can be said about a variable without a value for it. */
export type Described = {
  description: string
  /** As it would be written in the environment; null where there is none or it is computed. */
  defaultText: string | null
  /** Never shown. */
  secret: boolean
}

/** Reads a field through the layers that `.optional()`, `.default()` and transforms put around it. */
export function describeField(field: z.core.$ZodType): Described {
  const inside = layersIn(field).map(describeField)
  const meta = z.globalRegistry.get(field)
  return {
    description: meta?.description ?? inside.find((layer) => layer.description !== '')?.description ?? '',
    defaultText: defaultOf(field) ?? inside.find((layer) => layer.defaultText !== null)?.defaultText ?? null,
    secret: meta?.secret === true || inside.some((layer) => layer.secret),
  }
}

function layersIn(field: z.core.$ZodType): z.core.$ZodType[] {
  if (field instanceof z.ZodPipe) return [field.def.in, field.def.out]
  if (
    field instanceof z.ZodOptional ||
    field instanceof z.ZodNullable ||
    field instanceof z.ZodDefault ||
    field instanceof z.ZodPrefault
  )
    return [field.def.innerType]
  return []
}

function defaultOf(field: z.core.$ZodType): string | null {
  if (!(field instanceof z.ZodDefault || field instanceof z.ZodPrefault)) return null
  const value: unknown = field.def.defaultValue
  return value === '' || value === undefined ? null : String(value)
}
