import type { Condition } from './definition.ts'
import { resolve, type Scope } from './mappings.ts'

/**
 * Whether a condition holds, with the value that it saw. All comparisons given must hold. A path that leads
 * nowhere is "does not exist", not an error: conditions ask.
 */
export function holds(condition: Condition, scope: Scope): { holds: boolean; saw: unknown } {
  const saw = seenBy(condition.if, scope)
  const checks: boolean[] = []
  if (condition.exists !== undefined) checks.push((saw !== undefined && saw !== null) === condition.exists)
  if (condition.eq !== undefined) checks.push(same(saw, condition.eq))
  if (condition.neq !== undefined) checks.push(!same(saw, condition.neq))
  if (condition.gt !== undefined) checks.push(typeof saw === 'number' && saw > condition.gt)
  if (condition.lt !== undefined) checks.push(typeof saw === 'number' && saw < condition.lt)
  if (condition.gte !== undefined) checks.push(typeof saw === 'number' && saw >= condition.gte)
  if (condition.lte !== undefined) checks.push(typeof saw === 'number' && saw <= condition.lte)
  if (condition.contains !== undefined) checks.push(contains(saw, condition.contains))
  if (condition.in !== undefined) checks.push(condition.in.some((item) => same(saw, item)))
  return { holds: checks.length > 0 && checks.every(Boolean), saw }
}

function seenBy(expression: string, scope: Scope): unknown {
  try {
    return resolve(expression, scope)
  } catch {
    return undefined
  }
}

const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right)

function contains(saw: unknown, wanted: unknown): boolean {
  if (typeof saw === 'string') return saw.includes(String(wanted))
  return Array.isArray(saw) && saw.some((item) => same(item, wanted))
}
