import type { EffectClass, Skills } from '../../skills/index.ts'
import type { Executor, FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { undoneEffects } from '../../store/rows/flow-undoing.ts'
import { Context, StepSettings, settingsOf } from '../state.ts'
import { createdBy } from '../steps/tool-call.ts'
import { aboutEffect, classOf, effectsOf, type StepEffect } from './done-effects.ts'

/** What becomes of an outside effect in a replay. */
export type AgainEffect = {
  position: number
  step: string
  title: string
  skill: string
  effect: EffectClass
  /** Whom or what it concerns, in words. */
  about: string
  /**
   * What the earlier flow came to: `done`, `undone` (done and rolled back), `failed` (surely not done), `in_doubt`, or
   * `none` (never tried).
   */
  earlier: 'done' | 'undone' | 'failed' | 'in_doubt' | 'none'
  /** When it was done, epoch ms. */
  done_at: number | null
  /**
   * `if_ticked`: it is skipped, its earlier result kept, unless its position is in `again`. `must_be_ticked`: it
   * cannot be told apart or skipped, so the replay starts only with it ticked. `yes`: it happens when the flow
   * gets there.
   */
  again: 'if_ticked' | 'must_be_ticked' | 'yes'
}

export type Kept = NonNullable<StepSettings['kept']>

/** Every effect from `from` on, and what may be kept of it, by position; and the steps before of which one was undone. */
export type ReplayEffects = { list: AgainEffect[]; keepable: Map<number, Kept>; undone: FlowStepsTable[] }

/** What would happen again in a replay from a position on: looked up before anything is started. */
export async function replayEffects(
  deps: { read: Executor; skills: Skills },
  flow: FlowsTable,
  steps: readonly FlowStepsTable[],
  from: number,
): Promise<ReplayEffects> {
  const all = await effectsOf(deps.read, flow)
  const undone = await undoneEffects(deps.read, flow.org, flow.id)
  const effects = all.filter(({ effect }) => !undone.has(effect.id))
  const list: AgainEffect[] = []
  const keepable = new Map<number, Kept>()
  for (const step of steps.slice(from)) {
    const of = effects.filter(({ outermost }) => outermost?.id === step.id)
    const found =
      step.type === 'tool_call' ? ofToolCall(deps.skills, flow, step, of) : ofChildren(flow, step, of)
    if (!found) continue
    if (found.kept) keepable.set(step.position, found.kept)
    const acting = of.filter(({ effect }) => effect.class !== 'read')
    const last = (acting.at(-1) ?? all.findLast(({ outermost }) => outermost?.id === step.id))?.effect
    list.push({
      position: step.position,
      step: step.name,
      title: step.title,
      skill: step.skill ?? [...new Set(acting.map(({ effect }) => effect.skill))].join(', '),
      effect: acting.some(({ effect }) => effect.class === 'contact')
        ? 'contact'
        : classOf(deps.skills, step.skill ?? '', inputOf(step)),
      about: last ? await aboutEffect(deps.read, last) : (flow.ticket ?? ''),
      earlier: last && undone.has(last.id) ? 'undone' : earlierOf(acting, found.kept),
      done_at: last?.state === 'done' ? last.updated_at : null,
      again: found.again,
    })
  }
  const isUndone = (step: FlowStepsTable) =>
    all.some(({ effect, outermost }) => outermost?.id === step.id && undone.has(effect.id))
  return { list, keepable, undone: steps.slice(0, from).filter(isUndone) }
}

/** What a step gives its skill, mappings as they stand. */
const inputOf = ({ input_params: fixed, param_mappings: mapped }: FlowStepsTable) => ({
  ...JSON.parse(fixed),
  ...JSON.parse(mapped),
})

type Found = { again: AgainEffect['again']; kept?: Kept }

function ofToolCall(
  skills: Skills,
  flow: FlowsTable,
  step: FlowStepsTable,
  effects: readonly StepEffect[],
): Found | undefined {
  const skill = step.skill ?? ''
  if (classOf(skills, skill, inputOf(step)) === 'read') return undefined
  // A replay of a replay: what the first one kept is still done.
  const results = { ...settingsOf(StepSettings, step).kept?.results }
  for (const { effect, runs } of effects) {
    if (effect.state !== 'done') continue
    const result: unknown = JSON.parse(effect.answer ?? 'null')
    const created = createdBy(skill, result)
    results[runs] = { result, ...(created ? { learned: { created } } : {}) }
  }
  const doubtful = effects.some(({ effect }) => isDoubtful(effect.state))
  if (doubtful) return { again: 'must_be_ticked' }
  if (Object.keys(results).length === 0) return { again: 'yes' }
  return { again: 'if_ticked', kept: { flow: flow.id, results } }
}

/** Branches and sub-flows start as a whole: one that came to its end is kept, of another nothing can be skipped. */
function ofChildren(
  flow: FlowsTable,
  step: FlowStepsTable,
  effects: readonly StepEffect[],
): Found | undefined {
  const before = settingsOf(StepSettings, step).kept
  if (effects.length === 0) return before ? { again: 'if_ticked', kept: before } : undefined
  if (effects.every(({ effect }) => effect.state === 'failed')) return { again: 'yes' }
  if (step.status !== 'completed' || step.runs !== 1) return { again: 'must_be_ticked' }
  const result: unknown = JSON.parse(step.result ?? 'null')
  return {
    again: 'if_ticked',
    kept: { flow: flow.id, results: { 1: { result, learned: learnedOf(effects) } } },
  }
}

/** What the children found and made is known to the steps after them, as it was. */
function learnedOf(effects: readonly StepEffect[]) {
  const contexts = effects.map(({ flow }) => Context.parse(JSON.parse(flow.context)))
  return {
    resolved: Object.assign({}, ...contexts.map(({ resolved_entities }) => resolved_entities ?? {})),
    created: Object.assign({}, ...contexts.map(({ created_entities }) => created_entities ?? {})),
  }
}

const isDoubtful = (state: string) => state === 'in_doubt' || state === 'trying'

function earlierOf(effects: readonly StepEffect[], kept: Kept | undefined): AgainEffect['earlier'] {
  const states = effects.map(({ effect }) => effect.state)
  if (states.some(isDoubtful)) return 'in_doubt'
  if (kept || states.includes('done')) return 'done'
  return states.length > 0 ? 'failed' : 'none'
}
