import type { Skill } from '../../skills/index.ts'
import { choicesOf, type Json, shapeOf, wantedType } from '../repair/input-shape.ts'

/** What inputs that say what is looked for are called, best first. */
const NAMES = [
  'search',
  'query',
  'q',
  'text',
  'term',
  'terms',
  'keywords',
  'title',
  'name',
  'subject',
  'topic',
]

/** The input of a search that says what is looked for, by its name or by being the only text; with what it said. */
export function searchText(
  skill: Pick<Skill, 'input'>,
  input: Readonly<Record<string, unknown>>,
): { param: string; text: string } | undefined {
  const properties = shapeOf(skill.input)?.properties
  const texts = Object.entries(input).flatMap(([param, text]) =>
    typeof text === 'string' && isFreeText(properties?.get(param)) ? [{ param, text }] : [],
  )
  return NAMES.map((name) => texts.find(({ param }) => param === name)).find((one) => one) ?? onlyOf(texts)
}

const isFreeText = (property: Json | undefined) =>
  property === undefined || (choicesOf(property).length === 0 && wantedType(property) === 'string')

const onlyOf = <Item>(items: readonly Item[]) => (items.length === 1 ? items[0] : undefined)
