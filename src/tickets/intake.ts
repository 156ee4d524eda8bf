import { type Subscriber, subscribeByWork } from '../events/index.ts'
import type { WorkKind, WorkQueue } from '../work/index.ts'
import { type SyncDeps, syncTicket } from './sync.ts'

/** A desk's webhook is a hint: the ticket is fetched and compared. Hints about one ticket that wait merge. */
export function followDesks(deps: SyncDeps & { queue: WorkQueue }): {
  subscriber: Subscriber
  work: WorkKind
} {
  const { subscriber, work } = subscribeByWork(deps, {
    name: 'desk_notified',
    types: ['desk_notified'],
    key: (event) => `ticket:${event.desk}:${event.ticketId}`,
    unique: (event) => `${event.desk}:${event.ticketId}`,
    async run(event, stored, job) {
      const at = { desk: event.desk, id: event.ticketId }
      const synced = await syncTicket(deps, stored.org, at, { cause: stored.id })
      if (synced.kind === 'gone') job.log.warn(at, 'a webhook named a ticket that the desk does not have')
      return undefined
    },
  })
  return { subscriber, work }
}
