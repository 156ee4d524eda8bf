import type { Instant } from '../ports/common.ts'
import { emptyTracker, type TaskTracker } from './tasks-world.ts'

/**
 * Everything the stand-ins remember, as plain data: it goes into one JSON file and comes back (persist.ts).
 * Lookups are by key; the books at the end are the only second copies, and `world.ts` keeps them.
 * Ids are strings here; a stand-in turns them into what its vendor has on the wire.
 */
export type World = {
  version: 2
  seed: Seed
  /** Next number that `nextId` gives. */
  counter: number
  settings: Settings
  /** Who answers for whom at the desk; see `DeskRoles`. */
  desk: DeskRoles
  people: Record<string, Person>
  /** Whoever is assigned a ticket of a group is one of its members. */
  groups: Record<string, { id: string; name: string; memberIds: string[] }>
  tickets: Record<string, Ticket>
  /** Ticket ids in the order of their changes: the incremental export reads it by position. */
  ticketLog: { ticketId: string; at: Instant }[]
  mails: Record<string, Mail>
  calls: Record<string, PhoneCall>
  chat: { slack: ChatServer; discord: ChatServer }
  taskTracker: TaskTracker
  agenda: Record<string, AgendaItem>
  outbox: Record<string, OutboxItem>
  webhooks: Record<string, WebhookCounters>
  /** Ports that the stand-ins had last time, taken again where they are free. */
  ports: Record<string, number>
  /** E-mail address in lower case → person id. */
  addressBook: Record<string, string>
  /** E.164 → person id; numbers that a customer gave in a mail as well. */
  phoneBook: Record<string, string>
  /** Person id → mails that reached them, oldest first. */
  sentTo: Record<string, string[]>
  /** Idempotency key → digest of what was first sent under it, and the answer that it gets again. */
  mailKeys: Record<string, { body: string; at: Instant; times: number; answer: Record<string, unknown> }>
}

export type Seed = 'hotel' | 'empty'

/** How a simulated customer answers a mail that asks for a phone number. */
export const mailPersonas = [
  'agrees',
  'three_numbers',
  'invalid_number',
  'consent_only',
  'asks_question',
  'refuses',
  'angry',
  'opts_out',
  'out_of_office',
  'late',
  'silent',
] as const
export type MailPersona = (typeof mailPersonas)[number]

/** How a simulated customer behaves on the phone. */
export const callMoods = [
  'agrees',
  'refuses',
  'angry',
  'asks_human',
  'wrong_person',
  'no_answer',
  'busy',
  'voicemail',
  'invalid',
] as const
export type CallMood = (typeof callMoods)[number]

export const modelMoods = [
  'obedient',
  'nonsense',
  'cut_json',
  'invented_quotes',
  'invented_prices',
  'obeys_injection',
  'refuses',
] as const
export type ModelMood = (typeof modelMoods)[number]

export type Settings = {
  /** For customers who have no `mail` of their own. */
  mail: MailPersona
  /** For customers who have no `call` of their own. */
  call: CallMood
  /** How many calls a `no_answer` or `busy` customer lets pass before they agree. */
  unansweredCalls: number
  model: ModelMood
  /** Milliseconds on the clock between cause and answer; 0 answers at once. */
  pace: {
    mailDelivered: number
    mailAnswered: number
    callQueued: number
    callRinging: number
    callTalking: number
    /** The incremental export leaves out what changed this recently; at Zendesk it is a minute. */
    exportLag: number
  }
  /** Which of its two kinds of webhooks the desk sends. */
  deskWebhooks: 'events' | 'trigger' | 'both'
  webhooks: WebhookSettings
}

/** Applied to every webhook of every vendor. */
export type WebhookSettings = {
  /** Extra deliveries of each webhook, with the same delivery id. */
  duplicates: number
  /** Deliver in swapped pairs. */
  reorder: boolean
  /** Milliseconds before the first attempt. */
  delay: number
  /** So many webhooks are never delivered; counted down. */
  lose: number
}

export type DeskRoles = {
  /** Agent to whom a ticket is assigned so that the hub takes it; the hub's token is this agent's. */
  aiAgentId: string
  /** The person who assigns tickets and takes them away, where the control API does not say who. */
  agentId: string
  groupId: string
  /** Group that escalated tickets go to. */
  humanGroupId: string
  /** Custom field that shows an escalation. */
  escalationFieldId: string
  accountId: string
}

export type Person = {
  id: string
  role: 'end-user' | 'agent' | 'admin'
  name: string
  email: string | null
  phone: string | null
  /** BCP 47. */
  locale: string
  /** IANA. */
  timeZone: string
  organization: string | null
  tags: string[]
  /** What agents wrote about the person. */
  notes: string
  createdAt: Instant
  updatedAt: Instant
  /** In the order of their making. */
  ticketIds: string[]
  /** How the simulated customer behaves; null: as `settings` says. */
  mail: MailPersona | null
  call: CallMood | null
  /** The number they give in a mail, as they would write it. */
  replyPhone: string | null
}

export type TicketStatus = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed'

export type Ticket = {
  id: string
  subject: string
  status: TicketStatus
  priority: 'low' | 'normal' | 'high' | 'urgent' | null
  type: 'question' | 'incident' | 'problem' | 'task' | null
  tags: string[]
  requesterId: string
  submitterId: string
  assigneeId: string | null
  groupId: string | null
  channel: string
  /** Custom field id → value. */
  fields: Record<string, string | null>
  comments: TicketComment[]
  audits: TicketAudit[]
  createdAt: Instant
  updatedAt: Instant
  solvedAt: Instant | null
  /** Position of its newest entry in `ticketLog`. */
  seq: number
}

export type TicketComment = {
  id: string
  authorId: string
  public: boolean
  /** As written; HTML is made when it is asked for. */
  body: string
  createdAt: Instant
}

/** One update: who changed what. */
export type TicketAudit = {
  id: string
  authorId: string
  createdAt: Instant
  changes: { field: string; previous: unknown; current: unknown }[]
  commentId: string | null
  /** What the author put into `metadata`. */
  custom: Record<string, unknown>
}

export type Mail = {
  id: string
  direction: 'sent' | 'received'
  /** With angle brackets. */
  messageId: string
  /** As written in the header, like `Ada <ada@example.com>`. */
  from: string
  to: string[]
  cc: string[]
  replyTo: string | null
  subject: string
  text: string
  html: string | null
  /** Names as they were written. */
  headers: Record<string, string>
  /** Tag name → value, as given by the sender. */
  tags: Record<string, string>
  /** Key that it was sent under, when it was. */
  key: string | null
  /** The customer on the other end, where known. */
  personId: string | null
  /** For a mail that we received: the sent one it answers. */
  answers: string | null
  lastEvent: string
  createdAt: Instant
  attachments: { id: string; filename: string; contentType: string; content: string }[]
}

export type CallTurn = { role: 'bot' | 'user'; text: string; atS: number }

export type PhoneCall = {
  id: string
  /** E.164 as dialled. */
  to: string
  customerName: string
  /** `customer.externalId` of the request: the hub's key. */
  externalId: string | null
  /** The request's body as it came. */
  request: unknown
  personId: string | null
  mood: CallMood
  status: 'queued' | 'ringing' | 'in-progress' | 'ended'
  endedReason: string | null
  createdAt: Instant
  updatedAt: Instant
  startedAt: Instant | null
  endedAt: Instant | null
  /** Connected seconds. */
  durationS: number
  turns: CallTurn[]
  summary: string | null
  /** Vapi gives it as a string, like `true`. */
  successEvaluation: string | null
  costUsd: number
}

export type ChatServer = {
  channels: Record<string, ChatChannel>
  /** Channel name without `#` → id. */
  channelNames: Record<string, string>
}

export type ChatChannel = {
  id: string
  name: string
  /** By id, oldest first (ids of both vendors are no array indexes, so keys keep their order). */
  messages: Record<string, ChatMessage>
}

export type ChatMessage = {
  id: string
  authorId: string
  authorName: string
  text: string
  /** Blocks, attachments, embeds, components: as they came. */
  body: Record<string, unknown>
  /** Key in Slack's metadata or Discord's nonce, where one was given. */
  key: string | null
  metadata: unknown
  /** Parent message, null when none. */
  thread: string | null
  /** Only this user sees it. */
  ephemeralFor: string | null
  via: 'bot' | 'webhook' | 'person'
  createdAt: Instant
  edits: { at: Instant; text: string }[]
}

/** What is still to happen by itself. It is data, so that it happens after a restart as well (agenda.ts). */
export type AgendaTask =
  | { kind: 'mail.delivered'; mailId: string }
  | { kind: 'mail.answered'; mailId: string; persona: MailPersona }
  | { kind: 'call.advance'; callId: string }

export type AgendaItem = { id: string; at: Instant; task: AgendaTask }

/** A webhook that has not been accepted yet. */
export type OutboxItem = {
  id: string
  vendor: string
  /** Where to, when it is not the vendor's usual address. */
  url: string | null
  body: string
  attempts: number
  firstAt: Instant
  dueAt: Instant
}

export type WebhookCounters = {
  /** Different webhooks. */
  raised: number
  /** Requests sent. */
  attempts: number
  accepted: number
  /** Answered 4xx: not tried again. */
  refused: number
  duplicated: number
  lost: number
  /** Given up after the last retry. */
  abandoned: number
}

export const defaultSettings: Settings = {
  mail: 'agrees',
  call: 'agrees',
  unansweredCalls: 1,
  model: 'obedient',
  pace: {
    mailDelivered: 300,
    mailAnswered: 1_500,
    callQueued: 300,
    callRinging: 1_000,
    callTalking: 3_000,
    exportLag: 60_000,
  },
  deskWebhooks: 'events',
  webhooks: { duplicates: 0, reorder: false, delay: 0, lose: 0 },
}

/** No waiting at all, for tests and benchmarks. */
export const instantPace: Settings['pace'] = {
  mailDelivered: 0,
  mailAnswered: 0,
  callQueued: 0,
  callRinging: 0,
  callTalking: 0,
  exportLag: 0,
}

/** A world with its staff and nothing else in it. */
export function emptyWorld(now: Instant, seed: Seed = 'empty'): World {
  const world: World = {
    version: 2,
    seed,
    counter: 100,
    settings: structuredClone(defaultSettings),
    desk: {
      aiAgentId: '9001',
      agentId: '9002',
      groupId: '7001',
      humanGroupId: '7002',
      escalationFieldId: '5001',
      accountId: '424242',
    },
    people: {},
    groups: {
      '7001': { id: '7001', name: 'Reservations', memberIds: ['9001', '9002'] },
      '7002': { id: '7002', name: 'Guest care', memberIds: ['9002', '9003'] },
    },
    tickets: {},
    ticketLog: [],
    mails: {},
    calls: {},
    chat: { slack: { channels: {}, channelNames: {} }, discord: { channels: {}, channelNames: {} } },
    taskTracker: emptyTracker(),
    agenda: {},
    outbox: {},
    webhooks: {},
    ports: {},
    addressBook: {},
    phoneBook: {},
    sentTo: {},
    mailKeys: {},
  }
  const staff = { locale: 'en', timeZone: 'Europe/Lisbon', createdAt: now }
  addPerson(world, {
    ...staff,
    id: '9001',
    role: 'admin',
    name: 'Switchboard AI',
    email: 'ai@lumenhotels.example',
  })
  addPerson(world, {
    ...staff,
    id: '9002',
    role: 'agent',
    name: 'Marta Oliveira',
    email: 'marta@lumenhotels.example',
  })
  addPerson(world, {
    ...staff,
    id: '9003',
    role: 'agent',
    name: 'Jonas Brandt',
    email: 'jonas@lumenhotels.example',
  })
  return world
}

/** The next id that is a number; unique over all kinds of things. */
export function nextId(world: World): string {
  world.counter += 1
  return String(world.counter)
}

export function addPerson(
  world: World,
  fields: Partial<Person> & Pick<Person, 'name' | 'createdAt'>,
): Person {
  const person: Person = {
    id: nextId(world),
    role: 'end-user',
    email: null,
    phone: null,
    locale: 'en',
    timeZone: 'Europe/Lisbon',
    organization: null,
    tags: [],
    notes: '',
    updatedAt: fields.createdAt,
    ticketIds: [],
    mail: null,
    call: null,
    replyPhone: null,
    ...fields,
  }
  world.people[person.id] = person
  if (person.email) world.addressBook[person.email.toLowerCase()] = person.id
  if (person.phone) world.phoneBook[e164(person.phone)] = person.id
  return person
}

export function personByEmail(world: World, email: string): Person | undefined {
  const id = world.addressBook[email.trim().toLowerCase()]
  return id === undefined ? undefined : world.people[id]
}

export function personByPhone(world: World, phone: string): Person | undefined {
  const id = world.phoneBook[e164(phone)]
  return id === undefined ? undefined : world.people[id]
}

/** Remembers that this person can be reached under `phone`, written with its country code. */
export function learnPhone(world: World, personId: string, phone: string) {
  world.phoneBook[e164(phone)] = personId
}

function e164(phone: string): string {
  return phone.replace(/[^\d+]/g, '').replace(/^00/, '+')
}

/** Puts a ticket into the books. Its own id and times are the caller's. */
export function addTicket(world: World, fields: Omit<Ticket, 'seq'>): Ticket {
  const ticket: Ticket = { ...fields, seq: 0 }
  world.tickets[ticket.id] = ticket
  world.people[ticket.requesterId]?.ticketIds.push(ticket.id)
  noteTicketChange(world, ticket)
  return ticket
}

/** Call after every change of a ticket, with `updatedAt` already set. */
export function noteTicketChange(world: World, ticket: Ticket) {
  ticket.seq = world.ticketLog.length
  world.ticketLog.push({ ticketId: ticket.id, at: ticket.updatedAt })
}

export function customers(world: World): Person[] {
  return Object.values(world.people).filter((person) => person.role === 'end-user')
}
