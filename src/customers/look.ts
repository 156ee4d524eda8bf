import { type DumpedTable, type Executor, rowsOf, type Value } from '../store/index.ts'
import type { Traces } from './traces.ts'

export type Found = { events: string[]; deliveries: string[]; work: string[] }

type Look = { found: Found; lastEvent: string | undefined; lastDelivery: string | undefined }

/**
 * The rows that are about a customer in tables that do not say so. Reads each of them whole, or with `before` only
 * what came after that look: for what is done rarely.
 */
export async function look(read: Executor, org: string, traces: Traces, before?: Look): Promise<Look> {
  const cases = new Set<Value>(traces.cases)
  const subjects = new Set<Value>([
    ...traces.tickets,
    ...traces.flows,
    ...traces.calls,
    ...traces.escalations,
    ...traces.providerIds,
  ])
  const deliveryIds = new Set<Value>()
  const events = await idsWhere(
    read,
    org,
    'events',
    (row) => {
      const theirs =
        cases.has(row.case_id ?? '') || subjects.has(row.subject ?? '') || traces.isAbout(String(row.payload))
      if (theirs && row.delivery_id) deliveryIds.add(row.delivery_id)
      return theirs
    },
    before?.lastEvent,
  )
  const deliveries = await idsWhere(
    read,
    org,
    'deliveries',
    (row) => {
      const body = Buffer.isBuffer(row.body) ? row.body.toString('utf8') : ''
      return (
        deliveryIds.has(row.id ?? '') ||
        traces.isAbout(body) ||
        traces.isAboutTicket(String(row.source), body)
      )
    },
    before?.lastDelivery,
  )
  const allEvents = [...(before?.found.events ?? []), ...events.ids]
  const eventIds = new Set(allEvents)
  const work = await idsWhere(read, org, 'work', (row) => {
    const payload = String(row.payload)
    const [eventId = ''] = /evt_\w+/.exec(payload) ?? []
    return cases.has(row.case_id ?? '') || eventIds.has(eventId) || traces.isAbout(payload)
  })
  return {
    found: {
      events: allEvents,
      deliveries: [...(before?.found.deliveries ?? []), ...deliveries.ids],
      work: work.ids,
    },
    lastEvent: events.last,
    lastDelivery: deliveries.last,
  }
}

/** Rows of a table (`from` a key on) for which `wanted` holds. */
async function idsWhere(
  read: Executor,
  org: string,
  table: DumpedTable,
  wanted: (row: Record<string, Value>) => boolean,
  from?: string,
): Promise<{ ids: string[]; last: string | undefined }> {
  const ids: string[] = []
  let last = from
  for await (const row of rowsOf(read, org, table, from === undefined ? undefined : [from])) {
    last = String(row.id)
    if (wanted(row)) ids.push(last)
  }
  return { ids, last }
}
