import type { Clock, Instant } from '../ports/index.ts'
import type { Tx } from '../store/index.ts'
import type { OrgId, WorkKind } from './define.ts'
import { hastenRow, insertRow } from './rows.ts'

export type AddOptions = {
  org: OrgId
  /** Not before; now when absent. */
  runAt?: Instant
  /** At most one waiting row under it: another one merges with it, and the earlier time wins. */
  unique?: string
  /** For work that puts itself back for ever: one row, whose id this is. */
  id?: string
  caseId?: string | null
}

/** Puts work into the store, in the caller's transaction, and tells the dispatcher once it is committed. */
export type WorkQueue = {
  add<Payload>(
    tx: Tx,
    kind: Pick<WorkKind<Payload>, 'kind' | 'key'>,
    payload: Payload,
    options: AddOptions,
  ): Promise<void>
  /** What a run put off (`again`) for this reason is over for one of those that wait: it runs now. */
  hasten(tx: Tx, kind: Pick<WorkKind, 'kind'>, why: string): Promise<void>
  /** Called after each commit that added work, with the earliest time it wants to run. */
  onAdded(listener: (runAt: Instant) => void): void
}

export function createWorkQueue(deps: { clock: Clock; newId: (prefix: string) => string }): WorkQueue {
  const listeners: ((runAt: Instant) => void)[] = []
  const tell = (tx: Tx, runAt: Instant) =>
    tx.afterCommit(() => {
      for (const listener of listeners) listener(runAt)
    })
  return {
    async add(tx, kind, payload, options) {
      const now = deps.clock.now()
      const runAt = options.runAt ?? now
      await insertRow(tx, {
        id: options.id ?? deps.newId('wrk'),
        org: options.org,
        kind: kind.kind,
        work_key: kind.key?.(payload) ?? null,
        unique_key: options.unique ? `${kind.kind}:${options.unique}` : null,
        payload: JSON.stringify(payload),
        case_id: options.caseId ?? null,
        run_at: runAt,
        attempts: 0,
        state: 'due',
        lease_until: null,
        leased_key: null,
        last_error: null,
        created_at: now,
        leases: 0,
        interruptions: 0,
      })
      tell(tx, runAt)
    },
    async hasten(tx, { kind }, why) {
      const now = deps.clock.now()
      if ((await hastenRow(tx, { kind, why, now })) > 0) tell(tx, now)
    },
    onAdded(listener) {
      listeners.push(listener)
    },
  }
}
