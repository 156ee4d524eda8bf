import { z } from 'zod'
import type { Subscriber } from '../events/index.ts'
import type { Clock } from '../ports/index.ts'
import type { NewEscalation } from '../skills/index.ts'
import type { Store, Tx } from '../store/index.ts'
import { getFlow, moveDeadline, overdueFlows } from '../store/rows/flows.ts'
import { defineWork, type OrgId } from '../work/index.ts'

const EVERY_MS = 30_000
const BATCH = 200
/** A reported flow leaves the list for a day, so that a long list cannot hide its tail. */
const REPORT_AGAIN_MS = 86_400_000

/** Reports a flow that failed to a person, in the transaction that ends it; after a retry by hand, again. */
export function reportFailures(deps: {
  escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string>
}): Subscriber {
  return {
    types: ['flow_failed'],
    async onAppend(tx, { id, org, event }) {
      if (event.type !== 'flow_failed') return
      const flow = await getFlow(tx, org, event.flowId)
      if (!flow) return
      await deps.escalate(tx, org, {
        cause: `flow_failed:${id}`,
        priority: 'normal',
        source: 'flow_failed',
        reason: `"${flow.title}" failed.`,
        brief: `Why: ${event.error}\nNext: Retry the run once the cause is mended, or go on by hand`,
        ticket: flow.ticket,
        customerId: flow.customer_id,
        flowId: flow.id,
      })
    },
  }
}

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
