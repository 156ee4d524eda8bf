/** Looks into JSON columns whose shape the page does not rely on: what does not fit is simply not there. */

export type Json = Record<string, unknown>

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const texts = (value: unknown): string[] => list(value).filter((one) => typeof one === 'string')

export const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)
