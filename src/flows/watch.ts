import { z } from 'zod'
import type { Clock } from '../ports/index.ts'
import type { NewEscalation } from '../skills/index.ts'
import type { Store, Tx } from '../store/index.ts'
import { moveDeadline, overdueFlows } from '../store/rows/flows.ts'
import { defineWork, type OrgId } from '../work/index.ts'

const EVERY_MS = 30_000
const BATCH = 200
/** A reported flow leaves the list for a day, so that a long list cannot hide its tail. */
const REPORT_AGAIN_MS = 86_400_000

/** Reports every flow past its deadline to a person, once; finding it takes at most a minute. */
export function watchFlows(deps: {
  store: Store
  clock: Clock
  escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string>
}) {
  return defineWork({
    kind: 'flow.watch',
    payload: z.object({}),
    key: () => 'flow.watch',
    async run() {
      const now = deps.clock.now()
      for (const flow of await overdueFlows(deps.store.read, now, BATCH)) {
        await deps.store.write(async (tx) => {
          await moveDeadline(tx, flow.org, flow.id, now + REPORT_AGAIN_MS)
          await deps.escalate(tx, flow.org, {
            cause: `flow_overdue:${flow.id}`,
            priority: 'normal',
            source: 'flow_overdue',
            reason: `"${flow.title}" is past its deadline.`,
            brief: `It waits for ${flow.waiting_for ?? 'nothing that it could name'}.`,
            ticket: flow.ticket,
            customerId: flow.customer_id,
            flowId: flow.id,
          })
        })
      }
      return { again: now + EVERY_MS, why: 'the next round' }
    },
  })
}
