import { createContext, runInContext } from 'node:vm'

/** No expression that people write for an answer takes a thousandth of this; one that runs wild is cut off here. */
const MATCH_MS = 50

const sandbox: { pattern: string; text: string } = { pattern: '', text: '' }
const context = createContext(sandbox)

/**
 * Whether a text matches a regular expression as a whole. The expression is a template's or a plan's: it may be one
 * whose matching takes for ever (`(a+)+b`), so it is given a moment of this process and no more.
 * @returns undefined when that was not enough, or when it is no regular expression.
 */
export function matchesWhole(pattern: string, text: string): boolean | undefined {
  Object.assign(sandbox, { pattern: `^(?:${pattern})$`, text })
  try {
    return runInContext('new RegExp(pattern, "u").test(text)', context, { timeout: MATCH_MS }) === true
  } catch {
    return undefined
  }
}

/** Whether it is a regular expression at all. */
export function isPattern(pattern: string): boolean {
  try {
    new RegExp(`^(?:${pattern})$`, 'u')
    return true
  } catch {
    return false
  }
}
