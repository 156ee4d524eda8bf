import { nearest } from '../ops/nearest.ts'
import type { Environment } from './environment.ts'

const PREFIX = 'SWITCHBOARD_'

/**
 * A line for each variable that looks as if it were meant for the hub but is none it knows: one that starts
 * with `SWITCHBOARD_`, or one that differs from a known name of the same family by a slip of the finger.
 */
export function warnOfUnknown(env: Environment, known: string[]): string[] {
  const all = new Set(known.flatMap((name) => [name, `${name}_FILE`]))
  const families = new Set(known.filter((name) => name.includes('_')).map(familyOf))
  const warnings: string[] = []
  for (const name of Object.keys(env).filter((candidate) => !all.has(candidate))) {
    const ours = name.startsWith(PREFIX)
    if (!ours && !families.has(familyOf(name))) continue
    const meant = nearest(ours ? name.slice(PREFIX.length) : name, known)
    if (ours || meant) warnings.push(`${name} is not known${meant ? `: did you mean ${meant}?` : ''}`)
  }
  return warnings
}

function familyOf(name: string): string {
  return name.slice(0, name.indexOf('_') + 1)
}
