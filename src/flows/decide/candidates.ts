import { InputError } from '../../ops/errors.ts'
import type { PromptOption } from '../prompt.ts'

/** One of the things that a search found, whatever it is. */
export type Candidate = { id: Id | null; value: unknown }

type Id = string | number

type Row = Record<string, unknown>

/** More than a person can look through; the rest is counted. */
export const SHOWN_MAX = 50
const DATA_MAX_CHARS = 4_000

/**
 * What a result offers to choose from: the items of a list, of its `data`, or the one thing that it is; nothing
 * where it is empty. What has the same id is one. Throws InputError `no_candidates` for anything else.
 */
export function candidatesIn(result: unknown): Candidate[] {
  const items = itemsOf(result).filter((item) => item !== null && item !== undefined)
  const seen = new Set<Id>()
  return items
    .map((value) => ({ id: idOf(value), value }))
    .filter(({ id }) => id === null || (!seen.has(id) && seen.add(id)))
}

function itemsOf(result: unknown): unknown[] {
  if (result === null || result === undefined) return []
  if (Array.isArray(result)) return result
  if (!isRow(result))
    throw new InputError('no_candidates', `There is nothing to choose from in a ${typeof result}.`)
  if (!Object.hasOwn(result, 'data')) return Object.keys(result).length > 0 ? [result] : []
  return Array.isArray(result.data) ? result.data : [result.data]
}

/** What a flow knows once one is chosen: `<entity>_id`, `<entity>_title`, its other ids, and all of it. */
export function resolvedFrom(entity: string, { id, value }: Candidate): Record<string, unknown> {
  const title = titleOf(value)
  const otherIds = Object.entries(isRow(value) ? value : {})
    .map(([name, one]): [string, unknown] => [snakeCase(name), one])
    .filter(([name, one]) => name.endsWith('_id') && isScalar(one))
  return {
    ...Object.fromEntries(otherIds),
    ...(id === null ? {} : { [`${entity}_id`]: id }),
    ...(title === null ? {} : { [`${entity}_title`]: title }),
    [entity]: value,
  }
}

/** As a choice for people: the id, the title with what tells it from the others, and the thing itself. */
export function optionsOf(candidates: readonly Candidate[]): PromptOption[] {
  const shown = candidates.slice(0, SHOWN_MAX)
  const telling = tellingFields(shown)
  const labels = shown.map((one) => labelOf(one, telling))
  return shown.map(({ id, value }, index) => {
    const label = labels[index] ?? ''
    const isAlone = labels.filter((other) => other === label).length === 1
    const data = JSON.stringify(value).length <= DATA_MAX_CHARS ? { data: value } : {}
    return { value: keyOf(id, index), label: isAlone ? label : `${label} [${id ?? index + 1}]`, ...data }
  })
}

/** The candidate that an option stands for. */
export const chosen = (candidates: readonly Candidate[], value: string | number): Candidate | undefined =>
  candidates.find(({ id }, index) => keyOf(id, index) === String(value))

const keyOf = (id: Id | null, index: number) =>
  id === null || String(id).length > 200 ? `#${index + 1}` : String(id)

const ID_NAMES = ['id', 'ref', 'key', 'uuid']
const TITLE_NAMES = ['title', 'name', 'subject', 'label', 'display_name', 'displayName', 'email']

function idOf(value: unknown): Id | null {
  if (isScalar(value)) return value
  return (isRow(value) ? ID_NAMES.map((name) => value[name]).find(isScalar) : undefined) ?? null
}

function titleOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  const title = isRow(value) ? TITLE_NAMES.map((name) => value[name]).find(isText) : undefined
  return title ?? null
}

/** Fields that differ and can be read at a glance, best first; two are enough to tell most things apart. */
function tellingFields(candidates: readonly Candidate[]): string[] {
  const rows = candidates.map(({ value }) => value).filter(isRow)
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const differ = names.filter(
    (name) =>
      !ID_NAMES.includes(name) &&
      !name.endsWith('_id') &&
      !name.endsWith('Id') &&
      rows.every((row) => row[name] === undefined || row[name] === null || isGlance(row[name])) &&
      new Set(rows.map((row) => JSON.stringify(row[name] ?? null))).size > 1,
  )
  const isTitle = (name: string) => rows.some((row) => row[name] === titleOf(row))
  return differ.filter((name) => !isTitle(name)).slice(0, 2)
}

function labelOf({ id, value }: Candidate, telling: readonly string[]): string {
  const title = titleOf(value) ?? String(id ?? 'without a name')
  if (!isRow(value)) return title.slice(0, 200)
  const details = telling.map((name) => value[name]).filter(isGlance)
  return `${title.slice(0, 200)}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}

const snakeCase = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isScalar = (value: unknown): value is string | number =>
  isText(value) || (typeof value === 'number' && Number.isFinite(value))
const isGlance = (value: unknown): value is string | number | boolean =>
  typeof value === 'boolean' || (isScalar(value) && String(value).length <= 60)
