import type { Executor, FlowStepsTable, FlowsTable, Tx } from '../store/index.ts'
import { retryDoubtful } from '../store/rows/effects.ts'
import {
  type ChildFlow,
  childrenOfRun,
  openChildren,
  reopenChild,
  reopenSteps,
} from '../store/rows/flow-children.ts'
import { flowsAbove } from '../store/rows/flow-family.ts'
import { enteredStep, getSteps, saveStep } from '../store/rows/flow-steps.ts'
import { getFlow } from '../store/rows/flows.ts'
import type { WorkQueue } from '../work/index.ts'
import { boundReached, boundText } from './bounds.ts'
import { type CreateDeps, DEPTH_MAX, insertPlan } from './create.ts'
import { writeFlowLog } from './log.ts'
import { needNoRival } from './need.ts'
import type { Child, StepOutcome } from './outcome.ts'
import { runFlowWork } from './run-work.ts'
import { contextOf, type FlowState } from './state.ts'
import { causeOf } from './steps/run.ts'

/** Where its own deadline has passed and been reported, a flow looks after its children once a day. */
const LOOK_AGAIN_MS = 86_400_000

/**
 * Starts a branch or a sub-flow of a step, in the transaction that parks the step.
 * @returns false when its ticket has another unfinished flow of its template.
 */
export async function startChild(
  deps: CreateDeps,
  tx: Tx,
  { flow, context }: FlowState,
  step: FlowStepsTable,
  child: Child,
): Promise<boolean> {
  const now = deps.clock.now()
  // It is through when its parent has to be.
  const deadlineAt = Math.min(now + child.plan.deadlineMs, flow.deadline_at)
  const started = await insertPlan(
    deps,
    tx,
    { ...child.plan, deadlineAt },
    {
      org: flow.org,
      params: child.params,
      context: child.context,
      settings: context.settings,
      requestedBy: flow.requested_by,
      requestedFrom: `flow ${flow.id}`,
      caseId: flow.case_id,
      ticket: flow.ticket,
      customerId: flow.customer_id,
      fence: flow.fence,
      ...child.about,
      parent: {
        flowId: flow.id,
        stepId: step.id,
        runs: step.runs,
        branch: child.branch,
        depth: flow.depth + 1,
      },
    },
  )
  if (!started) return false
  await writeFlowLog(tx, {
    id: deps.newId('log'),
    org: flow.org,
    flowId: flow.id,
    stepId: step.id,
    type: 'child_started',
    message: `"${started.title}" started`,
    metadata: { flow: started.id, branch: child.branch },
    at: now,
  })
  return true
}

/** Why a flow may not have flows below it, or undefined. */
export function tooDeep({ depth }: Pick<FlowsTable, 'depth'>): StepOutcome | undefined {
  if (depth < DEPTH_MAX) return undefined
  const error = `Flows may start flows ${DEPTH_MAX} deep; this one is the ${DEPTH_MAX}th below the first.`
  return { kind: 'failed', code: 'too_deep', error, retry: { when: 'never' } }
}

/**
 * Parks a step until its children end. What a person has to answer in one of them is told at the parent, too.
 * Nothing changes where the flow has said the same before.
 */
export function waitForChildren(
  { flow }: FlowState,
  step: FlowStepsTable,
  about: { open: readonly ChildFlow[]; children: Child[]; what: string },
  now: number,
): StepOutcome {
  const asking = about.open.filter(({ status, waiting_for }) => status === 'awaiting_user' && waiting_for)
  const answers = asking.map(({ title, waiting_for }) => `"${title}" waits for ${waiting_for}`)
  const waitingFor = [about.what, ...answers.slice(0, 3)].join('; ')
  const until = flow.deadline_at > now ? flow.deadline_at : now + LOOK_AGAIN_MS
  const isNews = waitingFor !== flow.waiting_for || until !== step.wait_until
  if (about.children.length === 0 && !isNews && step.status === 'waiting') return { kind: 'parked' }
  return { kind: 'wait', status: 'waiting', waitingFor, until, children: about.children }
}

/** What the end of a child that did not complete means to the step that waits for it: its own error. */
export async function failureOf(
  read: Executor,
  child: ChildFlow,
): Promise<Extract<StepOutcome, { kind: 'failed' }>> {
  const retry = { when: 'never' } as const
  if (child.status === 'cancelled') {
    const error = `"${child.title}" was cancelled: ${child.last_error ?? 'nobody said why'}`
    return { kind: 'failed', code: 'cancelled', error, retry }
  }
  const flow = await getFlow(read, child.org, child.id)
  const code = (flow && contextOf(flow).failure?.code) ?? 'unexpected'
  return { kind: 'failed', code, error: `"${child.title}" failed: ${child.last_error ?? code}`, retry }
}

/** How long a flow that is held by a bound of one above it sleeps, unless it is woken before. */
const HELD_MS = 600_000

/**
 * A branch or a sub-flow goes no further while a flow above it is over a bound: that one asks, once for all.
 * @returns the flow that is to ask, and until when this one is held.
 */
export async function heldFromAbove(
  read: Executor,
  flow: Pick<FlowsTable, 'id' | 'parent_flow_id'>,
  now: number,
): Promise<{ by: FlowsTable; outcome: Extract<StepOutcome, { kind: 'held' }> } | undefined> {
  if (flow.parent_flow_id === null) return undefined
  for (const by of await flowsAbove(read, flow.id)) {
    const reached = boundReached(by, now)
    if (!reached) continue
    const why = `a person to give "${by.title}" more room: ${boundText(reached)}`
    return { by, outcome: { kind: 'held', until: now + HELD_MS, why } }
  }
  return undefined
}

/** The flows below look again: a person has given their parent more room. */
export async function wakeChildren(queue: WorkQueue, tx: Tx, flow: string): Promise<void> {
  for (const { id, org, case_id: caseId } of await openChildren(tx, flow)) {
    await queue.add(tx, runFlowWork, { flowId: id }, { org, caseId, unique: id })
    await wakeChildren(queue, tx, id)
  }
}

/** Whoever waits for a flow looks again, in the transaction that changes what it waits for. */
export async function wakeParent(
  queue: WorkQueue,
  tx: Tx,
  flow: Pick<FlowsTable, 'org' | 'case_id' | 'parent_flow_id'>,
): Promise<void> {
  const { org, case_id: caseId, parent_flow_id: parent } = flow
  if (parent !== null) await queue.add(tx, runFlowWork, { flowId: parent }, { org, caseId, unique: parent })
}

/**
 * A step is retried whose children failed, or were cancelled for that: they go on where they stood, with the same
 * causes, and what they did is not done again. Throws InputError 409 where one's ticket has another unfinished flow.
 */
export async function resumeChildren(
  deps: CreateDeps,
  tx: Tx,
  step: FlowStepsTable,
  actor: string,
): Promise<void> {
  if (step.type !== 'parallel' && step.type !== 'sub_flow') return
  for (const { id, org, status } of await childrenOfRun(tx, step)) {
    if (status === 'failed' || status === 'cancelled') await resumeChild(deps, tx, org, id, actor)
  }
}

async function resumeChild(deps: CreateDeps, tx: Tx, org: string, id: string, actor: string): Promise<void> {
  const child = await getFlow(tx, org, id)
  if (!child) return
  await needNoRival(tx, child)
  const now = deps.clock.now()
  const at = (await getSteps(tx, child))[child.position]
  const begun = child.started_at !== null && at !== undefined
  const waitingFor = begun ? `"${at.title}" to be tried again` : 'its first step'
  await reopenChild(tx, { id, status: begun ? 'running' : 'pending', waitingFor, now })
  await reopenSteps(tx, id, now)
  if (begun) {
    const again = { ...enteredStep(at, Math.max(at.runs, child.entered_runs), now), updated_at: now }
    await saveStep(tx, again)
    const byHand = `in doubt, and to be tried again, says ${actor}`
    await retryDoubtful(tx, org, id, causeOf(id, again), byHand, now)
    await resumeChildren(deps, tx, again, actor)
  }
  await writeFlowLog(tx, {
    id: deps.newId('log'),
    org,
    flowId: id,
    stepId: at?.id ?? null,
    type: 'flow_resumed',
    message: `goes on with its parent, which ${actor} retried`,
    actor,
    at: now,
  })
  await deps.queue.add(tx, runFlowWork, { flowId: id }, { org, caseId: child.case_id, unique: id })
}
