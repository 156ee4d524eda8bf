import { customerOfRequester } from '../customers/index.ts'
import type { Events } from '../events/index.ts'
import type { Clock, Desk, DeskPerson, DeskTicket } from '../ports/index.ts'
import { lock, type Store, type TicketsTable, type Tx } from '../store/index.ts'
import { deskWritesSince } from '../store/rows/desk-writes.ts'
import { getTicket, parseTicketRef, ticketRefOf, ticketRow, upsertTicket } from '../store/rows/tickets.ts'
import type { OrgId } from '../work/index.ts'
import { changesOf, isAssignedToAi, isKnown } from './changes.ts'

/** A write of ours may show up at the desk this much later; the window in which it is recognised as ours. */
const OUR_WRITE_WINDOW_MS = 10 * 60_000
/** An unknown ticket older than this was there before us: it is mirrored, but it is no news. */
const NEWS_WINDOW_MS = 24 * 3_600_000

export type SyncDeps = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  events: Events
  desks: ReadonlyMap<string, Desk>
}

export type Synced =
  | { kind: 'gone' }
  | { kind: 'stale' }
  | { kind: 'synced'; ticket: TicketsTable; changed: boolean }

/**
 * Fetches a ticket and brings our mirror, its customer and the events in step with it. Whose ticket is not AI's stays
 * without a customer, unless `withCustomer` asks for one.
 */
export async function syncTicket(
  deps: SyncDeps,
  org: OrgId,
  at: { desk: string; id: string },
  { cause, withCustomer }: { cause?: string; withCustomer?: true } = {},
): Promise<Synced> {
  const desk = deskOf(deps.desks, at.desk)
  const ticket = await desk.getTicket(at.id)
  return ticket ? applyTicket(deps, org, desk, ticket, cause, withCustomer) : recordGone(deps, org, at, cause)
}

/**
 * Looks whether the desk is ahead of our mirror, whose webhook may be late or lost, and catches up. Asked before
 * a customer is contacted: a ticket that moved or was taken away stops that.
 */
export async function refreshTicket(deps: SyncDeps, org: OrgId, ref: string): Promise<void> {
  const at = parseTicketRef(ref)
  if (!at || !deps.desks.has(at.desk)) return
  const desk = deskOf(deps.desks, at.desk)
  const ticket = await desk.getTicket(at.id)
  if (!ticket) {
    await recordGone(deps, org, at)
    return
  }
  const known = await getTicket(deps.store.read, org, ref)
  if (!known || !isKnown(known, ticket)) await applyTicket(deps, org, desk, ticket)
}

/** Deleted, or hidden from us: whatever runs for it ends, as when a person takes it. */
async function recordGone(
  deps: SyncDeps,
  org: OrgId,
  at: { desk: string; id: string },
  cause?: string,
): Promise<Synced> {
  const ref = ticketRefOf(at.desk, at.id)
  await deps.store.write(async (tx) => {
    await lock(tx, `ticket:${org}:${ref}`)
    const before = await getTicket(tx, org, ref)
    if (!before || (before.to_ai === 0 && before.status === 'closed')) return
    const fence = before.fence + before.to_ai
    await upsertTicket(tx, { ...before, status: 'closed', to_ai: 0, fence, synced_at: deps.clock.now() })
    const origin = { org, caseId: ref, ...(cause ? { cause } : {}) }
    const reason = 'the ticket is not at the desk any more'
    if (before.to_ai === 1)
      await deps.events.raise(tx, { type: 'ticket_taken', ticket: ref, fence, reason }, origin)
    await deps.events.raise(tx, { type: 'ticket_closed', ticket: ref }, origin)
  })
  return { kind: 'gone' }
}

/** Brings mirror, customer and events in step with a ticket at hand. */
export async function applyTicket(
  deps: SyncDeps,
  org: OrgId,
  desk: Desk,
  ticket: DeskTicket,
  cause?: string,
  withCustomer = isAssignedToAi(ticket, desk.handover),
): Promise<Synced> {
  const ref = ticketRefOf(desk.name, ticket.id)
  const known = await getTicket(deps.store.read, org, ref)
  const wantsPerson = withCustomer && !known?.customer_id
  const person = wantsPerson ? await desk.getPerson(ticket.requesterId) : undefined

  return deps.store.write((tx) => recordTicket(deps, tx, org, desk, ticket, { person, cause, ours: false }))
}

/**
 * Brings the mirror in step with what a desk says of a ticket, and raises what changed. With `ours` it was one
 * of our own writes that answered so: nobody took the ticket from AI.
 */
export async function recordTicket(
  deps: Pick<SyncDeps, 'clock' | 'newId' | 'events'>,
  tx: Tx,
  org: OrgId,
  desk: Desk,
  ticket: DeskTicket,
  about: { person?: DeskPerson | undefined; cause?: string | undefined; depth?: number; ours: boolean },
): Promise<Synced> {
  const ref = ticketRefOf(desk.name, ticket.id)
  const now = deps.clock.now()
  const before = await getTicket(tx, org, ref)
  if (before && ticket.updatedAt < before.updated_at) return { kind: 'stale' }
  const customer = about.person
    ? await customerOfRequester(tx, org, desk.name, about.person, { newId: deps.newId, now })
    : undefined
  const changes = changesOf({
    ref,
    before,
    ticket,
    handover: desk.handover,
    ours: about.ours ? 'all' : before ? await deskWritesSince(tx, org, ref, now - OUR_WRITE_WINDOW_MS) : [],
    isNews: now - ticket.createdAt < NEWS_WINDOW_MS,
  })
  // Answers to a write leave the reply times out; what an earlier look said stays.
  const withTimes: DeskTicket = {
    ...ticket,
    firstReplyMinutes: ticket.firstReplyMinutes ?? before?.first_reply_minutes ?? null,
    resolutionMinutes: ticket.resolutionMinutes ?? before?.resolution_minutes ?? null,
  }
  const row = ticketRow(org, desk.name, withTimes, {
    customer_id: customer?.id ?? before?.customer_id ?? null,
    to_ai: changes.toAi ? 1 : 0,
    fence: (before?.fence ?? 1) + (changes.taken ? 1 : 0),
    synced_at: now,
  })
  await upsertTicket(tx, row)
  const { cause, depth = 0 } = about
  const origin = { org, caseId: ref, depth, ...(cause ? { cause } : {}) }
  if (customer?.created) {
    await deps.events.raise(tx, { type: 'new_customer', customerId: customer.id }, origin)
  }
  for (const event of changes.events) await deps.events.raise(tx, event, origin)
  return { kind: 'synced', ticket: row, changed: changes.events.length > 0 }
}

export function deskOf(desks: ReadonlyMap<string, Desk>, name: string): Desk {
  const desk = desks.get(name)
  if (!desk) throw new Error(`the desk ${name} is not connected`)
  return desk
}
