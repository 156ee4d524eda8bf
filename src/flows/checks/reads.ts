import type { Skill } from '../../skills/index.ts'
import type { StepDefinition } from '../definition.ts'
import { expressionsIn, mapExpressions } from '../mappings.ts'
import type { Graph } from './graph.ts'
import { notInOutput } from './inputs.ts'
import type { Mistake } from './mistake.ts'

/** Where a step stands; a branch also within the flow around it. */
export type Place = { graph: Graph; at: number; outer: Place | null }

export type ReadsAgainst = {
  skill: (name: string) => Skill | undefined
  /** Names of the parameters that the flow is started with. */
  params: readonly string[]
  /** What of `flow` is known to be empty. */
  empty?: readonly string[]
}

const ROOTS = ['steps', 'context', 'user_input', 'event', 'params', 'flow', 'settings', 'failure', 'parent']
const STEP_FIELDS = ['result', 'status', 'runs', 'error', 'name', 'user_response']
/** Known of every step, whether it ran or not. */
const ALWAYS_THERE = ['status', 'runs', 'name']

/** Every mapping of a step that would find nothing: what it names is not there, or cannot have run by then. */
export function readMistakes(
  step: StepDefinition,
  place: Place,
  path: string,
  against: ReadsAgainst,
): Mistake[] {
  // What people read of a step is shown as it stands.
  const { title: _title, description: _description, ...rest } = step
  return leavesOf(rest, path).flatMap(({ path: at, text }) => [
    ...unclosed(text, at),
    ...expressionsIn(text).flatMap(({ path: read, hasDefault }) => {
      const message = wrongWith(read, hasDefault, place, against)
      return message === undefined ? [] : [{ path: at, message: `{{${read}}} ${message}` }]
    }),
  ])
}

function unclosed(text: string, path: string): Mistake[] {
  const left = mapExpressions(text, () => '').replace(/\{\{\s*\}\}/g, '')
  return left.includes('{{') ? [{ path, message: 'has a {{ whose mapping does not end in }}' }] : []
}

function wrongWith(
  read: string,
  hasDefault: boolean,
  place: Place,
  against: ReadsAgainst,
): string | undefined {
  const [root = '', ...rest] = read.split('.')
  switch (root) {
    case 'steps':
      return wrongStep(rest, hasDefault, place, against)
    case 'params': {
      const [name = ''] = rest
      if (hasDefault || against.params.includes(name)) return undefined
      return `reads a parameter that is not there; there is ${against.params.join(', ') || 'none'}`
    }
    case 'parent':
      return place.outer ? undefined : 'reads the flow around a branch, and this is none'
    case 'user_input':
      return hasDefault || hasBefore(place, ({ type }) => type === 'user_prompt' || type === 'ai_decision')
        ? undefined
        : 'reads an answer, and no step before asks anybody'
    case 'event':
      return hasDefault || hasBefore(place, ({ type }) => type === 'wait_event')
        ? undefined
        : 'reads an event, and no step before waits for one'
    case 'flow': {
      const [part = ''] = rest
      if (hasDefault || !against.empty?.includes(part)) return undefined
      return 'is not known: the request names no ticket that this could be about'
    }
    case 'context':
      return hasDefault ? undefined : wrongContext(rest, place)
    default:
      return ROOTS.includes(root) ? undefined : `begins with none of ${ROOTS.join(', ')}`
  }
}

function wrongStep(
  [ref = '', field = 'result', ...within]: string[],
  hasDefault: boolean,
  place: Place,
  against: ReadsAgainst,
): string | undefined {
  const found = findStep(ref, place)
  if (!found) return `reads a step that is not there; there is ${namesAt(place).join(', ')}`
  if (!STEP_FIELDS.includes(field)) return `reads no ${STEP_FIELDS.join(', ')} of it`
  const { step, runsBefore } = found
  if (!runsBefore && !hasDefault && !ALWAYS_THERE.includes(field))
    return `reads "${step.name}", which cannot have run by then`
  if (field !== 'result' || hasDefault) return undefined
  const skill = step.type === 'tool_call' ? against.skill(step.skill) : undefined
  const gives = skill && notInOutput(skill, within)
  if (gives) return `leads nowhere: "${step.name}" gives ${gives}`
  const [part, key] = within
  if (
    step.type === 'approval' &&
    part === 'payload' &&
    key !== undefined &&
    !Object.hasOwn(step.payload, key)
  )
    return `leads nowhere: the payload of "${step.name}" has ${Object.keys(step.payload).join(', ') || 'nothing'}`
  return undefined
}

function wrongContext([part = '', name = '']: string[], place: Place): string | undefined {
  if (part === 'resolved_entities') {
    return hasBefore(place, ({ type }) => type === 'ai_decision' || type === 'parallel')
      ? undefined
      : 'reads what a decision found, and no ai_decision comes before'
  }
  if (part !== 'created_entities') return undefined
  const creates = (step: StepDefinition) =>
    step.type === 'parallel' || (step.type === 'tool_call' && isMadeBy(name, step.skill))
  return hasBefore(place, creates) ? undefined : `reads what no step before creates`
}

/** `create_task` makes `task` and `task_id`. */
function isMadeBy(entity: string, skill: string): boolean {
  const noun = /^create_(\w+)$/.exec(skill)?.[1]
  return noun !== undefined && (entity === noun || entity === `${noun}_id`)
}

function findStep(ref: string, place: Place): { step: StepDefinition; runsBefore: boolean } | undefined {
  const { graph, at, outer } = place
  const isOuterPosition = outer !== null && /^\d+$/.test(ref)
  const position = isOuterPosition ? undefined : graph.positionOf(ref)
  const step = position === undefined ? undefined : graph.steps[position]
  if (step && position !== undefined) return { step, runsBefore: graph.runsBefore(position, at) }
  return outer ? findStep(ref, outer) : undefined
}

const hasBefore = (place: Place, is: (step: StepDefinition) => boolean): boolean =>
  place.graph.steps.some((step, first) => is(step) && place.graph.runsBefore(first, place.at)) ||
  (place.outer !== null && hasBefore(place.outer, is))

const namesAt = ({ graph, outer }: Place): string[] => [
  ...graph.steps.map(({ name }) => name),
  ...(outer ? namesAt(outer) : []),
]

/** Texts of a step in which mappings may stand, and where. Branches have steps of their own. */
function leavesOf(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return value.includes('{{') ? [{ path, text: value }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'branches' ? [] : leavesOf(item, `${path}.${key}`),
  )
}
