import { type StoredEvent, type Subscriber, subscribeByWork } from '../events/index.ts'
import type { View } from '../ports/index.ts'
import type { Skills } from '../skills/index.ts'
import type { FlowStepsTable, FlowsTable, Store } from '../store/index.ts'
import { chatMessagesOf } from '../store/rows/cases.ts'
import { findEffect } from '../store/rows/effects.ts'
import { childrenOf, openChildren } from '../store/rows/flow-children.ts'
import { getSteps } from '../store/rows/flow-steps.ts'
import { getFlow } from '../store/rows/flows.ts'
import type { Job, WorkKind, WorkQueue } from '../work/index.ts'
import { cardOfCase } from './case-card.ts'
import { viewOfFlowSteps, viewOfPing } from './flow-view.ts'

const TYPES = ['flow_input_required', 'flow_input_closed', 'flow_completed', 'flow_cancelled'] as const

type Deps = { store: Store; queue: WorkQueue; skills: () => Skills; publicUrl: string }

/**
 * Tells the team of flows that ask a person: a card with the question, what it is about, until when, and the
 * steps, which is the case's one message and changes as the flow goes on. Reminders and handing on are said in its
 * thread as well, since an edit calls nobody. A flow that asks nothing has no card of this kind; one that fails is
 * told of by its escalation.
 */
export function followFlows(deps: Deps): { subscriber: Subscriber; work: WorkKind } {
  return subscribeByWork(deps, {
    name: 'flow_card',
    types: TYPES,
    key: ({ flowId }) => `flow_card:${flowId}`,
    async run(event, stored, job) {
      const flow = await getFlow(deps.store.read, stored.org, event.flowId)
      if (!flow || !(await isToBeTold(deps, flow, stored))) return undefined
      const root = await rootOf(deps.store, flow)
      const asking = (await questionOf(deps.store, flow)) ?? (await questionOf(deps.store, root))
      const steps = await getSteps(deps.store.read, root)
      const card = cardOfCase(root.case_id)
      const { publicUrl } = deps
      await post(deps, stored, job, { card, view: viewOfFlowSteps({ flow: root, steps, asking, publicUrl }) })
      if (event.type === 'flow_input_required' && event.moment !== 'asked' && asking) {
        const view = viewOfPing(asking, event.moment, publicUrl)
        await post(deps, stored, job, { card: `${card}:${stored.id}`, view, under: card })
      }
      return undefined
    },
  })
}

async function isToBeTold({ store }: Deps, flow: FlowsTable, stored: StoredEvent): Promise<boolean> {
  if (flow.status === 'awaiting_user') return true
  const { type } = stored.event
  const shown = await chatMessagesOf(store.read, flow.org, cardOfCase(flow.case_id))
  // A post that a crash cut off is finished, so that it does not stay unanswered for ever.
  if (shown.length === 0)
    return (await findEffect(store.read, flow.org, `post_chat:${causeOf(stored, 'card')}`)) !== undefined
  if (flow.status === 'failed') return false
  const steps = await getSteps(store.read, flow)
  // Who tells the team of its end itself has the last word.
  if (steps.some(tellsTheTeam)) return false
  if (type === 'flow_input_required' || type === 'flow_input_closed') return true
  // The end of a branch or a sub-flow is its parent's affair.
  return flow.parent_flow_id === null && hasAsked(store, flow.org, flow.id)
}

/** Itself, or a branch or a sub-flow of it. */
async function hasAsked(store: Store, org: string, id: string): Promise<boolean> {
  const flow = await getFlow(store.read, org, id)
  const steps = flow ? await getSteps(store.read, flow) : []
  if (steps.some(isQuestion)) return true
  for (const child of await childrenOf(store.read, id)) if (await hasAsked(store, org, child.id)) return true
  return false
}

const isQuestion = ({ type, prompt, user_response, wait_until }: FlowStepsTable) =>
  prompt !== null || user_response !== null || (type === 'approval' && wait_until !== null)

const tellsTheTeam = ({ skill, status }: FlowStepsTable) => skill === 'post_chat' && status === 'completed'

type Question = { flow: FlowsTable; step: FlowStepsTable }

/** What a flow asks, or the first that a branch or a sub-flow of it does. */
async function questionOf(store: Store, flow: FlowsTable): Promise<Question | null> {
  if (flow.status === 'awaiting_user') {
    const step = (await getSteps(store.read, flow))[flow.position]
    return step?.status === 'awaiting_user' ? { flow, step } : null
  }
  if (flow.status !== 'waiting') return null
  for (const { id } of await openChildren(store.read, flow.id)) {
    const child = await getFlow(store.read, flow.org, id)
    const question = child && (await questionOf(store, child))
    if (question) return question
  }
  return null
}

async function rootOf(store: Store, flow: FlowsTable): Promise<FlowsTable> {
  if (flow.parent_flow_id === null) return flow
  const parent = await getFlow(store.read, flow.org, flow.parent_flow_id)
  return parent ? rootOf(store, parent) : flow
}

function post(
  { skills }: Deps,
  stored: StoredEvent,
  job: Job,
  input: { card: string; view: View; under?: string },
) {
  return skills().act('post_chat', input, {
    org: stored.org,
    cause: causeOf(stored, input.under ? 'ping' : 'card'),
    actor: 'system',
    caseId: stored.caseId,
    flowId: null,
    fence: null,
    depth: stored.depth + 1,
    log: job.log,
  })
}

const causeOf = ({ id }: StoredEvent, what: 'card' | 'ping') => `flow_card:${id}:${what}`
