import { z } from 'zod'
import type { ModelRun, Prices } from '../../ai/index.ts'
import type { Role } from '../../skills/index.ts'
import type { SyncDeps } from '../../tickets/index.ts'
import type { OrgId } from '../../work/index.ts'
import { needGoodSteps } from '../check.ts'
import { againstFor, type CheckDeps, offeredSkills } from '../checks/against.ts'
import { emptyOf, findAbout } from './about.ts'
import { modelCosts, viewOf } from './estimate.ts'
import type { PlanRepair } from './read-plan.ts'

/** A plan as a preview answered it, that comes back to be started: what was looked at is what runs. */
export const ShownPlan = z.object({
  title: z.string().min(1).max(255),
  planned_steps: z.array(z.unknown()).min(1),
  suggestions: z
    .array(
      z.object({ type: z.literal('suggestion'), message: z.string().max(300), action: z.string().max(300) }),
    )
    .max(3)
    .default([]),
})
export type ShownPlan = z.infer<typeof ShownPlan>

/** How a plan came about: what the model was asked, null where that is not known any more, and what was put right. */
export type Origin = { asked: { prompt: string | null; runs: ModelRun[] }; repairs: PlanRepair[] }

type Deps = CheckDeps & SyncDeps & { model: { prices: Prices; model: string | null } }
type Request = { message: string; role: Role; ticket?: string | undefined }

/**
 * The plan again, held to everything once more: it comes from outside, and what it names may have changed since.
 * No model is asked. Throws InputError 422 `bad_steps`, 404 for a ticket that is not there.
 */
export async function planAsShown(deps: Deps, org: OrgId, request: Request, shown: ShownPlan) {
  const about = await findAbout(deps, org, request)
  const audience = { org, role: request.role, customerId: about.ticket?.customer_id ?? null }
  const given = { steps: shown.planned_steps, params: [], empty: emptyOf(about) }
  const against = await againstFor(deps, audience, given)
  const steps = needGoodSteps(shown.planned_steps, against)
  const costOf = await modelCosts(deps.store.read, org, deps.model)
  const skills = await offeredSkills(deps, audience)
  return {
    view: viewOf(shown.title, steps, against, costOf),
    steps,
    suggestions: shown.suggestions,
    about,
    availableSkills: skills.map(({ name }) => name),
  }
}

const REMEMBERED = 200

/**
 * How the plans that were shown last came about, so that the flow that one becomes can say so. In this process
 * alone: after a restart, or at another one, a plan that comes back runs all the same and does not say it.
 */
export function rememberOrigins() {
  const last = new Map<string, Origin>()
  const keyOf = (org: OrgId, message: string, plan: { steps: unknown }) =>
    JSON.stringify([org, message, plan.steps])
  return {
    keep(org: OrgId, message: string, plan: { steps: unknown } & Origin) {
      const [oldest] = last.keys()
      if (last.size >= REMEMBERED && oldest !== undefined) last.delete(oldest)
      last.set(keyOf(org, message, plan), { asked: plan.asked, repairs: plan.repairs })
    },
    find: (org: OrgId, message: string, plan: { steps: unknown }): Origin =>
      last.get(keyOf(org, message, plan)) ?? { asked: { prompt: null, runs: [] }, repairs: [] },
  }
}
