import nock from 'nock'
import { z } from 'zod'
import { vendorSpec } from '../../specs.ts'

/**
 * As much of Zendesk Support as a desk needs, by nock: one customer with three tickets, agents, audits, the
 * export. Every request, its query included, is held against the vendor's description, and so is every answer.
 * Made by hand from the shapes in that description; nothing here was recorded.
 */

export const BASE = 'https://acme.zendesk.com'

export type WireFailure = { status: number; retryAfterS?: number } | 'lost_answer'

const CUSTOMER = { id: 901, name: 'Zoë Müller', email: 'zoe@example.com', role: 'end-user', phone: null }
const AGENT = { id: 801, name: 'Ada Agent', email: 'ada@acme.example', role: 'admin', phone: null }
const people = [
  { ...CUSTOMER, locale: 'de', iana_time_zone: 'Europe/Berlin', organization_id: 71, tags: ['guest'] },
  { ...AGENT, locale: 'en-US', iana_time_zone: 'Europe/London', organization_id: null, tags: [] },
]

type Comment = {
  id: number
  author_id: number
  body: string
  plain_body: string
  public: boolean
  created_at: string
}
type Audit = { id: number; created_at: string; metadata: { system: object; custom: unknown } }
type Ticket = {
  id: number
  subject: string
  description: string
  status: string
  priority: string | null
  tags: string[]
  requester_id: number
  assignee_id: number | null
  group_id: number | null
  via: { channel: string }
  created_at: string
  updated_at: string
  comments: Comment[]
  audits: Audit[]
}

const Update = z.object({
  ticket: z.looseObject({
    status: z.string().optional(),
    tags: z.array(z.string()).optional(),
    assignee_id: z.number().nullable().optional(),
    group_id: z.number().nullable().optional(),
    comment: z.object({ body: z.string(), public: z.boolean() }).optional(),
    updated_stamp: z.string().optional(),
    metadata: z.unknown(),
  }),
})

export type Wire = {
  now(): number
  advance(ms: number): void
  /** Requests so far that did not read. */
  writes: string[]
  /** A change by somebody else, a minute later. */
  touch(ticketId: string): void
  failNext(kind: 'read' | 'write', how: WireFailure): void
  /** What is wrong with the requests and answers so far. */
  mistakes(): Promise<string[]>
  close(): void
}

export function startWire(): Wire {
  let now = Date.parse('2026-03-02T09:00:00Z')
  let lastId = 5000
  const seen: { method: string; url: string; body: string; status: number; answer: unknown }[] = []
  const failures: { kind: 'read' | 'write'; how: WireFailure }[] = []
  const writes: string[] = []
  const time = () => `${new Date(now).toISOString().slice(0, 19)}Z`
  const nextId = () => ++lastId

  function makeTicket(id: number, subject: string): Ticket {
    const at = time()
    const ticket: Ticket = {
      ...{ id, subject, description: `About ${subject}`, status: 'open', priority: 'normal' },
      ...{ tags: ['ai_processing', 'hotel'], requester_id: CUSTOMER.id, assignee_id: null, group_id: null },
      ...{ via: { channel: 'email' }, created_at: at, updated_at: at, comments: [], audits: [] },
    }
    comment(ticket, CUSTOMER.id, ticket.description, true)
    return ticket
  }

  function comment(ticket: Ticket, authorId: number, body: string, isPublic: boolean) {
    const plain_body = body.replaceAll('  ', ' &nbsp;')
    ticket.comments.push({
      id: nextId(),
      author_id: authorId,
      body,
      plain_body,
      public: isPublic,
      created_at: time(),
    })
  }

  const tickets = new Map<number, Ticket>()
  for (const id of [401, 402, 403]) {
    tickets.set(id, makeTicket(id, `Ticket ${id}`))
    now += 86_400_000
  }
  const main = tickets.get(403)
  if (main)
    for (const [index, [author, body, isPublic]] of CONVERSATION.entries()) {
      now += index * 60_000
      comment(main, author, body, isPublic)
      main.updated_at = time()
    }
  now += 3_600_000

  function bare(ticket: Ticket) {
    const { comments, audits, ...shown } = ticket
    const url = `${BASE}/api/v2/tickets/${ticket.id}.json`
    return { ...shown, url, metric_set: figures(ticket, comments.length, audits.length) }
  }

  function figures(ticket: Ticket, comments: number, audits: number) {
    const solved = ticket.status === 'solved'
    return {
      ticket_id: ticket.id,
      solved_at: solved ? ticket.updated_at : null,
      reply_time_in_minutes: { calendar: comments > 1 ? 12 : null, business: 3 },
      full_resolution_time_in_minutes: { calendar: solved ? 90 + audits : null, business: null },
    }
  }

  function page<T>(name: string, items: T[], query: URLSearchParams, extra: object = {}) {
    const size = Number(query.get('page[size]') ?? 100)
    const start = Number(query.get('page[after]')?.slice(1) ?? 0)
    const has_more = start + size < items.length
    const meta = { has_more, after_cursor: items.length ? `c${start + size}` : null, before_cursor: null }
    return { [name]: items.slice(start, start + size), meta, ...extra }
  }

  function update(ticket: Ticket, body: string): [number, object] {
    const { ticket: wanted } = Update.parse(JSON.parse(body))
    if ('safe_update' in wanted && wanted.updated_stamp !== ticket.updated_at)
      return [409, { error: 'UpdateConflict', description: 'Safe Update prevented the update' }]
    now += 1000
    const { comment: said, metadata, updated_stamp: _stamp, safe_update: _safe, ...fields } = wanted
    Object.assign(ticket, fields, { updated_at: time() })
    if (said) comment(ticket, AGENT.id, said.body, said.public)
    ticket.audits.push({ id: nextId(), created_at: time(), metadata: { system: {}, custom: metadata ?? {} } })
    return [200, { ticket: bare(ticket), audit: ticket.audits.at(-1) }]
  }

  function read(path: string, query: URLSearchParams): [number, object] {
    const [resource = '', id = '', sub = ''] = path.split('/')
    if (path === 'users/me') return [200, { user: people[1] }]
    if (path === 'incremental/tickets/cursor') return changes(query)
    if (resource === 'users') {
      const user = people.find((one) => one.id === Number(id))
      if (!user) return NOT_FOUND
      if (sub !== 'tickets')
        return [
          200,
          {
            user,
            organizations: [
              { id: 70, name: 'Other' },
              { id: 71, name: 'Guests' },
            ],
          },
        ]
      const own = [...tickets.values()].filter((one) => one.requester_id === user.id).map(bare)
      return [200, page('tickets', query.get('sort') === '-id' ? own.reverse() : own, query)]
    }
    const ticket = tickets.get(Number(id))
    if (!ticket) return NOT_FOUND
    const newestFirst = <T>(items: T[]) => (query.get('sort') === '-created_at' ? items.toReversed() : items)
    if (sub === 'comments')
      return [200, page('comments', newestFirst(ticket.comments), query, { users: people })]
    if (sub === 'audits') return [200, page('audits', newestFirst(ticket.audits), query)]
    return [200, { ticket: bare(ticket) }]
  }

  /** A cursor is the moment until which everything was given; the last minute is held back. */
  function changes(query: URLSearchParams): [number, object] {
    const since = Number(query.get('start_time') ?? query.get('cursor')?.slice(1)) * 1000
    const horizon = now - 60_000
    if (query.has('start_time') && since > horizon) return [422, { error: 'InvalidValue' }]
    const changed = [...tickets.values()].filter((one) => {
      const at = Date.parse(one.updated_at)
      return at > since && at <= horizon
    })
    const oldest = changed.sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at)).slice(0, 2)
    const last = oldest.at(-1)
    const after_cursor = last ? `t${Date.parse(last.updated_at) / 1000}` : query.get('cursor')
    return [200, { tickets: oldest.map(bare), after_cursor, end_of_stream: changed.length === oldest.length }]
  }

  nock(BASE)
    .persist()
    .get(/.*/)
    .reply((request: Request) => answer(request))
    .put(/.*/)
    .reply((request: Request) => answer(request))

  async function answer(request: Request): Promise<nock.ReplyFnResult> {
    const url = new URL(request.url)
    const body = await request.text()
    const kind = request.method === 'GET' ? 'read' : 'write'
    const index = failures.findIndex((one) => one.kind === kind)
    const failure = index < 0 ? undefined : failures.splice(index, 1)[0]?.how
    if (kind === 'write') writes.push(url.pathname)
    const note = (status: number, shown: object, retryAfterS?: number): nock.ReplyFnResult => {
      seen.push({ method: request.method, url: request.url, body, status, answer: shown })
      const headers: Record<string, string> = { 'content-type': 'application/json' }
      if (retryAfterS !== undefined) headers['retry-after'] = String(retryAfterS)
      return [status, JSON.stringify(shown), headers]
    }
    if (typeof failure === 'object')
      return note(failure.status, { error: 'Unavailable' }, failure.retryAfterS)
    const path = url.pathname.replace('/api/v2/', '').replace(/\.json$/, '')
    const ticket = tickets.get(Number(path.split('/')[1]))
    const [status, shown] =
      kind === 'read' ? read(path, url.searchParams) : ticket ? update(ticket, body) : NOT_FOUND
    const reply = note(status, shown)
    if (failure === 'lost_answer') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    return reply
  }

  return {
    now: () => now,
    advance: (ms) => {
      now += ms
    },
    writes,
    touch(ticketId) {
      now += 60_000
      const ticket = tickets.get(Number(ticketId))
      if (ticket) ticket.updated_at = time()
    },
    failNext: (kind, how) => failures.push({ kind, how }),
    async mistakes() {
      const spec = await vendorSpec('zendesk')
      return seen.flatMap(({ method, url, body, status, answer: shown }) => [
        ...spec.check({ method, url, body }).map((line) => `${method} ${url}: ${line}`),
        ...spec
          .checkAnswer({ method, path: new URL(url).pathname, status, body: shown })
          .map((line) => `${method} ${url} ${status}: ${line}`),
      ])
    },
    close: () => nock.cleanAll(),
  }
}

const NOT_FOUND: [number, object] = [404, { error: 'RecordNotFound', description: 'Not found' }]

const CONVERSATION: [number, string, boolean][] = [
  [AGENT.id, 'We are looking into it', true],
  [CUSTOMER.id, 'Still waiting…', true],
  [AGENT.id, 'Guest is annoyed, be quick', false],
  [CUSTOMER.id, 'Zimmer für drei  bitte', true],
]
