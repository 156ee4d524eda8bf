import type { Subscriber } from '../events/index.ts'
import { findWaits } from '../store/rows/flow-waits.ts'
import type { WorkQueue } from '../work/index.ts'
import { runFlowWork } from './run-work.ts'

/** Ends the waits of flows: an event that one waits for puts it into the queue, in the event's own transaction. */
export function wakeOnEvents(deps: { queue: WorkQueue }): Subscriber {
  return {
    types: 'all',
    async onAppend(tx, { org, event, subject }) {
      if (subject === null) return
      for (const wait of await findWaits(tx, org, event.type, subject)) {
        await deps.queue.add(tx, runFlowWork, { flowId: wait.flow_id }, { org, unique: wait.flow_id })
      }
    },
  }
}
