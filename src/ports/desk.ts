import type { Check, Instant } from './common.ts'

export type TicketStatus = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed'
export type TicketPriority = 'low' | 'normal' | 'high' | 'urgent'

/** A ticket as the desk has it now. Ids are the desk's own, always strings. */
export type DeskTicket = {
  id: string
  /** Where an agent opens it. */
  url: string
  subject: string
  /** First comment's text. */
  description: string
  status: TicketStatus
  priority: TicketPriority | null
  tags: string[]
  requesterId: string
  assigneeId: string | null
  groupId: string | null
  channel: string | null
  createdAt: Instant
  updatedAt: Instant
  solvedAt: Instant | null
  /** Minutes; null where the desk does not say. */
  firstReplyMinutes: number | null
  resolutionMinutes: number | null
}

export type DeskComment = {
  id: string
  ticketId: string
  author: { id: string; kind: 'customer' | 'agent' | 'system'; name: string }
  public: boolean
  /** Plain text. */
  text: string
  createdAt: Instant
}

/** A person known to the desk, as a requester. */
export type DeskPerson = {
  id: string
  name: string
  email: string | null
  phone: string | null
  /** BCP 47, like `de` or `pt-BR`. */
  locale: string | null
  /** IANA zone, like `Asia/Kolkata`. */
  timeZone: string | null
  organization: string | null
  tags: string[]
}

/** A change to one ticket. Absent: leave as it is. */
export type DeskChange = {
  status?: TicketStatus
  addTags?: string[]
  removeTags?: string[]
  assigneeId?: string | null
  groupId?: string | null
  /** The desk's own custom field id → value. */
  fields?: Record<string, string>
  comment?: { text: string; public: boolean }
}

export type DeskPage<T> = { items: T[] /** null at the end. */; next: string | null }

/** Changed tickets since a cursor. Repeats are possible: upsert by id and `updatedAt`. */
export type DeskChanges = { tickets: DeskTicket[]; cursor: string; more: boolean }

/** How this desk hands a ticket from AI to people; from its configuration. */
export type DeskHandover = {
  /** Agent or group id that stands for AI processing. */
  aiAssignee: string | null
  /** Tag that stands for AI processing. */
  aiTag: string
  /** What marks an escalated ticket. */
  escalation: {
    tag: string
    label: string
    fieldId: string | null
    status: TicketStatus
    groupId: string | null
  }
}

/** A ticket system. Knows the vendor's shapes; knows nothing of customers, rules or flows. Never retries by itself. */
export interface Desk {
  readonly name: string
  readonly handover: DeskHandover
  /** @returns undefined when the desk has no such ticket (or it was deleted). */
  getTicket(id: string): Promise<DeskTicket | undefined>
  getPerson(id: string): Promise<DeskPerson | undefined>
  /** One page of a ticket's comments, newest first. */
  listComments(ticketId: string, options: { limit: number; cursor?: string }): Promise<DeskPage<DeskComment>>
  /** One page of a requester's tickets, newest first. */
  listTicketsOf(personId: string, options: { limit: number; cursor?: string }): Promise<DeskPage<DeskTicket>>
  /** The desk's own change list from `cursor`, or from `since` when there is no cursor yet. */
  listChanges(from: { cursor: string } | { since: Instant }): Promise<DeskChanges>
  /**
   * Applies `change` in as few requests as the desk allows, the comment together with the status.
   * `marker` is our effect's id: it is left where `findMarked` can find it.
   * Throws VendorError; `vendor_conflict` when the ticket changed since `expectedUpdatedAt`.
   */
  update(
    ticketId: string,
    change: DeskChange,
    options: { marker: string; expectedUpdatedAt?: Instant },
  ): Promise<DeskTicket>
  /** Whether an update with this marker reached the desk: asked after a crash, before anything is repeated. */
  findMarked(ticketId: string, marker: string): Promise<boolean>
  check(): Promise<Check>
}
