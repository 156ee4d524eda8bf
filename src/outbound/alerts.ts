import type { Logger } from 'pino'
import { type Subscriber, subscribeByWork } from '../events/index.ts'
import type { View } from '../ports/index.ts'
import type { Skills } from '../skills/index.ts'
import type { EscalationsTable, Store } from '../store/index.ts'
import { getEscalation } from '../store/rows/cases.ts'
import { getFlow } from '../store/rows/flows.ts'
import type { WorkKind, WorkQueue } from '../work/index.ts'
import { cardOfCase, viewOfFlow } from './case-card.ts'

/**
 * Keeps the team's cards in step with escalations: a new one is posted, a claimed or resolved one is edited.
 * While a flow is still on its way to its own card, that card tells of the escalation as well.
 */
export function alertTeam(deps: {
  store: Store
  queue: WorkQueue
  skills: () => Skills
  publicUrl: string
  log: Logger
}): { subscriber: Subscriber; work: WorkKind } {
  const { subscriber, work } = subscribeByWork(deps, {
    name: 'alert_team',
    types: ['escalation_created', 'escalation_assigned', 'escalation_resolved'],
    key: (event) => `alert:${event.escalationId}`,
    async run(event, stored, job) {
      const escalation = await getEscalation(deps.store.read, stored.org, event.escalationId)
      if (!escalation) return undefined
      const flow = escalation.flow_id
        ? await getFlow(deps.store.read, stored.org, escalation.flow_id)
        : undefined
      if (event.type === 'escalation_created' && escalation.source === 'flow' && flow?.status === 'running') {
        return undefined
      }
      const view = flow
        ? await viewOfFlow(deps, stored.org, flow.id)
        : viewOfEscalation(escalation, deps.publicUrl)
      const card = flow ? cardOfCase(flow.case_id) : cardOfCase(escalation.ticket ?? escalation.id)
      await deps.skills().act(
        'post_chat',
        { card, view },
        {
          org: stored.org,
          cause: `alert:${stored.id}`,
          actor: 'system',
          caseId: stored.caseId,
          flowId: escalation.flow_id,
          fence: null,
          depth: stored.depth + 1,
          log: job.log,
        },
      )
      return undefined
    },
  })
  return { subscriber, work }
}

/** A card for an escalation that no flow stands behind. */
export function viewOfEscalation(escalation: EscalationsTable, publicUrl: string): View {
  return {
    tone: escalation.priority === 'low' ? 'info' : escalation.priority === 'normal' ? 'warning' : 'danger',
    title: `${escalation.priority.toUpperCase()} · ${escalation.reason}`,
    lines: escalation.brief.split('\n'),
    fields: [
      { label: 'State', value: escalation.status },
      ...(escalation.ticket ? [{ label: 'Ticket', value: escalation.ticket }] : []),
    ],
    links: [{ label: 'Open', url: `${publicUrl}/#/escalations/${escalation.id}` }],
  }
}
