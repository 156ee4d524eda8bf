import { z } from 'zod'
import { type EventsTable, type Executor, prepared, qb } from '../store/index.ts'
import type { OrgId } from '../work/index.ts'
import type { StoredEvent } from './append.ts'
import { type EventType, eventSchemas, type HubEvent } from './schemas.ts'

const eventType = z.enum(Object.keys(eventSchemas) as [EventType, ...EventType[]])

/** A row back as a fact. Schemas only ever gain optional fields, so that old rows still parse. */
export function storedEventOf(row: EventsTable): StoredEvent {
  const type = eventType.parse(row.type)
  const payload = eventSchemas[type].parse(JSON.parse(row.payload))
  return {
    id: row.id,
    org: row.org,
    // The payload was parsed by the schema of this very type.
    event: { type, ...payload } as HubEvent,
    source: row.source,
    caseId: row.case_id,
    subject: row.subject,
    cause: row.cause,
    depth: row.depth,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
  }
}

const selectEvent = prepared<{ org: string; id: string }, EventsTable>((p) =>
  qb.selectFrom('events').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export async function getEvent(read: Executor, org: OrgId, id: string): Promise<StoredEvent | undefined> {
  const row = await read.first(selectEvent({ org, id }))
  return row && storedEventOf(row)
}

const selectNext = prepared<{ org: string; type: string; subject: string; after: string }, EventsTable>((p) =>
  qb
    .selectFrom('events')
    .selectAll()
    .where('org', '=', p.org)
    .where('subject', '=', p.subject)
    .where('type', '=', p.type)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(1),
)

/** The first event of this type about this subject after the event `after` ('' for any). */
export async function nextEventAbout(
  read: Executor,
  org: OrgId,
  about: { type: EventType; subject: string; after: string },
): Promise<StoredEvent | undefined> {
  const row = await read.first(selectNext({ org, ...about }))
  return row && storedEventOf(row)
}
