import type { Person, Ticket, World } from './world.ts'

const STATUS_RANK: Record<string, number> = { new: 0, open: 1, pending: 2, hold: 3, solved: 4, closed: 5 }

type Term = { field: string; op: ':' | '<' | '>' | '<=' | '>='; value: string }
type Query = { terms: Term[]; words: string[] }

/**
 * The part of Zendesk's search language that desk clients use: `field:value`, `field<value`, quoted values and
 * free words, all of which must hold (support.zendesk.com, article 4408886879258). Real search lags behind
 * writes; this one does not.
 */
export function searchTickets(world: World, text: string): Ticket[] {
  const query = parse(text)
  const requester = query.terms.find((term) => term.field === 'requester')
  const candidates = requester
    ? (personOf(world, requester.value)?.ticketIds ?? []).flatMap((id) => world.tickets[id] ?? [])
    : Object.values(world.tickets)
  return candidates.filter(
    (ticket) =>
      query.terms.every((term) => ticketHolds(world, ticket, term)) &&
      query.words.every((word) => contains(ticket, word)),
  )
}

export function searchPeople(world: World, text: string): Person[] {
  const query = parse(text)
  return Object.values(world.people).filter(
    (person) =>
      query.terms.every(({ field, value }) => {
        if (field === 'type') return value === 'user'
        if (field === 'email') return person.email?.toLowerCase() === value
        if (field === 'role') return person.role === value
        if (field === 'phone') return person.phone === value
        if (field === 'name') return person.name.toLowerCase().includes(value)
        return false
      }) && query.words.every((word) => `${person.name} ${person.email}`.toLowerCase().includes(word)),
  )
}

/** Whether a query asks for people; tickets are what it means otherwise. */
export function asksForPeople(text: string): boolean {
  return parse(text).terms.some((term) => term.field === 'type' && term.value === 'user')
}

const sortKeys: Record<string, (ticket: Ticket) => number> = {
  updated_at: (ticket) => ticket.updatedAt,
  created_at: (ticket) => ticket.createdAt,
  status: (ticket) => STATUS_RANK[ticket.status] ?? 0,
  id: (ticket) => Number(ticket.id),
}

/** Sorted copies; ties by id, so that pages do not overlap. */
export function sortTickets(tickets: Ticket[], by: string, descending: boolean): Ticket[] {
  const key = sortKeys[by] ?? sortKeys.updated_at
  const sign = descending ? -1 : 1
  return [...tickets].sort(
    (a, b) => sign * ((key?.(a) ?? 0) - (key?.(b) ?? 0) || Number(a.id) - Number(b.id)),
  )
}

function parse(text: string): Query {
  const terms: Term[] = []
  const words: string[] = []
  for (const match of text.matchAll(/(?:(\w+)(<=|>=|:|<|>))?(?:"([^"]*)"|(\S+))/g)) {
    const [, field, op, quoted, bare] = match
    const value = (quoted ?? bare ?? '').toLowerCase()
    if (field && op) terms.push({ field: field.toLowerCase(), op: op as Term['op'], value })
    else if (value) words.push(value)
  }
  return { terms: terms.filter((term) => !term.field.startsWith('order_by') && term.field !== 'sort'), words }
}

function ticketHolds(world: World, ticket: Ticket, { field, op, value }: Term): boolean {
  switch (field) {
    case 'type':
      return value === 'ticket'
    case 'requester':
      return true
    case 'status':
      return compare(STATUS_RANK[ticket.status] ?? 0, op, STATUS_RANK[value] ?? -1)
    case 'tags':
      return ticket.tags.includes(value)
    case 'assignee':
      return value === 'none' ? ticket.assigneeId === null : ticket.assigneeId === personOf(world, value)?.id
    case 'group':
      return ticket.groupId === value
    case 'priority':
      return ticket.priority === value
    case 'subject':
      return ticket.subject.toLowerCase().includes(value)
    case 'created':
      return compare(ticket.createdAt, op, Date.parse(value.toUpperCase()))
    case 'updated':
      return compare(ticket.updatedAt, op, Date.parse(value.toUpperCase()))
    default:
      return false
  }
}

function compare(left: number, op: Term['op'], right: number): boolean {
  if (op === '<') return left < right
  if (op === '>') return left > right
  if (op === '<=') return left <= right
  if (op === '>=') return left >= right
  return left === right
}

function contains(ticket: Ticket, word: string): boolean {
  return (
    ticket.subject.toLowerCase().includes(word) ||
    ticket.comments.some((comment) => comment.body.toLowerCase().includes(word))
  )
}

function personOf(world: World, value: string): Person | undefined {
  const id = world.people[value] ? value : world.addressBook[value]
  return id === undefined ? undefined : world.people[id]
}
