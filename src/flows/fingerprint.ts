import { createHash } from 'node:crypto'
import type { FlowsTable } from '../store/index.ts'
import type { Context } from './state.ts'

/**
 * What failures with the same cause share: template, step, code, and the error without what differs from one
 * flow to the next (ids, numbers, quoted texts, addresses). Twelve hex digits.
 */
export function fingerprintOf(flow: Pick<FlowsTable, 'template'>, failure: Context['failure']): string {
  const alike = (failure?.error ?? '')
    .replace(/"[^"]*"|'[^']*'/g, '"…"')
    .replace(/\S+@\S+|https?:\/\/\S+/g, '…')
    .replace(/\b\w*\d\w*\b/g, '#')
    .slice(0, 200)
  const parts = [flow.template ?? 'planned', failure?.step ?? '', failure?.code ?? '', alike]
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12)
}
