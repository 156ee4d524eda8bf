import { z } from 'zod'
import { eventSchemas } from '../events/index.ts'
import { InputError } from '../ops/errors.ts'
import type { Skill } from '../skills/index.ts'
import { type ApprovalPolicy, unapprovedContacts } from './checks/contacts.ts'
import { burningCircles, type Graph, graphOf } from './checks/graph.ts'
import { inputMistakes, paramMistakes } from './checks/inputs.ts'
import type { Mistake } from './checks/mistake.ts'
import { type Place, readMistakes } from './checks/reads.ts'
import { durationMs, STEPS_MAX, StepDefinition, type TemplateDefinition } from './definition.ts'

export type { Mistake } from './checks/mistake.ts'

/** As much as a template or a plan may take, written out. */
export const STEPS_MAX_BYTES = 256 * 1024

/** What steps are held against. */
export type CheckAgainst = {
  skill: (name: string) => Skill | undefined
  /** Why whoever the steps are for may not have this skill run; undefined where they may. */
  refusal: (skill: Skill) => string | undefined
  /** Names for suggestions. */
  skillNames: readonly string[]
  template: (name: string) => TemplateDefinition | undefined
  templateNames: readonly string[]
  decisions: ReadonlySet<string>
  /** Names of the parameters that the flow is started with. */
  params: readonly string[]
  /** What of `flow` is known to be empty, like `ticket`. */
  empty?: readonly string[]
  /** Which contacts must have an approval before them; `never` also for what is checked elsewhere. */
  approve: ApprovalPolicy
}

/**
 * Everything that is wrong with a flow's steps, before any of them runs: their shape, what they name, what they
 * are given, where they lead, what they read, and whom they reach. Pure.
 * @returns the parsed steps where there is no mistake.
 */
export function checkSteps(
  given: readonly unknown[],
  against: CheckAgainst,
): { ok: true; steps: StepDefinition[] } | { ok: false; mistakes: Mistake[] } {
  const mistakes: Mistake[] = tooMuch(given)
  if (mistakes.length > 0) return { ok: false, mistakes }
  const steps = given.flatMap((one, at) => {
    const parsed = StepDefinition.safeParse(one)
    if (parsed.success) return [parsed.data]
    mistakes.push(...shapeMistakes(parsed.error, `steps.${at}`))
    return []
  })
  // Where one step cannot be read, nothing can be said of where the others lead.
  if (mistakes.length > 0) return { ok: false, mistakes }
  mistakes.push(...placedMistakes(steps, null, 'steps', against))
  mistakes.push(
    ...unapprovedContacts(graphOf(steps), against.approve, against).map(({ path, step }) => ({
      path,
      message: `"${step.name}" reaches a customer, and there is a way to it without an approval`,
    })),
  )
  return mistakes.length > 0 ? { ok: false, mistakes } : { ok: true, steps }
}

/** Throws InputError 422 with all mistakes, as API and commands show them. */
export function needGoodSteps(given: readonly unknown[], against: CheckAgainst): StepDefinition[] {
  const checked = checkSteps(given, against)
  if (checked.ok) return checked.steps
  throw badSteps(checked.mistakes)
}

export function badSteps(mistakes: readonly Mistake[]): InputError {
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : ''
  const [first] = mistakes
  return new InputError('bad_steps', `The steps cannot run: ${first?.path} ${first?.message}${more}.`, {
    status: 422,
    issues: [...mistakes],
  })
}

function tooMuch(given: readonly unknown[]): Mistake[] {
  const count = given.reduce<number>((sum, one) => sum + 1 + stepsInside(one), 0)
  if (count === 0) return [{ path: 'steps', message: 'there must be at least one' }]
  if (count > STEPS_MAX) return [{ path: 'steps', message: `there are ${count}; at most ${STEPS_MAX} fit` }]
  const bytes = Buffer.byteLength(JSON.stringify(given))
  if (bytes <= STEPS_MAX_BYTES) return []
  const sizes = `they take ${Math.ceil(bytes / 1024)} KiB; at most ${STEPS_MAX_BYTES / 1024} fit`
  return [{ path: 'steps', message: sizes }]
}

const Branches = z.looseObject({ branches: z.array(z.looseObject({ steps: z.array(z.unknown()) })) })

function stepsInside(step: unknown): number {
  const parsed = Branches.safeParse(step)
  return parsed.success ? parsed.data.branches.reduce((sum, { steps }) => sum + steps.length, 0) : 0
}

function shapeMistakes(error: z.ZodError, at: string): Mistake[] {
  return error.issues.map(({ path, message }) => ({ path: [at, ...path].join('.'), message }))
}

/** Mistakes of the steps of a flow, or of a branch within `outer`. */
function placedMistakes(
  steps: readonly StepDefinition[],
  outer: Place | null,
  path: string,
  against: CheckAgainst,
): Mistake[] {
  const graph = graphOf(steps)
  return [
    ...nameMistakes(steps, path),
    ...gotoMistakes(graph, path),
    ...steps.flatMap((step, at) => {
      const here = `${path}.${at}`
      const place = { graph, at, outer }
      return [
        ...ownMistakes(step, place, here, against),
        ...readMistakes(step, place, here, against),
        ...(step.type === 'parallel'
          ? step.branches.flatMap((branch, index) =>
              placedMistakes(branch.steps, place, `${here}.branches.${index}.steps`, against),
            )
          : []),
      ]
    }),
  ]
}

function nameMistakes(steps: readonly StepDefinition[], path: string): Mistake[] {
  const seen = new Set(['end'])
  return steps.flatMap(({ name }, at) => {
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    return [{ path: `${path}.${at}.name`, message: `"${name}" is the name of something else already` }]
  })
}

function gotoMistakes(graph: Graph, path: string): Mistake[] {
  const inside = `there is ${[...graph.steps.map(({ name }) => name), 'end'].join(', ')}`
  return [
    ...graph.lost.map(({ at, field, to }) => ({
      path: `${path}.${at}.${field}`,
      message: `goes to "${to}", which is not there; ${inside}`,
    })),
    ...burningCircles(graph).map(({ at, edge }) => ({
      path: `${path}.${at}.${edge.field}`,
      message: `goes back to "${graph.steps[edge.to]?.name}" in a circle in which no step waits or asks`,
    })),
  ]
}

/** What is wrong with a step by itself: what it names, and what it is given. */
function ownMistakes(step: StepDefinition, place: Place, path: string, against: CheckAgainst): Mistake[] {
  return [
    ...durationMistakes(step, path),
    ...(step.type === 'tool_call' ? skillMistakes(step, path, against) : []),
    ...(step.type === 'sub_flow' ? templateMistakes(step, path, against) : []),
    ...(step.type === 'ai_decision' ? decisionMistakes(step, place, path, against) : []),
    ...(step.type === 'wait_event' ? eventMistakes(step, path) : []),
    ...(step.type === 'approval' ? approvalMistakes(step, path) : []),
    ...(step.type === 'user_prompt' && step.prompt_type === 'choice' && step.options.length === 0
      ? [{ path: `${path}.options`, message: 'a choice needs options' }]
      : []),
  ]
}

type StepOf<Type extends StepDefinition['type']> = Extract<StepDefinition, { type: Type }>

function skillMistakes(step: StepOf<'tool_call'>, path: string, against: CheckAgainst): Mistake[] {
  const skill = against.skill(step.skill)
  const at = `${path}.skill`
  if (!skill) {
    const known = against.skillNames.join(', ')
    return [{ path: at, message: `there is no skill "${step.skill}"; there is ${known}` }]
  }
  const refusal = against.refusal(skill)
  if (refusal !== undefined) return [{ path: at, message: refusal }]
  return inputMistakes(skill, step.input, `${path}.input`)
}

function templateMistakes(step: StepOf<'sub_flow'>, path: string, against: CheckAgainst): Mistake[] {
  const template = against.template(step.template)
  if (template) return paramMistakes(template, step.params, `${path}.params`)
  const known = against.templateNames.join(', ')
  return [{ path: `${path}.template`, message: `there is no template "${step.template}"; there is ${known}` }]
}

function decisionMistakes(
  step: StepOf<'ai_decision'>,
  { at, outer }: Place,
  path: string,
  { decisions }: CheckAgainst,
): Mistake[] {
  if (step.decision !== undefined) {
    const message = `there is no decision "${step.decision}"; there is ${[...decisions].join(', ')}`
    return decisions.has(step.decision) ? [] : [{ path: `${path}.decision`, message }]
  }
  const looksBack = step.of === undefined && step.question === undefined
  return looksBack && at === 0 && outer === null
    ? [{ path: `${path}.of`, message: 'there is no step before it whose result it could look at' }]
    : []
}

function eventMistakes(step: StepOf<'wait_event'>, path: string): Mistake[] {
  const named = [
    { event: step.event, at: `${path}.event` },
    ...step.alternatives.map(({ event }, index) => ({ event, at: `${path}.alternatives.${index}.event` })),
  ]
  return named.flatMap(({ event, at }) =>
    Object.hasOwn(eventSchemas, event)
      ? []
      : [
          {
            path: at,
            message: `there is no event "${event}"; there is ${Object.keys(eventSchemas).join(', ')}`,
          },
        ],
  )
}

function approvalMistakes(step: StepOf<'approval'>, path: string): Mistake[] {
  const fields = Object.keys(step.payload)
  return step.editable
    .filter((field) => !fields.includes(field))
    .map((field) => ({
      path: `${path}.editable`,
      message: `"${field}" is not in the payload, which has ${fields.join(', ') || 'nothing'}`,
    }))
}

function durationMistakes(step: StepDefinition, path: string): Mistake[] {
  const given: Record<string, string | undefined> = {
    ...('within' in step ? { within: step.within } : {}),
    ...(step.type === 'delay' ? { for: step.for } : {}),
    ...(step.type === 'user_prompt' ? { remind_after: step.remind_after } : {}),
    'retries.first': step.retries?.first,
  }
  return Object.entries(given).flatMap(([field, text]) => {
    const fits = text === undefined || text.includes('{{') || durationMs(text) !== undefined
    return fits
      ? []
      : [{ path: `${path}.${field}`, message: `"${text}" is no duration like 90s, 5m, 24h or 14d` }]
  })
}
