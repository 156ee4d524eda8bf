import type { z } from 'zod'

/** What an area may know beyond its own variables. */
export type AreaContext = {
  /** No vendor is configured: the hub plays all of them itself. */
  sandbox: boolean
  /** Standard output is a terminal. */
  terminal: boolean
  /** The integrations that are on and offer this port, and those that exist. */
  providers(port: 'mailer' | 'voice'): { on: string[]; known: string[] }
  /** Reports what only shows across several variables; like every mistake it ends the start. */
  mistake(line: string): void
  /** Reports what works, but hardly as meant. */
  warning(line: string): void
}

/** Variables that belong together, and what the hub makes of them. Without any of them an area must still do. */
export type Area<Shape extends z.ZodRawShape = z.ZodRawShape, Settings = unknown> = {
  title: string
  env: z.ZodObject<Shape>
  read(env: z.output<z.ZodObject<Shape>>, context: AreaContext): Settings
}

/** Declares an area; the type ties `read` to the variables. */
export function defineArea<Shape extends z.ZodRawShape, Settings>(
  area: Area<Shape, Settings>,
): Area<Shape, Settings> {
  return area
}
