import type { Events } from '../events/index.ts'
import { InputError } from '../ops/errors.ts'
import type { Clock } from '../ports/index.ts'
import type { EscalationsTable, Store } from '../store/index.ts'
import { getEscalation, moveEscalation } from '../store/rows/cases.ts'
import type { OrgId } from '../work/index.ts'

type Deps = { store: Store; clock: Clock; events: Events }

/** Takes an open escalation. The first claim counts; the second is told who was first (409). */
export async function claim(deps: Deps, org: OrgId, id: string, who: string): Promise<EscalationsTable> {
  return change(deps, org, id, ['open'], () => ({ status: 'assigned', assigned_to: who }))
}

/** Gives it to somebody, or to somebody else. */
export async function assign(deps: Deps, org: OrgId, id: string, to: string): Promise<EscalationsTable> {
  return change(deps, org, id, ['open', 'assigned'], () => ({ status: 'assigned', assigned_to: to }))
}

export async function resolve(
  deps: Deps,
  org: OrgId,
  id: string,
  result: { outcome: string; note: string | null },
): Promise<EscalationsTable> {
  return change(deps, org, id, ['open', 'assigned'], (now) => ({
    status: 'resolved',
    resolved_at: now,
    ...result,
  }))
}

export async function dismiss(deps: Deps, org: OrgId, id: string, reason: string): Promise<EscalationsTable> {
  return change(deps, org, id, ['open', 'assigned'], (now) => ({
    status: 'dismissed',
    resolved_at: now,
    outcome: 'dismissed',
    note: reason,
  }))
}

/** The same, safe to repeat: one that was dismissed for this very reason stays as it is. */
export async function dismissOnce(deps: Deps, org: OrgId, id: string, reason: string): Promise<void> {
  const before = await getEscalation(deps.store.read, org, id)
  if (before?.status === 'dismissed' && before.note === reason) return
  await dismiss(deps, org, id, reason)
}

async function change(
  deps: Deps,
  org: OrgId,
  id: string,
  from: readonly string[],
  changeAt: (now: number) => Partial<EscalationsTable> & { status: string },
): Promise<EscalationsTable> {
  return deps.store.write(async (tx) => {
    const now = deps.clock.now()
    const changed = changeAt(now)
    const moved = await moveEscalation(tx, org, id, from, { ...changed, updated_at: now })
    const escalation = await getEscalation(tx, org, id)
    if (!escalation)
      throw new InputError('unknown_escalation', `There is no escalation ${id}.`, { status: 404 })
    if (!moved) {
      const by = escalation.assigned_to ? ` by ${escalation.assigned_to}` : ''
      const at = new Date(escalation.updated_at).toISOString()
      throw new InputError('conflict', `This escalation is ${escalation.status}${by} since ${at}.`, {
        status: 409,
      })
    }
    const origin = { org, ...(escalation.ticket ? { caseId: escalation.ticket } : {}) }
    if (changed.status === 'assigned' && escalation.assigned_to !== null) {
      const event = { escalationId: id, assignedTo: escalation.assigned_to }
      await deps.events.raise(tx, { type: 'escalation_assigned', ...event }, origin)
    }
    if (changed.status === 'resolved' || changed.status === 'dismissed') {
      await deps.events.raise(
        tx,
        { type: 'escalation_resolved', escalationId: id, outcome: escalation.outcome ?? changed.status },
        origin,
      )
    }
    return escalation
  })
}
