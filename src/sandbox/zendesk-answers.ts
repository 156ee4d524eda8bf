import type { StandInReply, StandInRequest } from './standin.ts'
import type { Ticket, World } from './world.ts'
import { pageOf } from './zendesk-pages.ts'
import type { DeskRefusal, updateTicket } from './zendesk-tickets.ts'
import { auditJson, metricSetJson, ticketJson, userJson } from './zendesk-wire.ts'

/** Answers that several of the desk's endpoints give. `url` is where the stand-in listens. */
export function createAnswers(world: World, url: () => string) {
  function listTickets(all: Ticket[], request: StandInRequest): StandInReply {
    const page = pageOf(all, request.query, `${url()}${request.path}`)
    return {
      status: 200,
      body: {
        tickets: page.items.map((ticket) => ticketJson(world, ticket, url())),
        ...sideLoads(page.items, request),
        ...page.envelope,
      },
    }
  }

  function sideLoads(all: Ticket[], request: StandInRequest) {
    return {
      ...(includes(request, 'users')
        ? { users: people(new Set(all.flatMap((one) => [one.requesterId, one.assigneeId ?? '']))) }
        : {}),
      ...(includes(request, 'metric_sets')
        ? { metric_sets: all.map((one) => metricSetJson(one, agentIds())) }
        : {}),
      ...(includes(request, 'groups')
        ? { groups: Object.values(world.groups).map(({ id, name }) => ({ id: Number(id), name })) }
        : {}),
    }
  }

  function people(ids: Set<string>) {
    return [...ids].flatMap((id) => {
      const person = world.people[id]
      return person ? [userJson(person, url())] : []
    })
  }

  function agentIds(): Set<string> {
    return new Set(Object.values(world.groups).flatMap((group) => group.memberIds))
  }

  function list(name: string, items: unknown[], request: StandInRequest): StandInReply {
    const page = pageOf(items, request.query, `${url()}${request.path}`)
    return { status: 200, body: { [name]: page.items, ...page.envelope } }
  }

  function answer(result: ReturnType<typeof updateTicket>, status: number): StandInReply {
    if (!result.ok) return refusal(result.refusal)
    const { ticket, audit } = result
    return { status, body: { ticket: ticketJson(world, ticket, url()), audit: auditJson(ticket, audit) } }
  }

  return { listTickets, sideLoads, people, agentIds, list, answer }
}

export const notFound: StandInReply = {
  status: 404,
  body: { error: 'RecordNotFound', description: 'Not found' },
}

export function refusal({ status, ...body }: DeskRefusal): StandInReply {
  return { status, body }
}

export function unprocessable(description: string): StandInReply {
  return { status: 422, body: { error: 'RecordInvalid', description } }
}

export function includes(request: StandInRequest, what: string): boolean {
  return (request.query.get('include') ?? '').split(',').includes(what)
}

export function faultBody(status: number) {
  return status === 429
    ? { error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' }
    : { error: 'InternalError', description: `Switched on in the sandbox: ${status}` }
}
