import type { Skill } from '../../skills/index.ts'
import type { Repair } from '../outcome.ts'
import { isExact } from './exact.ts'
import {
  choicesOf,
  converted,
  hasOnlyKnown,
  type Json,
  listItems,
  type Shape,
  shapeOf,
  wantedType,
} from './input-shape.ts'
import { flat, sameButForCase, theOnlyOneLike } from './likeness.ts'

/** What repairing needs to know of a skill. */
export type Repairable = Pick<Skill, 'input' | 'aliases' | 'exact'>

type Input = Record<string, unknown>

/** An input that only a person can give, because it is exact and what was given does not fit. */
export type Doubt = {
  param: string
  /** The skill's own words about it. */
  description: string | null
  type: 'string' | 'number'
  /** What it may be, where that is a list. */
  choices: string[]
  /** What was given instead, under which name. */
  given: { param: string; value: unknown } | null
  /** What is wrong with it, in the schema's words. */
  problem: string
}

export type Repaired = {
  input: Input
  repairs: Repair[]
  /** Parameters that the skill does not have and that nothing could be made of. */
  unknown: string[]
  /** The names that it does have. */
  known: string[]
  /** Set where nothing but this stands in the way. */
  doubt: Doubt | null
}

/**
 * What a skill can be run with. An input that fits comes back as it is. Else, in this order: names by the skill's
 * aliases, enum values by case, names and enum values by prefix and suffix where only one fits, and values whose
 * type can be changed without loss. Nothing is guessed about recipients, amounts and ids: those are in doubt.
 * Pure; the skill's own parse of what comes out has the last word.
 */
export function repairInput(skill: Repairable, given: Input): Repaired {
  const shape = shapeOf(skill.input)
  if (shape === null || (hasOnlyKnown(shape, given) && skill.input.safeParse(given).success)) {
    return { input: given, repairs: [], unknown: [], known: [], doubt: null }
  }
  const work: Work = { skill, shape, input: { ...given }, repairs: [], doubtful: new Map() }
  renameByAlias(work)
  repairEnums(work, sameButForCase, 'is written like this')
  renameByPart(work)
  repairEnums(work, theOnlyOneLike, 'the only one like it')
  coerce(work)
  return verdict(work)
}

type Work = {
  skill: Repairable
  shape: Shape
  input: Input
  repairs: Repair[]
  /** Exact input → the name under which something was given that might be meant for it. */
  doubtful: Map<string, string>
}

const unknownOf = ({ shape, input }: Work) =>
  shape.takesMore ? [] : Object.keys(input).filter((name) => !shape.properties.has(name))

function renameByAlias(work: Work) {
  const aliases = new Map(
    Object.entries(work.skill.aliases ?? {}).map(([alias, name]) => [flat(alias), name]),
  )
  for (const name of unknownOf(work)) {
    const to = aliases.get(flat(name))
    if (to !== undefined && work.shape.properties.has(to)) rename(work, name, to, 'is called that here')
  }
}

/** First the same name written otherwise, then one that begins or ends like it, if there is only one. */
function renameByPart(work: Work) {
  for (const name of unknownOf(work)) {
    const to = theOnlyOneLike(name, [...work.shape.properties.keys()])
    if (to !== undefined) rename(work, name, to, 'the only name like it')
  }
}

function rename(work: Work, from: string, to: string, why: string) {
  if (Object.hasOwn(work.input, to)) return
  if (isExact(from, work.skill.exact) || isExact(to, work.skill.exact)) {
    work.doubtful.set(to, from)
    return
  }
  const { [from]: value, ...rest } = work.input
  work.input = { ...rest, [to]: value }
  work.repairs.push({ param: to, from: { [from]: value }, to: { [to]: value }, why })
}

function repairEnums(work: Work, find: (value: string, all: string[]) => string | undefined, why: string) {
  forInexact(work, (value, property) => {
    const choices = choicesOf(property)
    if (choices.length === 0 || typeof value !== 'string' || choices.includes(value)) return undefined
    const found = find(value, choices)
    return found === undefined ? undefined : { to: found, why }
  })
}

function coerce(work: Work) {
  forInexact(work, (value, property) => {
    const to = converted(value, property)
    return to === undefined ? undefined : { to, why: 'the same value, of the type that is wanted' }
  })
}

/** Changes values, and those in lists one by one, of inputs that may be guessed at. */
function forInexact(
  work: Work,
  change: (value: unknown, property: Json) => { to: unknown; why: string } | undefined,
) {
  for (const [name, value] of Object.entries(work.input)) {
    const property = work.shape.properties.get(name)
    if (!property || isExact(name, work.skill.exact)) continue
    const items = listItems(property)
    const changed = Array.isArray(value) && items ? changeEach(value, items, change) : change(value, property)
    if (!changed) continue
    work.input = { ...work.input, [name]: changed.to }
    work.repairs.push({ param: name, from: value, to: changed.to, why: changed.why })
  }
}

function changeEach(
  values: readonly unknown[],
  items: Json,
  change: (value: unknown, property: Json) => { to: unknown; why: string } | undefined,
) {
  const changes = values.map((value) => change(value, items))
  const why = changes.find((one) => one !== undefined)?.why
  if (why === undefined) return undefined
  return { to: values.map((value, index) => (changes[index] ? changes[index].to : value)), why }
}

/** In doubt are exact inputs that do not fit, and only where all else does: what cannot run anyway asks nobody. */
function verdict({ skill, shape, input, repairs, doubtful }: Work): Repaired {
  const known = [...shape.properties.keys()]
  const parsed = skill.input.safeParse(input)
  const issues = parsed.success ? [] : parsed.error.issues
  const inDoubt = (param: unknown): param is string =>
    typeof param === 'string' && shape.properties.has(param) && isExact(param, skill.exact)
  const names = new Set([...doubtful.keys(), ...issues.map(({ path }) => path[0]).filter(inDoubt)])
  const meant = [...doubtful.values()]
  const unknown = unknownOf({ skill, shape, input, repairs, doubtful }).filter(
    (name) => !meant.includes(name),
  )
  const [param = ''] = names
  const property = shape.properties.get(param) ?? {}
  const type = wantedType(property)
  if (!type || unknown.length > 0 || issues.some(({ path }) => !names.has(String(path[0])))) {
    return { input, repairs, unknown: [...unknown, ...meant], known, doubt: null }
  }
  const from = doubtful.get(param) ?? (Object.hasOwn(input, param) ? param : undefined)
  const doubt: Doubt = {
    param,
    description: typeof property.description === 'string' ? property.description : null,
    type,
    choices: choicesOf(property),
    given: from === undefined ? null : { param: from, value: input[from] },
    problem: issues.find(({ path }) => path[0] === param)?.message ?? `"${from}" is not its name`,
  }
  return { input, repairs, unknown: [], known, doubt }
}

/** The input with a person's answer to a doubt; what had been given for it under another name goes. */
export function withAnswer(input: Input, doubt: Pick<Doubt, 'param' | 'given'>, value: unknown): Input {
  const { [doubt.given?.param ?? doubt.param]: _, ...rest } = input
  return { ...rest, [doubt.param]: value }
}
