import { z } from 'zod'

/** What shapes are made of: how routes show times, counts and texts that may be missing. */

export const text = z.string().nullable()
export const at = z.int().describe('Milliseconds since 1970')
export const atOrNever = at.nullable()
export const count = z.int().min(0)
export const record = z.record(z.string(), z.unknown())
export const effectClass = z.enum(['read', 'write', 'contact'])

export const pageShape = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), nextCursor: text.describe('`cursor` of the next page') })
