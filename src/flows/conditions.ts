import { isDeepStrictEqual } from 'node:util'
import { InputError } from '../ops/errors.ts'
import type { Condition } from './definition.ts'
import { resolve, type Scope } from './mappings.ts'

/**
 * Whether a condition holds, with the value that it saw. All comparisons given must hold. A path that leads
 * nowhere is "does not exist", not an error: conditions ask. What it is compared with may be a mapping as well,
 * and has to be there (InputError `missing_path`).
 */
export function holds(condition: Condition, scope: Scope): { holds: boolean; saw: unknown } {
  const saw = seenBy(condition.if, scope)
  const { eq, neq, gt, lt, gte, lte, contains, in: among, exists } = condition
  const checks: boolean[] = []
  if (exists !== undefined) checks.push((saw !== undefined && saw !== null) === exists)
  if (eq !== undefined) checks.push(isDeepStrictEqual(saw, resolve(eq, scope)))
  if (neq !== undefined) checks.push(!isDeepStrictEqual(saw, resolve(neq, scope)))
  if (gt !== undefined) checks.push(typeof saw === 'number' && saw > gt)
  if (lt !== undefined) checks.push(typeof saw === 'number' && saw < lt)
  if (gte !== undefined) checks.push(typeof saw === 'number' && saw >= gte)
  if (lte !== undefined) checks.push(typeof saw === 'number' && saw <= lte)
  if (contains !== undefined) checks.push(isIn(saw, resolve(contains, scope)))
  if (among !== undefined) checks.push(among.some((one) => isDeepStrictEqual(saw, resolve(one, scope))))
  return { holds: checks.length > 0 && checks.every(Boolean), saw }
}

function seenBy(expression: string, scope: Scope): unknown {
  try {
    return resolve(expression, scope)
  } catch (error) {
    if (error instanceof InputError && error.code === 'missing_path') return undefined
    throw error
  }
}

function isIn(saw: unknown, wanted: unknown): boolean {
  if (typeof saw === 'string') return saw.includes(String(wanted))
  return Array.isArray(saw) && saw.some((item) => isDeepStrictEqual(item, wanted))
}
