import type { Instant } from '../ports/common.ts'
import type { Ticket, World } from './world.ts'

export type Export = { tickets: Ticket[]; position: number; end: boolean }

/** Tickets in the order of their last change, from `position` in the log on, up to `horizon`. */
export function changesFrom(world: World, position: number, horizon: Instant, size: number): Export {
  const tickets: Ticket[] = []
  let next = position
  for (; next < world.ticketLog.length && tickets.length < size; next += 1) {
    const entry = world.ticketLog[next]
    if (!entry || entry.at > horizon) break
    const ticket = world.tickets[entry.ticketId]
    // A ticket that changed again stands further on.
    if (ticket?.seq === next) tickets.push(ticket)
  }
  const following = world.ticketLog[next]
  return { tickets, position: next, end: following === undefined || following.at > horizon }
}

/** Position in the log of the first change at or after `at`. */
export function firstChangeSince(world: World, at: Instant): number {
  let low = 0
  let high = world.ticketLog.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((world.ticketLog[middle]?.at ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}
