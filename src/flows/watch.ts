import { z } from 'zod'
import type { Subscriber } from '../events/index.ts'
import type { Clock } from '../ports/index.ts'
import type { NewEscalation } from '../skills/index.ts'
import type { FlowsTable, Store, Tx } from '../store/index.ts'
import { getFlow, moveDeadline, overdueFlows, strandedFlows } from '../store/rows/flows.ts'
import { defineWork, NEXT_ROUND, type OrgId, type WorkQueue } from '../work/index.ts'
import { runFlowWork } from './run-work.ts'

const EVERY_MS = 30_000
const BATCH = 200
/** A flow that nobody touched for this long, or that should have gone on for so long, must have somebody who will. */
const STRANDED_AFTER_MS = 60_000
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
      // What becomes of a branch or a sub-flow is its parent's to say, which fails as well or knows a way round.
      if (!flow || flow.parent_flow_id !== null) return
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

/**
 * Nothing waits unseen: reports every flow past its deadline to a person, once, and puts a flow that nothing would
 * carry on back into the queue. Finding either takes at most a minute or two.
 */
export function watchFlows(deps: {
  store: Store
  clock: Clock
  queue: WorkQueue
  escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string>
}) {
  return defineWork({
    kind: 'flow.watch',
    payload: z.object({}),
    key: () => 'flow.watch',
    retry: { attempts: Number.MAX_SAFE_INTEGER, firstDelayMs: 5_000, factor: 2, maxDelayMs: 300_000 },
    async run(_, { org, log }) {
      const now = deps.clock.now()
      for (const flow of await strandedFlows(deps.store.read, org, now - STRANDED_AFTER_MS, BATCH)) {
        log.error(
          { flowId: flow.id, waitingFor: flow.waiting_for },
          'nothing would have carried this flow on',
        )
        const options = { org: flow.org, caseId: flow.case_id, unique: flow.id }
        await deps.store.write((tx) => deps.queue.add(tx, runFlowWork, { flowId: flow.id }, options))
      }
      const overdue = await overdueFlows(deps.store.read, now, BATCH)
      // Children before their parents, whose deadlines are still what they were.
      for (const flow of overdue.toSorted((a, b) => b.depth - a.depth)) {
        await deps.store.write(async (tx) => {
          const told = await isToldWithParent(tx, flow)
          await moveDeadline(tx, flow.org, flow.id, now + REPORT_AGAIN_MS)
          if (told) return
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
      return { again: now + EVERY_MS, why: NEXT_ROUND }
    },
  })
}

/** A branch or a sub-flow that has as much time as its parent is late with it: one report is enough. */
async function isToldWithParent(tx: Tx, flow: FlowsTable): Promise<boolean> {
  if (flow.parent_flow_id === null) return false
  const parent = await getFlow(tx, flow.org, flow.parent_flow_id)
  return parent !== undefined && parent.deadline_at <= flow.deadline_at
}
