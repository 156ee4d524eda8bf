import type { HubEvent } from '../events/index.ts'
import type { DeskHandover, DeskTicket } from '../ports/index.ts'
import type { DeskWritesTable, TicketsTable } from '../store/index.ts'

/** Assigned to AI: the configured agent or group, or the tag. A ticket that is done is nobody's work. */
export function isAssignedToAi(
  ticket: Pick<DeskTicket, 'status' | 'tags' | 'assigneeId' | 'groupId'>,
  handover: DeskHandover,
): boolean {
  if (ticket.status === 'solved' || ticket.status === 'closed') return false
  const { aiAssignee, aiTag } = handover
  return (
    ticket.tags.includes(aiTag) ||
    (aiAssignee !== null && (ticket.assigneeId === aiAssignee || ticket.groupId === aiAssignee))
  )
}

/** What happened to a ticket between our mirror and the desk's present state. */
export type TicketChanges = {
  events: HubEvent[]
  toAi: boolean
  /** A person took it from AI: the fence rises. */
  taken: boolean
}

/**
 * Compares mirror and desk. What our own writes did is not taken for a person's doing.
 * `isNews`: whether an unknown ticket is a fresh one, or an old one seen for the first time.
 */
export function changesOf({
  ref,
  before,
  ticket,
  handover,
  ours,
  isNews,
}: {
  ref: string
  before: TicketsTable | undefined
  ticket: DeskTicket
  handover: DeskHandover
  ours: 'all' | readonly DeskWritesTable[]
  isNews: boolean
}): TicketChanges {
  const assigned = isAssignedToAi(ticket, handover)
  const done = ticket.status === 'solved' || ticket.status === 'closed'
  const { assigneeId } = ticket
  const given: HubEvent = { type: 'ticket_assigned', ticket: ref, toAi: true, newly: true, assigneeId }
  if (!before) {
    const events: HubEvent[] = isNews ? [{ type: 'ticket_created', ticket: ref }] : []
    if (assigned) events.push(given)
    return { events, toAi: assigned, taken: false }
  }
  const wasAssigned = before.to_ai === 1
  const events: HubEvent[] = []
  const changed = changedFields(before, ticket)
  const closedNow = done && before.status !== 'solved' && before.status !== 'closed'
  // Solving a ticket ends the AI's work on it, whoever did it; taking it away is another matter.
  const leftAi = wasAssigned && !assigned
  const byUs = ours === 'all' || changed.every((field) => isOurWrite(field, ticket, ours))
  const taken = leftAi && !byUs
  if (assigned && !wasAssigned) {
    events.push(given)
  } else if (changed.includes('assigneeId') || changed.includes('groupId')) {
    events.push({ type: 'ticket_assigned', ticket: ref, toAi: assigned, assigneeId: ticket.assigneeId })
  }
  if (taken) {
    const reason = closedNow
      ? `the ticket was set to ${ticket.status} by a person`
      : 'the ticket was taken from AI by a person'
    events.push({ type: 'ticket_taken', ticket: ref, fence: before.fence + 1, reason })
  }
  if (closedNow) events.push({ type: 'ticket_closed', ticket: ref })
  else if (changed.length > 0 || ticket.updatedAt > before.updated_at) {
    events.push({ type: 'ticket_updated', ticket: ref, changed })
  }
  return { events, toAi: assigned, taken }
}

type Field = 'status' | 'priority' | 'tags' | 'assigneeId' | 'groupId' | 'subject'

/**
 * Whether our mirror has what the desk tells. Desks give times in whole seconds: of two changes within one, the
 * second shows in the fields alone.
 */
export function isKnown(mirror: TicketsTable, ticket: DeskTicket): boolean {
  if (mirror.updated_at !== ticket.updatedAt) return mirror.updated_at > ticket.updatedAt
  return changedFields(mirror, ticket).length === 0
}

function changedFields(before: TicketsTable, ticket: DeskTicket): Field[] {
  const fields: [Field, unknown, unknown][] = [
    ['status', before.status, ticket.status],
    ['priority', before.priority, ticket.priority],
    ['tags', before.tags, JSON.stringify(ticket.tags)],
    ['assigneeId', before.assignee_id, ticket.assigneeId],
    ['groupId', before.group_id, ticket.groupId],
    ['subject', asStored(before.subject), asStored(ticket.subject)],
  ]
  return fields.filter(([, was, is]) => was !== is).map(([field]) => field)
}

/** Postgres keeps neither zero bytes nor half a surrogate pair: to lose those is no change. */
const asStored = (text: string) => text.replaceAll('\0', '').toWellFormed()

function isOurWrite(field: Field, ticket: DeskTicket, ourWrites: readonly DeskWritesTable[]): boolean {
  return ourWrites.some((write) => {
    if (write.field !== field) return false
    const value = field === 'tags' ? null : ticket[field]
    return field === 'tags'
      ? (JSON.parse(write.new_value ?? '[]') as string[]).every((tag) => ticket.tags.includes(tag))
      : write.new_value === value
  })
}
