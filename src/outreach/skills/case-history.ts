import { InputError } from '../../ops/errors.ts'
import type { Desk, DeskTicket } from '../../ports/index.ts'
import { parseTicketRef, ticketRefOf } from '../../store/rows/tickets.ts'
import type { HistoryTicket } from '../history.ts'

/** Bounds on what is fetched; the model's budget cuts further. */
const TICKETS_MAX = 50
const TICKETS_PER_PAGE = 25
const COMMENTS_MAX = 100
const CHARS_ENOUGH = 60_000

/** The ticket as the desk has it now, with its comments. Throws InputError when it is gone. */
export async function fetchTicket(
  desks: ReadonlyMap<string, Desk>,
  ref: string,
): Promise<{ desk: Desk; ticket: DeskTicket; history: HistoryTicket }> {
  const parsed = parseTicketRef(ref)
  const desk = parsed && desks.get(parsed.desk)
  const ticket = desk && (await desk.getTicket(parsed.id))
  if (!desk || !ticket) {
    throw new InputError('unknown_ticket', `${ref} is not at the desk (any more).`, { status: 404 })
  }
  return { desk, ticket, history: await withComments(desk, ticket) }
}

/** The requester's other tickets with their comments, newest first, until there is more than a model can be given. */
export async function fetchHistory(desk: Desk, current: DeskTicket): Promise<HistoryTicket[]> {
  const history: HistoryTicket[] = []
  let cursor: string | undefined
  let chars = 0
  do {
    const page = await desk.listTicketsOf(current.requesterId, {
      limit: TICKETS_PER_PAGE,
      ...(cursor ? { cursor } : {}),
    })
    for (const ticket of page.items) {
      if (ticket.id === current.id) continue
      const whole = await withComments(desk, ticket)
      chars += whole.comments.reduce((sum, comment) => sum + comment.text.length, 0)
      history.push(whole)
      if (history.length === TICKETS_MAX || chars > CHARS_ENOUGH) return history
    }
    cursor = page.next ?? undefined
  } while (cursor)
  return history
}

async function withComments(desk: Desk, ticket: DeskTicket): Promise<HistoryTicket> {
  const page = await desk.listComments(ticket.id, { limit: COMMENTS_MAX })
  return {
    ref: ticketRefOf(desk.name, ticket.id),
    subject: ticket.subject,
    status: ticket.status,
    priority: ticket.priority,
    createdAt: ticket.createdAt,
    comments: page.items.map((comment) => ({
      id: comment.id,
      at: comment.createdAt,
      author: comment.author.kind,
      public: comment.public,
      text: comment.text,
    })),
  }
}
