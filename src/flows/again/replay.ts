import { InputError } from '../../ops/errors.ts'
import type { Skills } from '../../skills/index.ts'
import type { Executor, FlowStepsTable, FlowsTable, Store, Tx } from '../../store/index.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import type { OrgId } from '../../work/index.ts'
import type { Person } from '../answers/may.ts'
import { type CreateDeps, insertPlan } from '../create.ts'
import { isFinal } from '../definition.ts'
import { writeFlowLog } from '../log.ts'
import { conflict, needFlow } from '../need.ts'
import type { SkillPolicy } from '../skill-policy.ts'
import type { Context } from '../state.ts'
import { contextBefore } from './context-before.ts'
import { withChanges } from './edit-input.ts'
import { type AgainEffect, type Kept, replayEffects } from './replay-effects.ts'
import { replayPlan } from './replay-plan.ts'

export type ReplayDeps = CreateDeps & { store: Store; skills: Skills; policy: SkillPolicy }

export type ReplayRequest = {
  /** A step's position or name. */
  from: string | number
  /** Changed input of that step, or of several by their positions; merged into what a step had. */
  input: Record<string, unknown>
  /** Positions whose done effects are to happen again. */
  again: readonly number[]
}

/**
 * Which outside effects a replay from a step would have, before anything starts. Throws InputError as
 * `replayFlow` does.
 */
export async function previewReplay(
  deps: ReplayDeps,
  org: OrgId,
  flowId: string,
  from: string | number,
): Promise<{ flow: FlowsTable; from: FlowStepsTable; effects: AgainEffect[] }> {
  const { read } = deps.store
  const flow = await replayable(read, org, flowId)
  const steps = await getSteps(read, flow)
  const step = stepAt(steps, from)
  const { list } = await replayEffects({ read, skills: deps.skills }, flow, steps, step.position)
  return { flow, from: step, effects: list }
}

/**
 * Starts a flow that is over anew from one of its steps, as a flow of its own: the results before that step are
 * reused, done effects are skipped unless they are in `again`. Throws InputError: 404 `unknown_flow`,
 * `unknown_step`; 409 `conflict` where it is not over, is part of another flow, or its ticket has an unfinished one;
 * 409 `not_assigned`; 409 `must_be_ticked`; 400 `bad_input`; Refused `refused_policy` for other input to a skill that
 * the person may not use.
 */
export async function replayFlow(
  deps: ReplayDeps,
  org: OrgId,
  flowId: string,
  request: ReplayRequest,
  person: Person,
): Promise<FlowsTable> {
  const { actor } = person
  return deps.store.write(async (tx) => {
    const flow = await replayable(tx, org, flowId)
    const found = await getSteps(tx, flow)
    const from = stepAt(found, request.from).position
    const effects = await replayEffects({ read: tx, skills: deps.skills }, flow, found, from)
    const { list, keepable } = effects
    refuseIfUndone(effects.undone)
    const kept = keptOf(list, keepable, request)
    const steps = withChanges(deps, found, { from, kept }, request.input, person)
    const context = atRequestOf(person, await contextBefore(tx, flow, steps.slice(0, from)))
    const replay = await insertPlan(deps, tx, replayPlan(flow, steps, { from, kept, effects: list }), {
      org,
      params: context.params,
      settings: context.settings,
      context,
      request: flow.original_request,
      requestedBy: actor,
      requestedFrom: `replay of ${flow.id}`,
      ...(flow.case_id === flow.id ? {} : { caseId: flow.case_id }),
      ...(await presentTicket(tx, flow)),
      replayOf: flow.id,
    })
    if (!replay) throw conflict(`${flow.ticket} already has an unfinished flow.`)
    await writeFlowLog(tx, {
      id: deps.newId('log'),
      org,
      flowId: flow.id,
      stepId: steps[from]?.id ?? null,
      type: 'flow_replayed',
      message: `replayed from "${steps[from]?.title}" as ${replay.id}, by ${actor}`,
      metadata: { replay: replay.id, kept: [...kept.keys()], again: request.again },
      actor,
      at: deps.clock.now(),
    })
    return replay
  })
}

async function replayable(read: Executor, org: OrgId, flowId: string): Promise<FlowsTable> {
  const flow = await needFlow(read, org, flowId)
  if (!isFinal(flow.status))
    throw conflict(`The flow is ${flow.status}; only one that is over can be replayed. Cancel it first.`)
  if (flow.parent_flow_id !== null)
    throw conflict(`This is a part of flow ${flow.parent_flow_id}; replay that one.`)
  if (flow.undo_of !== null)
    throw conflict(`This took back what ${flow.undo_of} did; roll that one back again instead.`)
  return flow
}

function stepAt(steps: readonly FlowStepsTable[], at: string | number): FlowStepsTable {
  const step = steps.find(({ position, name }) => position === at || name === at || String(position) === at)
  if (step) return step
  const names = steps.map(({ position, name }) => `${position} (${name})`).join(', ')
  throw new InputError('unknown_step', `The flow has no step ${at}.`, {
    status: 404,
    issues: [{ path: 'from', message: `one of ${names}` }],
  })
}

/** Results that were taken back are none to go on from. */
function refuseIfUndone([first]: readonly FlowStepsTable[]) {
  if (first)
    throw conflict(`"${first.title}" was rolled back; replay from step ${first.position} or an earlier one.`)
}

/** What is not done again. What may have been done, and cannot be skipped, has to be ticked. */
function keptOf(
  list: readonly AgainEffect[],
  keepable: ReadonlyMap<number, Kept>,
  { again }: ReplayRequest,
): Map<number, Kept> {
  const positions = list.map(({ position }) => position)
  const unknown = again.filter((position) => !positions.includes(position))
  if (unknown.length > 0) {
    throw new InputError('bad_input', 'What is ticked has no effect outside.', {
      issues: unknown.map((position) => ({
        path: 'again',
        message: `${position} is none of ${positions.join(', ') || 'nothing'}`,
      })),
    })
  }
  const open = list.filter((one) => one.again === 'must_be_ticked' && !again.includes(one.position))
  if (open.length > 0) {
    throw new InputError('must_be_ticked', 'Something may have been done that would be done again.', {
      status: 409,
      issues: open.map(({ position, title, earlier }) => ({
        path: 'again',
        message: `${position}: "${title}" is ${earlier.replace('_', ' ')}; look there first, then tick it`,
      })),
    })
  }
  return new Map([...keepable].filter(([position]) => !again.includes(position)))
}

/**
 * What was done at somebody's request is now done at this person's: with the skills that they may use. A template's
 * steps are nobody's request.
 */
const atRequestOf = ({ role }: Person, context: Context): Context =>
  context.asked_by_role === undefined ? context : { ...context, asked_by_role: role }

/** As the ticket is now: a replay must not act under a fence that a person has raised meanwhile. */
async function presentTicket(tx: Tx, flow: FlowsTable) {
  if (flow.ticket === null) return { ticket: null, customerId: flow.customer_id, fence: flow.fence }
  const ticket = await getTicket(tx, flow.org, flow.ticket)
  if (flow.fence !== null && ticket?.to_ai !== 1) {
    throw new InputError('not_assigned', `${flow.ticket} is not assigned to AI; assign it first.`, {
      status: 409,
    })
  }
  return {
    ticket: flow.ticket,
    customerId: ticket?.customer_id ?? flow.customer_id,
    fence: ticket?.to_ai === 1 ? ticket.fence : null,
  }
}
