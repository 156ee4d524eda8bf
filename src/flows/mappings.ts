import { InputError } from '../ops/errors.ts'

/**
 * Mappings: `{{steps.3.result.data.0.id}}`, `{{context.resolved_entities.x}}`, `{{event.text}}`, with an optional
 * default: `{{context.phone ?? null}}` (what follows `??` is JSON; objects may not hold further ones). A value that
 * is one expression keeps its type. Matched in a time that grows with the text and no faster: it may be a customer's.
 */
const EXPRESSION = /\{\{(?=\s*[^\s{}])((?:[^{}]|\{[^{}]*\})+)\}\}/g
const ONLY = new RegExp(`^${EXPRESSION.source}$`)
const ANY = new RegExp(EXPRESSION.source)

/** What mappings can see. */
export type Scope = Record<string, unknown>

export function hasMapping(value: unknown): boolean {
  if (typeof value === 'string') return ANY.test(value)
  if (Array.isArray(value)) return value.some(hasMapping)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasMapping)
}

/** The paths that `value` refers to, without defaults. */
export const pathsIn = (value: unknown): string[] => expressionsIn(value).map(({ path }) => path)

/** The paths that `value` refers to, and whether something else is there should one lead nowhere. */
export function expressionsIn(value: unknown): { path: string; hasDefault: boolean }[] {
  if (typeof value === 'string') {
    return [...value.matchAll(EXPRESSION)].map((match) => {
      const { path, fallback } = splitDefault(match[1] ?? '')
      return { path, hasDefault: fallback !== undefined }
    })
  }
  if (Array.isArray(value)) return value.flatMap(expressionsIn)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : []
}

/** A text with each of its mappings, braces included, replaced. */
export const mapExpressions = (text: string, rewrite: (expression: string) => string) =>
  text.replace(EXPRESSION, rewrite)

/** How a text is written where mappings are read so that it comes out to the letter, braces and all. */
export function literally(text: string): string {
  const json = JSON.stringify(text).replaceAll('{', '\\u007b').replaceAll('}', '\\u007d')
  return `{{context.literally ?? ${json}}}`
}

/** Rewrites every expression's path, keeping defaults: whatever holds texts keeps its shape. */
export function mapPaths<Value>(value: Value, rewrite: (path: string) => string): Value
export function mapPaths(value: unknown, rewrite: (path: string) => string): unknown {
  if (typeof value === 'string') {
    return value.replace(EXPRESSION, (_, inner: string) => {
      const { path, fallback } = splitDefault(inner)
      return `{{${rewrite(path)}${fallback === undefined ? '' : ` ?? ${fallback}`}}}`
    })
  }
  if (Array.isArray(value)) return value.map((item) => mapPaths(item, rewrite))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapPaths(item, rewrite)]))
}

/**
 * Fills every mapping in `value`, however deep. Throws InputError `missing_path` with the path and what was
 * there instead, unless a default is given.
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    const only = ONLY.exec(value)
    if (only) return lookUp(only[1] ?? '', scope)
    return value.replace(EXPRESSION, (_, inner: string) => asText(lookUp(inner, scope)))
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, scope)]))
}

function lookUp(inner: string, scope: Scope): unknown {
  const { path, fallback } = splitDefault(inner)
  const parts = path.split('.')
  let at: unknown = scope
  for (const [depth, part] of parts.entries()) {
    const next = childOf(at, part)
    if (next === undefined) {
      if (fallback !== undefined) return parseDefault(fallback, path)
      throw missing(path, parts.slice(0, depth), at)
    }
    at = next
  }
  return at
}

/** Own properties only: a mapping must not reach into prototypes. */
function childOf(value: unknown, part: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(part) ? value[Number(part)] : undefined
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
  return (value as Record<string, unknown>)[part]
}

function splitDefault(inner: string): { path: string; fallback: string | undefined } {
  const at = inner.indexOf('??')
  return at < 0
    ? { path: inner.trim(), fallback: undefined }
    : { path: inner.slice(0, at).trim(), fallback: inner.slice(at + 2).trim() }
}

function parseDefault(fallback: string, path: string): unknown {
  try {
    return JSON.parse(fallback)
  } catch {
    throw new InputError('bad_mapping', `The default of {{${path}}} is not JSON: ${fallback}`)
  }
}

function missing(path: string, reached: string[], there: unknown): InputError {
  const where = reached.length === 0 ? 'At the top' : `At "${reached.join('.')}"`
  return new InputError('missing_path', `{{${path}}} leads nowhere. ${where} there is ${describe(there)}.`)
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object')
    return `an object with ${Object.keys(value).slice(0, 12).join(', ') || 'no keys'}`
  return `${typeof value} ${JSON.stringify(value).slice(0, 60)}`
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
