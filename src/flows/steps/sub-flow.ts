import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { type ChildFlow, childrenOfRun, resultOfFlow } from '../../store/rows/flow-children.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import { failureOf, tooDeep, waitForChildren } from '../children.ts'
import { planOf } from '../create.ts'
import { isFinal, type TemplateDefinition } from '../definition.ts'
import { resolve } from '../mappings.ts'
import { needNoRival } from '../need.ts'
import type { Child, StepOutcome } from '../outcome.ts'
import { filled } from '../params.ts'
import { settingsOf } from '../state.ts'
import { needTemplate } from '../templates/find.ts'
import type { StepRun } from './run.ts'

const Settings = z.looseObject({ template: z.string(), params: z.record(z.string(), z.unknown()) })
const Params = z.record(z.string(), z.unknown())

/** Runs a template as a flow of its own and waits for its end. One that fails fails the step, with its error. */
export async function subFlow(run: StepRun): Promise<StepOutcome> {
  const { deps, step } = run
  const [child] = await childrenOfRun(deps.store.read, step)
  if (!child) return start(run)
  if (!isFinal(child.status)) return waitFor(run, [], [child], child.title)
  if (child.status !== 'completed') return failureOf(deps.store.read, child)
  const { id, status, outcome } = child
  const result = await resultOfFlow(deps.store.read, id)
  return { kind: 'done', result: { flow_id: id, status, outcome, result } }
}

function waitFor({ deps, state, step }: StepRun, children: Child[], open: ChildFlow[], title: string) {
  const what = `"${title}" to end`
  return waitForChildren(state, step, { open, children, what }, deps.clock.now())
}

/** Throws InputError: no such template, parameters that do not fit it, a ticket that is not there or not the AI's. */
async function start(run: StepRun): Promise<StepOutcome> {
  const { deps, state, step } = run
  const deep = tooDeep(state.flow)
  if (deep) return deep
  const settings = settingsOf(Settings, step)
  const { org } = state.flow
  const template = await needTemplate(deps.store.read, org, settings.template)
  const params = Params.parse(resolve(settings.params, run.scope()))
  run.noted.input = params
  const plan = planOf(template, params)
  const about = await aboutOf(run, template, params.ticket)
  const ticket = about?.ticket ?? state.flow.ticket
  await needNoRival(deps.store.read, { org, template: template.name, ticket })
  const child: Child = {
    plan,
    params: filled(template, params),
    context: {},
    branch: null,
    ...(about ? { about } : {}),
  }
  return waitFor(run, [child], [], plan.title)
}

/** Another ticket than its parent's brings its own customer and fence. */
async function aboutOf(
  { deps, state }: StepRun,
  template: Pick<TemplateDefinition, 'assigned_to_ai'>,
  ref: unknown,
): Promise<Child['about'] | undefined> {
  if (typeof ref !== 'string') return undefined
  const ticket = await getTicket(deps.store.read, state.flow.org, ref)
  if (!ticket) throw new InputError('unknown_ticket', `There is no ticket ${ref}.`, { status: 404 })
  if (template.assigned_to_ai && ticket.to_ai === 0) {
    throw new InputError('not_assigned', `${ref} is not assigned to AI; assign it first.`, { status: 409 })
  }
  if (ref === state.flow.ticket) return undefined
  return {
    ticket: ref,
    customerId: ticket.customer_id,
    fence: ticket.to_ai === 1 ? ticket.fence : null,
  }
}
