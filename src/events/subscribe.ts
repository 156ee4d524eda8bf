import { z } from 'zod'
import type { Store, Tx } from '../store/index.ts'
import {
  defineWork,
  type Job,
  type RetryPolicy,
  type RunResult,
  type WorkKind,
  type WorkQueue,
} from '../work/index.ts'
import type { StoredEvent, Subscriber } from './append.ts'
import { getEvent } from './read.ts'
import type { EventOf, EventType } from './schemas.ts'

/**
 * A subscriber that acts later: each event becomes a row of work in the transaction that appends it, so that
 * nothing is lost between a fact and what follows from it.
 * `key` names what may not be handled twice at once; `unique` lets waiting rows about the same thing merge.
 */
export function subscribeByWork<Type extends EventType>(
  deps: { store: Store; queue: WorkQueue },
  spec: {
    name: string
    types: readonly Type[]
    key?: (event: EventOf<Type>) => string
    unique?: (event: EventOf<Type>) => string
    retry?: Partial<RetryPolicy>
    run(event: EventOf<Type>, stored: StoredEvent, job: Job): Promise<RunResult>
    dead?: (tx: Tx, stored: StoredEvent, error: unknown) => Promise<void>
  },
): { subscriber: Subscriber; work: WorkKind<{ eventId: string; key: string | null }> } {
  const work = defineWork({
    kind: `on.${spec.name}`,
    payload: z.object({ eventId: z.string(), key: z.string().nullable() }),
    ...(spec.key
      ? { key: (payload: { eventId: string; key: string | null }) => payload.key ?? payload.eventId }
      : {}),
    ...(spec.retry ? { retry: spec.retry } : {}),
    async run({ eventId }, job) {
      const stored = await getEvent(deps.store.read, job.org, eventId)
      if (!stored) throw new Error(`event ${eventId} is not there`)
      return spec.run(stored.event as EventOf<Type>, stored, job)
    },
    async dead(tx, { eventId }, error, job) {
      const stored = await getEvent(tx, job.org, eventId)
      if (stored) await spec.dead?.(tx, stored, error)
    },
  })
  return {
    work,
    subscriber: {
      types: spec.types,
      replayable: true,
      async onAppend(tx, stored) {
        const event = stored.event as EventOf<Type>
        await deps.queue.add(
          tx,
          work,
          { eventId: stored.id, key: spec.key?.(event) ?? null },
          {
            org: stored.org,
            caseId: stored.caseId,
            ...(spec.unique ? { unique: spec.unique(event) } : {}),
          },
        )
      },
    },
  }
}
