import { type Events, type Subscriber, subscribeByWork } from '../events/index.ts'
import type { Clock } from '../ports/index.ts'
import type { Store } from '../store/index.ts'
import { activeFlowsOfTicket } from '../store/rows/flows.ts'
import { getTicket } from '../store/rows/tickets.ts'
import type { WorkKind, WorkQueue } from '../work/index.ts'
import { cancelFlow } from './cancel.ts'
import { createFlow } from './create.ts'
import type { TemplateDefinition } from './definition.ts'

type Deps = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  queue: WorkQueue
  events: Events
  template: TemplateDefinition
  /** What every flow is given of the configuration. */
  settings: Record<string, unknown>
}

const LOOK_AGAIN_MS = 5_000

/**
 * A ticket assigned to AI starts the main job, once; a ticket taken away ends what runs for it, with that reason.
 */
export function followAssignments(deps: Deps): { subscribers: Subscriber[]; work: WorkKind[] } {
  const assigned = subscribeByWork(deps, {
    name: 'ticket_assigned',
    types: ['ticket_assigned'],
    key: (event) => `ticket:${event.ticket}`,
    async run(event, stored) {
      if (!event.toAi) return undefined
      const ticket = await getTicket(deps.store.read, stored.org, event.ticket)
      // Taken away again before we looked.
      if (ticket?.to_ai !== 1) return undefined
      const started = await deps.store.write((tx) =>
        createFlow(deps, tx, deps.template, {
          org: stored.org,
          params: { ticket: event.ticket },
          settings: deps.settings,
          requestedBy: 'system',
          requestedFrom: `ticket ${event.ticket}`,
          ticket: event.ticket,
          customerId: ticket.customer_id,
          fence: ticket.fence,
        }),
      )
      if (started || !event.newly) return undefined
      // We had let go of it, but the flow that did is not through yet: it still tells the team, say.
      const [running] = await activeFlowsOfTicket(deps.store.read, stored.org, event.ticket)
      const isEarlier = !running || running.created_at < stored.receivedAt
      return isEarlier
        ? { again: deps.clock.now() + LOOK_AGAIN_MS, why: 'the flow before is ending' }
        : undefined
    },
  })
  // In the event's own transaction: from its commit on, nothing of the flow goes out.
  const taken: Subscriber = {
    types: ['ticket_taken'],
    async onAppend(tx, { org, event }) {
      if (event.type !== 'ticket_taken') return
      for (const flow of await activeFlowsOfTicket(tx, org, event.ticket)) {
        await cancelFlow(deps, tx, org, flow.id, {
          reason: event.reason,
          outcome: 'taken_over',
          actor: 'system',
        })
      }
    },
  }
  return { subscribers: [assigned.subscriber, taken], work: [assigned.work] }
}
