import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import { customers, type Person, type Ticket } from './world.ts'
import { agentPage } from './zendesk-agent-page.ts'
import { createAnswers, faultBody, includes, notFound, refusal, unprocessable } from './zendesk-answers.ts'
import { authenticate, issueToken, type ZendeskSecrets } from './zendesk-auth.ts'
import { registerZendeskWebhooks } from './zendesk-events.ts'
import { changesFrom, firstChangeSince } from './zendesk-export.ts'
import { cursorPage, decodeCursor, encodeCursor, pageOf } from './zendesk-pages.ts'
import { asksForPeople, searchPeople, searchTickets, sortTickets } from './zendesk-search.ts'
import { createTicket, TicketIn, updateTicket } from './zendesk-tickets.ts'
import {
  auditJson,
  commentJson,
  metricSetJson,
  organizationJson,
  ticketJson,
  userJson,
} from './zendesk-wire.ts'

const EXPORT_PAGE = 1000

/**
 * Serves Zendesk Support's wire: tickets with safe updates, comments, tags, users, search, the incremental
 * cursor export and OAuth tokens. Paths are taken with and without `.json`.
 */
export async function startZendeskStandIn(deps: StandInDeps, secrets: ZendeskSecrets): Promise<StandIn> {
  const { world, clock } = deps
  let url = ''
  const { listTickets, sideLoads, people, agentIds, list, answer } = createAnswers(world, () => url)
  registerZendeskWebhooks(deps, secrets.webhookSecret)

  function handle(request: StandInRequest): StandInReply {
    const path = request.path.replace(/\.json$/, '')
    if (request.method === 'POST' && path === '/oauth/tokens') return issueToken(deps, secrets, request)
    const page = /^\/agent\/tickets\/(\d+)$/.exec(path)
    const shown = world.tickets[page?.[1] ?? '']
    if (shown) return agentPage(world, shown)
    const caller = authenticate(deps, secrets, request.headers.authorization)
    if (!caller) return { status: 401, body: { error: "Couldn't authenticate you" } }
    if (!path.startsWith('/api/v2/')) return notFound
    const [resource, id, sub, more] = path.slice('/api/v2/'.length).split('/')
    switch (resource) {
      case 'tickets':
        return tickets(request, caller, id, sub)
      case 'users':
        return users(request, caller, id, sub, more)
      case 'search':
        return search(request, id)
      case 'incremental':
        return id === 'tickets' && sub === 'cursor' ? exportChanges(request) : notFound
      case 'groups':
        return list(
          'groups',
          Object.values(world.groups).map((group) => ({ ...group, id: Number(group.id) })),
          request,
        )
      default:
        return notFound
    }
  }

  function tickets(request: StandInRequest, caller: Person, id?: string, sub?: string): StandInReply {
    if (id === undefined) {
      if (request.method === 'POST')
        return withTicket(request, (input) => answer(createTicket(deps, input, caller.id), 201))
      return listTickets(sortTickets(Object.values(world.tickets), 'id', false), request)
    }
    if (id === 'show_many')
      return listTickets(
        (request.query.get('ids') ?? '').split(',').flatMap((one) => world.tickets[one] ?? []),
        request,
      )
    const ticket = world.tickets[id]
    if (!ticket) return notFound
    switch (`${request.method} ${sub ?? ''}`) {
      case 'GET ':
        return {
          status: 200,
          body: { ticket: ticketJson(world, ticket, url), ...sideLoads([ticket], request) },
        }
      case 'PUT ':
        return withTicket(request, (input) => answer(updateTicket(deps, id, input, caller.id), 200))
      case 'GET comments':
        return comments(ticket, request)
      case 'GET audits':
        return audits(ticket, request)
      case 'GET metrics':
        return { status: 200, body: { ticket_metric: metricSetJson(ticket, agentIds()) } }
      case 'GET tags':
        return { status: 200, body: { tags: ticket.tags } }
      case 'PUT tags':
      case 'POST tags':
      case 'DELETE tags':
        return tags(ticket, request, caller)
      default:
        return notFound
    }
  }

  /** POST sets, PUT adds, DELETE removes. */
  function tags(ticket: Ticket, request: StandInRequest, caller: Person): StandInReply {
    const input = TicketIn.safeParse(request.json ?? {})
    if (!input.success) return unprocessable(input.error.message)
    const { tags: given = [], ...stamps } = input.data
    const wanted =
      request.method === 'POST'
        ? given
        : request.method === 'PUT'
          ? [...ticket.tags, ...given]
          : ticket.tags.filter((tag) => !given.includes(tag))
    const stamp = 'safe_update' in stamps ? { updated_stamp: stamps.updated_stamp, safe_update: true } : {}
    const result = updateTicket(deps, ticket.id, { ...stamp, tags: wanted }, caller.id)
    return result.ok
      ? { status: request.method === 'POST' ? 201 : 200, body: { tags: result.ticket.tags } }
      : refusal(result.refusal)
  }

  function comments(ticket: Ticket, request: StandInRequest): StandInReply {
    const { query } = request
    const newestFirst =
      query.get('sort') === '-created_at' || query.get('sort_order')?.toLowerCase() === 'desc'
    const ordered = newestFirst ? ticket.comments.toReversed() : ticket.comments
    const page = pageOf(ordered, query, `${url}${request.path}`)
    const audits = new Map(ticket.audits.map((audit) => [audit.commentId, audit.id]))
    const authors = new Set(page.items.map((comment) => comment.authorId))
    return {
      status: 200,
      body: {
        comments: page.items.map((comment) => commentJson(comment, audits.get(comment.id))),
        ...(includes(request, 'users') ? { users: people(authors) } : {}),
        ...page.envelope,
      },
    }
  }

  function audits(ticket: Ticket, request: StandInRequest): StandInReply {
    const all = request.query.get('sort') === '-created_at' ? ticket.audits.toReversed() : ticket.audits
    return list(
      'audits',
      all.map((audit) => auditJson(ticket, audit)),
      request,
    )
  }

  function users(
    request: StandInRequest,
    caller: Person,
    id?: string,
    sub?: string,
    more?: string,
  ): StandInReply {
    if (id === undefined)
      return list(
        'users',
        customers(world).map((one) => userJson(one, url)),
        request,
      )
    if (id === 'me') return { status: 200, body: { user: userJson(caller, url) } }
    if (id === 'show_many')
      return { status: 200, body: { users: people(new Set((request.query.get('ids') ?? '').split(','))) } }
    if (id === 'search') {
      const found = searchPeople(world, request.query.get('query') ?? '')
      return list(
        'users',
        found.map((one) => userJson(one, url)),
        request,
      )
    }
    const person = world.people[id]
    if (!person) return notFound
    if (sub === undefined) {
      const { organization } = person
      const organizations = organization === null ? [] : [organizationJson(organization, url)]
      return {
        status: 200,
        body: {
          user: userJson(person, url),
          ...(includes(request, 'organizations') ? { organizations } : {}),
        },
      }
    }
    if (sub !== 'tickets' || more !== 'requested') return notFound
    const { query } = request
    const sort = query.get('sort') ?? query.get('sort_by') ?? 'id'
    const descending = sort.startsWith('-') || query.get('sort_order') === 'desc'
    const own = person.ticketIds.flatMap((one) => world.tickets[one] ?? [])
    return listTickets(sortTickets(own, sort.replace(/^-/, ''), descending), request)
  }

  function search(request: StandInRequest, mode?: string): StandInReply {
    const { query } = request
    const text = query.get('query') ?? ''
    const forPeople = asksForPeople(text) || query.get('filter[type]') === 'user'
    const found: unknown[] = forPeople
      ? searchPeople(world, text).map((one) => ({ ...userJson(one, url), result_type: 'user' }))
      : sortTickets(
          searchTickets(world, text),
          query.get('sort_by') ?? 'updated_at',
          query.get('sort_order') !== 'asc',
        ).map((one) => ({ ...ticketJson(world, one, url), result_type: 'ticket' }))
    if (mode === 'count') return { status: 200, body: { count: found.length } }
    const page =
      mode === 'export'
        ? cursorPage(found, query, `${url}${request.path}`)
        : pageOf(found.slice(0, 1000), query, `${url}${request.path}`)
    return { status: 200, body: { results: page.items, facets: null, ...page.envelope } }
  }

  /**
   * Tickets in the order of their last change. What changed within the last minute is held back, as at Zendesk
   * ("Using the incremental export API"); `settings.pace.exportLag` says how long.
   */
  function exportChanges(request: StandInRequest): StandInReply {
    const cursor = request.query.get('cursor')
    const startTime = request.query.get('start_time')
    const lag = world.settings.pace.exportLag
    const horizon = clock.now() - lag
    let position = 0
    if (cursor !== null) position = decodeCursor(cursor)
    else if (startTime === null || !/^\d+$/.test(startTime))
      return { status: 400, body: { error: 'StartTimeMissing', description: 'start_time is required' } }
    else if (lag > 0 && Number(startTime) * 1000 > horizon)
      return {
        status: 422,
        body: {
          error: 'InvalidValue',
          description: 'Too recent start_time. Use a start_time older than 60 seconds',
        },
      }
    else position = firstChangeSince(world, Number(startTime) * 1000)
    if (Number.isNaN(position))
      return { status: 400, body: { error: 'InvalidCursor', description: 'Invalid cursor' } }

    const size = Math.min(Number(request.query.get('per_page') ?? EXPORT_PAGE) || EXPORT_PAGE, EXPORT_PAGE)
    const changes = changesFrom(world, position, horizon, size)
    const after = encodeCursor(changes.position)
    return {
      status: 200,
      body: {
        tickets: changes.tickets.map((ticket) => ticketJson(world, ticket, url)),
        ...sideLoads(changes.tickets, request),
        after_cursor: after,
        after_url: `${url}${request.path}?cursor=${after}`,
        before_cursor: null,
        before_url: null,
        end_of_stream: changes.end,
      },
    }
  }

  const standIn = await startStandIn(handle, { port: deps.port, faultBody })
  url = standIn.url
  return standIn
}

const TicketBody = z.object({ ticket: TicketIn })

function withTicket(
  request: StandInRequest,
  act: (input: z.output<typeof TicketIn>) => StandInReply,
): StandInReply {
  const body = TicketBody.safeParse(request.json)
  return body.success ? act(body.data.ticket) : unprocessable(z.prettifyError(body.error))
}
