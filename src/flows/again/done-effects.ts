import { z } from 'zod'
import type { EffectClass, Skills } from '../../skills/index.ts'
import type { EffectsTable, Executor, FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import { effectsOfFlow } from '../../store/rows/effects.ts'
import { childrenOf } from '../../store/rows/flow-children.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { getFlow } from '../../store/rows/flows.ts'
import { classOfUse } from '../checks/contacts.ts'

/** One thing that a flow did, or may have done, to the world outside. */
export type StepEffect = {
  effect: EffectsTable
  flow: FlowsTable
  /** Its step; undefined where it is not there any more. */
  step: FlowStepsTable | undefined
  /** Which execution of the step it was, from 1. */
  runs: number
  /** The step of the outermost flow in which it happened: its own, or the one that started the branch. */
  outermost: FlowStepsTable | undefined
}

/** What a flow and its branches and sub-flows wrote and whom they contacted, in the order in which it was begun. */
export async function effectsOf(
  read: Executor,
  flow: FlowsTable,
  outermost?: FlowStepsTable,
): Promise<StepEffect[]> {
  const steps = await getSteps(read, flow)
  const own = (await effectsOfFlow(read, flow.org, flow.id)).flatMap((effect): StepEffect[] => {
    const [, flowId, position, runs] = effect.cause.split(':')
    if (flowId !== flow.id) return []
    const step = steps.find((one) => one.position === Number(position))
    return [{ effect, flow, step, runs: Number(runs), outermost: outermost ?? step }]
  })
  const inside: StepEffect[] = []
  for (const { id, parent_step_id } of await childrenOf(read, flow.id)) {
    const child = await getFlow(read, flow.org, id)
    const starter = outermost ?? steps.find((step) => step.id === parent_step_id)
    if (child) inside.push(...(await effectsOf(read, child, starter)))
  }
  return [...own, ...inside].toSorted((a, b) => (a.effect.id < b.effect.id ? -1 : 1))
}

const Telling = z.looseObject({ subject: z.string(), title: z.string(), status: z.string() }).partial()

/** Whom or what an effect was about, for people: `Ada Lovelace, zendesk:4711, "Your refund"`. */
export async function aboutEffect(read: Executor, effect: EffectsTable): Promise<string> {
  const customer = effect.customer_id ? await getCustomer(read, effect.org, effect.customer_id) : undefined
  const { subject, title, status } = Telling.catch({}).parse(JSON.parse(effect.input))
  const telling = subject ?? title
  return [
    customer?.name,
    effect.ticket,
    telling === undefined ? undefined : `"${telling.slice(0, 120)}"`,
    status === undefined ? undefined : `status ${status}`,
  ]
    .filter((part) => part !== undefined && part !== null)
    .join(', ')
}

/** What running a skill does, a contact where it leads to one; one that is not there any more counts as a write. */
export function classOf(skills: Skills, name: string, input: unknown): EffectClass {
  const skill = skills.get(name)
  return skill ? classOfUse(skill, input) : 'write'
}
