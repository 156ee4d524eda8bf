import type { Events } from '../events/index.ts'
import type { Clock } from '../ports/index.ts'
import type { NewEscalation } from '../skills/index.ts'
import { lock, type Tx } from '../store/index.ts'
import { escalationByCause, insertEscalation } from '../store/rows/cases.ts'
import { depthBelow } from '../store/rows/flows.ts'
import type { OrgId } from '../work/index.ts'

/**
 * Puts a piece of work into the queue of people and raises `escalation_created`. The same cause is the same
 * escalation, however often it is raised.
 * @returns its id.
 */
export function createRaise(deps: { clock: Clock; newId: (prefix: string) => string; events: () => Events }) {
  return async (tx: Tx, org: OrgId, escalation: NewEscalation): Promise<string> => {
    await lock(tx, `escalation:${org}:${escalation.cause}`)
    const before = await escalationByCause(tx, org, escalation.cause)
    if (before) return before.id
    const now = deps.clock.now()
    const id = deps.newId('esc')
    await tx.run(
      insertEscalation({
        id,
        org,
        cause: escalation.cause,
        priority: escalation.priority,
        status: 'open',
        source: escalation.source,
        reason: escalation.reason,
        brief: escalation.brief,
        ticket: escalation.ticket ?? null,
        customer_id: escalation.customerId ?? null,
        call_id: escalation.callId ?? null,
        flow_id: escalation.flowId ?? null,
        assigned_to: null,
        outcome: null,
        note: null,
        created_at: now,
        updated_at: now,
        resolved_at: null,
      }),
    )
    await deps.events().raise(
      tx,
      {
        type: 'escalation_created',
        escalationId: id,
        priority: escalation.priority,
        reason: escalation.reason,
      },
      {
        org,
        cause: escalation.cause,
        depth: await depthBelow(tx, org, escalation.flowId ?? null),
        ...(escalation.ticket ? { caseId: escalation.ticket } : {}),
      },
    )
    return id
  }
}
