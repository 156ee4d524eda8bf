import { z } from 'zod'
import { previewReplay, previewRollback, replayFlow, rollBack, type Undoing } from '../../flows/index.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { defineRoute, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { personOf, showFlow } from './flows.ts'
import { ReplayEffects, RollbackPlan, RollbackStarted } from './shapes/back.ts'
import { OneFlow } from './shapes/flow.ts'

const id = z.object({ id: z.string() })
const step = z.union([z.int().min(0), z.string()]).describe('Position or name of a step')

const Replay = z.object({
  from: step.describe('Position or name of the step from which on it runs again'),
  input: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Changed input of that step; or, of several steps, an object by position: {"2": {…}}'),
  again: z.array(z.int()).default([]).describe('Positions whose done effects are to happen again'),
})

/** Going back: running a flow on from an earlier step, and taking back what it did. */
export function flowBackRoutes(deps: ApiDeps): Route[] {
  const { store, org } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/ai/flows/:id/replay',
      summary: 'What a replay from a step would do to the world outside, before it is started',
      scope: 'read',
      params: id,
      query: z.object({ from: z.string().describe('Position or name of a step') }),
      answer: ReplayEffects,
      async run({ params, query }) {
        const { flow, from, effects } = await previewReplay(deps.editing, org, params.id, query.from)
        return {
          flow: flow.id,
          from: { position: from.position, name: from.name, title: from.title },
          effects,
        }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/replay',
      summary:
        'Run a finished flow again from a step, as a new flow: earlier results are reused, done effects skipped unless ticked',
      scope: 'write',
      status: 201,
      params: id,
      body: Replay,
      answer: OneFlow,
      async run({ params, body, caller }) {
        const flow = await replayFlow(deps.editing, org, params.id, body, personOf(caller))
        return { success: true, flow: showFlow(flow, await getSteps(store.read, flow)) }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flows/:id/rollback',
      summary: 'How what a flow did would be taken back, newest first, and what cannot be',
      scope: 'read',
      params: id,
      answer: RollbackPlan,
      async run({ params }) {
        const { flow, undoing } = await previewRollback(deps, org, params.id)
        return { flow: flow.id, effects: undoing.map(showUndoing) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/rollback',
      summary: 'Take back what a finished flow did, newest first, as a flow of its own',
      scope: 'write',
      status: 201,
      params: id,
      body: z.object({
        only: z
          .array(z.string())
          .optional()
          .describe('Ids of effects; without it all that can be taken back'),
      }),
      answer: RollbackStarted,
      async run({ params, body, caller }) {
        const { flow, left } = await rollBack(deps, org, params.id, body.only, caller.actor)
        const steps = await getSteps(store.read, flow)
        return { success: true, flow: showFlow(flow, steps), left: left.map(showUndoing) }
      },
    }),
  ]
}

export function showUndoing({ effect, flow, step, class: effectClass, about, state, undo }: Undoing) {
  return {
    effect: effect.id,
    flow: flow.id,
    step: step ? { id: step.id, position: step.position, title: step.title } : null,
    skill: effect.skill,
    class: effectClass,
    about,
    done_at: effect.updated_at,
    state,
    undo: undo.kind === 'skill' ? { skill: undo.skill, title: undo.title, input: undo.input } : null,
    why: undo.kind === 'impossible' ? undo.why : null,
  }
}
