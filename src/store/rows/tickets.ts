import type { DeskTicket } from '../../ports/index.ts'
import { type Executor, prepared, qb, type TicketsTable, type Tx } from '../index.ts'

/** Our mirror of the desks' tickets. A ticket is named `desk:id`. */
export const ticketRefOf = (desk: string, id: string) => `${desk}:${id}`

export function parseTicketRef(ref: string): { desk: string; id: string } | undefined {
  const colon = ref.indexOf(':')
  return colon > 0 && colon < ref.length - 1
    ? { desk: ref.slice(0, colon), id: ref.slice(colon + 1) }
    : undefined
}

const byRef = prepared<{ org: string; ref: string }, TicketsTable>((p) =>
  qb.selectFrom('tickets').selectAll().where('org', '=', p.org).where('ref', '=', p.ref),
)

export const getTicket = (read: Executor, org: string, ref: string) => read.first(byRef({ org, ref }))

const fenceByRef = prepared<{ org: string; ref: string }, { fence: number }>((p) =>
  qb.selectFrom('tickets').select('fence').where('org', '=', p.org).where('ref', '=', p.ref),
)

/** The ticket's fence number; it rises when a person takes the ticket. */
export async function fenceOf(read: Executor, org: string, ref: string): Promise<number | undefined> {
  return (await read.first(fenceByRef({ org, ref })))?.fence
}

export function ticketRow(
  org: string,
  desk: string,
  ticket: DeskTicket,
  ours: Pick<TicketsTable, 'customer_id' | 'to_ai' | 'fence' | 'synced_at'>,
): TicketsTable {
  return {
    ref: ticketRefOf(desk, ticket.id),
    org,
    desk,
    desk_id: ticket.id,
    url: ticket.url,
    subject: ticket.subject,
    status: ticket.status,
    priority: ticket.priority,
    tags: JSON.stringify(ticket.tags),
    channel: ticket.channel,
    requester_id: ticket.requesterId,
    assignee_id: ticket.assigneeId,
    group_id: ticket.groupId,
    first_reply_minutes: ticket.firstReplyMinutes,
    resolution_minutes: ticket.resolutionMinutes,
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
    solved_at: ticket.solvedAt,
    ...ours,
  }
}

const upsert = prepared<TicketsTable, unknown>((row) => {
  const changing = {
    url: row.url,
    subject: row.subject,
    status: row.status,
    priority: row.priority,
    tags: row.tags,
    channel: row.channel,
    requester_id: row.requester_id,
    assignee_id: row.assignee_id,
    group_id: row.group_id,
    customer_id: row.customer_id,
    to_ai: row.to_ai,
    fence: row.fence,
    first_reply_minutes: row.first_reply_minutes,
    resolution_minutes: row.resolution_minutes,
    updated_at: row.updated_at,
    solved_at: row.solved_at,
    synced_at: row.synced_at,
  }
  return qb
    .insertInto('tickets')
    .values({
      ref: row.ref,
      org: row.org,
      desk: row.desk,
      desk_id: row.desk_id,
      created_at: row.created_at,
      ...changing,
    })
    .onConflict((conflict) => conflict.columns(['org', 'ref']).doUpdateSet(changing))
})

export const upsertTicket = (tx: Tx, row: TicketsTable) => tx.run(upsert(row))

const setCustomer = prepared<{ org: string; ref: string; customer: string }, unknown>((p) =>
  qb
    .updateTable('tickets')
    .set({ customer_id: p.customer })
    .where('org', '=', p.org)
    .where('ref', '=', p.ref),
)

export const setTicketCustomer = (tx: Tx, org: string, ref: string, customer: string) =>
  tx.run(setCustomer({ org, ref, customer }))

/** Newest first by ref; `before` is the last ref of the page before. */
export function listTickets(
  read: Executor,
  org: string,
  filter: { status?: string; toAi?: boolean; limit: number; before?: string },
): Promise<TicketsTable[]> {
  let query = qb.selectFrom('tickets').selectAll().where('org', '=', org)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.toAi !== undefined) query = query.where('to_ai', '=', filter.toAi ? 1 : 0)
  if (filter.before) query = query.where('ref', '<', filter.before)
  return read.all(query.orderBy('ref', 'desc').limit(filter.limit))
}
