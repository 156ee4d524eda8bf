import type { EffectClass, Skills, Undo } from '../../skills/index.ts'
import type { EffectsTable, Executor, FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { undoneEffects } from '../../store/rows/flow-undoing.ts'
import { fenceOf } from '../../store/rows/tickets.ts'
import { defaultBounds } from '../bounds.ts'
import type { FlowPlan } from '../create.ts'
import { aboutEffect, classOf, effectsOf } from './done-effects.ts'

/** One done effect of a flow, and how it is taken back. */
export type Undoing = {
  effect: EffectsTable
  flow: FlowsTable
  step: FlowStepsTable | undefined
  /** What the effect was at most: a call that was asked for reached the customer. */
  class: EffectClass
  /** Whom or what it concerned, in words. */
  about: string
  state: 'undoable' | 'impossible' | 'undone'
  undo: Undo
}

const DEADLINE_MS = 86_400_000
/** What makes taking one thing back void and does not keep the others from being taken back. */
const VOID = [
  'refused_changed_since',
  'refused_fence',
  'vendor_rejected',
  'vendor_not_found',
  'conflict',
  'unknown_ticket',
  'unknown_escalation',
  'unknown_customer',
  'unknown_task',
]

/** Everything that a flow did, its branches and sub-flows too, newest first. What surely was not done is left out. */
export async function undoingOf(
  deps: { read: Executor; skills: Skills },
  flow: FlowsTable,
): Promise<Undoing[]> {
  const undone = await undoneEffects(deps.read, flow.org, flow.id)
  const done = (await effectsOf(deps.read, flow)).filter(
    ({ effect }) => effect.state !== 'failed' && effect.class !== 'read',
  )
  return Promise.all(
    done.toReversed().map(async ({ effect, flow, step }): Promise<Undoing> => {
      const undo = (await takenSince(deps.read, flow, effect)) ?? (await deps.skills.undoOf(effect))
      const isUndone = undone.has(effect.id)
      const state = isUndone ? 'undone' : undo.kind === 'skill' ? 'undoable' : 'impossible'
      const about = await aboutEffect(deps.read, effect)
      return {
        effect,
        flow,
        step,
        class: classOf(deps.skills, effect.skill, JSON.parse(effect.input)),
        about,
        state,
        undo,
      }
    }),
  )
}

/** What a person took over is theirs, whatever we did to it before. */
async function takenSince(
  read: Executor,
  { org, fence }: FlowsTable,
  { ticket }: EffectsTable,
): Promise<Undo | undefined> {
  if (ticket === null || fence === null || (await fenceOf(read, org, ticket)) === fence) return undefined
  return { kind: 'impossible', why: `A person has taken ${ticket} over since; it is left as it is.` }
}

/** Taking effects back as a plan: one step each, in the order given. What has become void is passed over. */
export function undoPlan(flow: FlowsTable, undoing: readonly Undoing[]): FlowPlan {
  const steps = undoing.flatMap(({ effect, step, undo }) =>
    undo.kind === 'skill' ? [{ effect, step, undo }] : [],
  )
  return {
    template: null,
    version: null,
    title: `Roll back "${flow.title}"`.slice(0, 255),
    deadlineMs: DEADLINE_MS,
    bounds: defaultBounds,
    steps: steps.map(({ effect, step, undo }, position) => ({
      type: 'tool_call',
      name: `undo_${position}`,
      skill: undo.skill,
      title: undo.title.slice(0, 255),
      description: `Takes back "${step?.title ?? effect.skill}".`,
      // As they are: what customers wrote is no mapping.
      input_params: JSON.stringify(undo.input),
      param_mappings: '{}',
      settings: JSON.stringify({
        undoes: { step: step?.id ?? '', effect: effect.id },
        on_timeout: null,
        on_error: Object.fromEntries(VOID.map((code) => [code, position + 1])),
        outcome: 'rolled_back',
      }),
      on_success_goto: null,
      on_fail_goto: null,
    })),
  }
}
