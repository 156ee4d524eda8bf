import type { Clock } from '../ports/index.ts'
import { type EventsTable, insertInto, lock, type Tx } from '../store/index.ts'
import type { OrgId } from '../work/index.ts'
import type { EventType, HubEvent, NewEvent } from './schemas.ts'
import { caseOf, subjectOf } from './subject.ts'

/** Where an event comes from: the delivery that brought it, or the effect or event that caused it. */
export type Origin = {
  org: OrgId
  deliveryId?: string
  cause?: string
  /** How many causes stand above this one; rules are cut off beyond a depth. */
  depth?: number
  caseId?: string
}

/** An event as recorded. */
export type StoredEvent = {
  id: string
  org: OrgId
  event: HubEvent
  source: string
  caseId: string | null
  /** What waits and lookups correlate on: a flow, a call, a ticket. */
  subject: string | null
  cause: string | null
  depth: number
  occurredAt: number
  receivedAt: number
}

/** Told of every event in the transaction that appends it; adds work there, does nothing else. */
export type Subscriber = {
  types: readonly EventType[] | 'all'
  onAppend(tx: Tx, stored: StoredEvent): Promise<void>
  /** Told again when somebody replays the event; for those that only add work which asks what is so by then. */
  replayable?: true
}

export type Events = {
  /** Records a fact and hands it to its subscribers. @returns undefined when it was recorded before. */
  append(tx: Tx, fact: NewEvent, origin: Origin): Promise<StoredEvent | undefined>
  /** The hub's own fact: no vendor, no dedupe. */
  raise(tx: Tx, event: HubEvent, origin: Origin): Promise<StoredEvent>
  /** Hands a recorded fact to its subscribers anew: their work runs again. @returns how many there were. */
  replay(tx: Tx, stored: StoredEvent): Promise<number>
}

/**
 * Events of one type about one thing are appended one after the other, in the order of their ids, and whoever
 * begins to wait for one takes the lock as well: it sees the event, or the event sees its wait.
 */
export const lockSubject = (tx: Tx, org: OrgId, type: EventType, subject: string) =>
  lock(tx, `event:${org}:${type}:${subject}`)

const insertEvent = insertInto(
  'events',
  [
    'id',
    'org',
    'type',
    'source',
    'dedupe_key',
    'delivery_id',
    'case_id',
    'subject',
    'cause',
    'depth',
    'occurred_at',
    'received_at',
    'payload',
  ],
  { orIgnore: true },
)

export function createEvents(deps: {
  clock: Clock
  newId: (prefix: string) => string
  subscribers: readonly Subscriber[]
  onAppended: (stored: StoredEvent) => void
}): Events {
  const byType = new Map<EventType, Subscriber[]>()
  const subscribersOf = (type: EventType) => {
    let found = byType.get(type)
    if (!found) {
      found = deps.subscribers.filter(({ types }) => types === 'all' || types.includes(type))
      byType.set(type, found)
    }
    return found
  }

  async function append(tx: Tx, fact: NewEvent, origin: Origin) {
    const { event } = fact
    const now = deps.clock.now()
    const subject = subjectOf(event)
    if (subject !== null) await lockSubject(tx, origin.org, event.type, subject)
    const stored: StoredEvent = {
      id: deps.newId('evt'),
      org: origin.org,
      event,
      source: fact.source,
      caseId: origin.caseId ?? caseOf(event),
      subject,
      cause: origin.cause ?? null,
      depth: origin.depth ?? 0,
      occurredAt: fact.occurredAt ?? now,
      receivedAt: now,
    }
    const inserted = await tx.run(insertEvent(rowOf(stored, fact.dedupeKey, origin.deliveryId ?? null)))
    if (inserted === 0) return undefined
    for (const subscriber of subscribersOf(event.type)) await subscriber.onAppend(tx, stored)
    tx.afterCommit(() => deps.onAppended(stored))
    return stored
  }

  return {
    append,
    async raise(tx, event, origin) {
      const stored = await append(tx, { event, source: 'hub', dedupeKey: null, occurredAt: null }, origin)
      if (!stored) throw new Error('an event without a dedupe key was taken for a repeat')
      return stored
    },
    async replay(tx, stored) {
      const again = subscribersOf(stored.event.type).filter(({ replayable }) => replayable)
      for (const subscriber of again) await subscriber.onAppend(tx, stored)
      return again.length
    },
  }
}

function rowOf(stored: StoredEvent, dedupeKey: string | null, deliveryId: string | null): EventsTable {
  const { type, ...payload } = stored.event
  return {
    id: stored.id,
    org: stored.org,
    type,
    source: stored.source,
    dedupe_key: dedupeKey,
    delivery_id: deliveryId,
    case_id: stored.caseId,
    subject: stored.subject,
    cause: stored.cause,
    depth: stored.depth,
    occurred_at: stored.occurredAt,
    received_at: stored.receivedAt,
    payload: JSON.stringify(payload),
  }
}
