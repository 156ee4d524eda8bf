import { z } from 'zod'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { boundsOf } from '../bounds.ts'
import type { FlowPlan } from '../create.ts'
import { pathsIn } from '../mappings.ts'
import type { AgainEffect, Kept } from './replay-effects.ts'

type Step = FlowPlan['steps'][number]

/** What of the earlier flow stands in a replay. */
export type Standing = {
  from: number
  /** Effects that are not done again, by position. */
  kept: ReadonlyMap<number, Kept>
  effects: readonly AgainEffect[]
}

/**
 * The replay of a flow as a plan: the steps before `from` as they stand, the others to be done again but for what
 * is kept. Pure.
 */
export function replayPlan(flow: FlowsTable, steps: readonly FlowStepsTable[], standing: Standing): FlowPlan {
  return {
    template: flow.template,
    version: flow.template_version,
    title: flow.title,
    deadlineMs: flow.deadline_at - flow.created_at,
    bounds: boundsOf(flow),
    from: standing.from,
    steps: steps.map((step) =>
      step.position < standing.from ? asItStands(step) : doneAgain(flow, steps, step, standing),
    ),
  }
}

function asItStands(step: FlowStepsTable): Step {
  const { status, runs, input, result, user_response, started_at, completed_at } = step
  return { ...definitionOf(step), status, runs, input, result, user_response, started_at, completed_at }
}

function doneAgain(
  flow: FlowsTable,
  steps: readonly FlowStepsTable[],
  step: FlowStepsTable,
  standing: Standing,
): Step {
  const { kept: _kept, events_since: _since, ...settings } = JSON.parse(step.settings)
  const kept = standing.kept.get(step.position) ?? keptApproval(flow, steps, step, standing)
  return {
    ...definitionOf(step),
    settings: JSON.stringify({
      ...settings,
      ...(step.type === 'wait_event' ? wait(flow, step, settings, standing) : {}),
      ...(kept ? { kept } : {}),
    }),
  }
}

/** Nobody is asked to approve what is not going out: every effect that reads the approval is kept. */
function keptApproval(
  flow: FlowsTable,
  steps: readonly FlowStepsTable[],
  step: FlowStepsTable,
  { from, kept, effects }: Standing,
): Kept | undefined {
  if (step.type !== 'approval' || step.status !== 'completed' || step.position === from) return undefined
  const readers = steps.filter(
    ({ position, param_mappings }) =>
      effects.some((effect) => effect.position === position) && reads(param_mappings, step.position),
  )
  if (readers.length === 0 || readers.some(({ position }) => !kept.has(position))) return undefined
  const result: unknown = JSON.parse(step.result ?? 'null')
  const runs = Array.from({ length: step.runs }, (_, run) => [run + 1, { result }])
  return { flow: flow.id, results: Object.fromEntries(runs) }
}

const reads = (mappings: string, position: number) =>
  pathsIn(JSON.parse(mappings)).some((path) => path.startsWith(`steps.${position}.`))

const WaitSettings = z.looseObject({
  event: z.string(),
  correlation: z.string(),
  alternatives: z.array(z.object({ event: z.string(), correlation: z.string(), goto: z.int() })),
})

/**
 * What the earlier flow sent and what is kept of it may be answered still, or has been: a wait hears of the earlier
 * flow's events too. Where somebody is contacted anew before it, only what comes from now on counts.
 */
function wait(flow: FlowsTable, step: FlowStepsTable, given: unknown, { from, kept, effects }: Standing) {
  const settings = WaitSettings.parse(given)
  const next = { event: settings.event, correlation: settings.correlation, goto: null }
  const ofEarlier = [next, ...settings.alternatives].flatMap(({ event, correlation, goto }) => {
    const earlier = withFlowId(correlation, flow.id)
    if (earlier === correlation) return []
    return [{ event, correlation: earlier, goto: goto ?? step.on_success_goto ?? step.position + 1 }]
  })
  const isNew = effects.some(
    ({ position, effect }) =>
      effect === 'contact' && position >= from && position < step.position && !kept.has(position),
  )
  const about = pathsIn(settings.correlation).map((path) => Number(/^steps\.(\d+)\./.exec(path)?.[1]))
  const isOfEarlier = about.some((position) => position < from || kept.has(position))
  const before: unknown = JSON.parse(step.settings).events_since
  return {
    alternatives: [...settings.alternatives, ...ofEarlier],
    ...(isNew && !isOfEarlier
      ? {}
      : { events_since: typeof before === 'string' ? before : `evt_${flow.id.slice(4)}` }),
  }
}

/** `{{flow.id}}` → the id itself. */
const withFlowId = (text: string, id: string) => text.replace(/\{\{\s*flow\.id\s*\}\}/g, id)

function definitionOf(step: FlowStepsTable): Step {
  const { type, name, skill, title, description, input_params, param_mappings } = step
  const { settings, on_success_goto, on_fail_goto } = step
  return {
    type,
    name,
    skill,
    title,
    description,
    input_params,
    param_mappings,
    settings,
    on_success_goto,
    on_fail_goto,
  }
}
