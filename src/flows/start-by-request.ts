import { InputError } from '../ops/errors.ts'
import type { FlowsTable } from '../store/index.ts'
import { getTicket, parseTicketRef } from '../store/rows/tickets.ts'
import { type SyncDeps, syncTicket } from '../tickets/index.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { createFlow } from './create.ts'
import { needTemplate } from './templates/find.ts'

type Deps = SyncDeps & { queue: WorkQueue; settings: Record<string, unknown> }

/**
 * A person starts a flow from a template. One about a ticket takes customer and fence from it.
 * Throws InputError: unknown template, wrong parameters, a ticket that is not there or not the AI's, 409 when the
 * ticket has an unfinished flow of this template.
 */
export async function startByRequest(
  deps: Deps,
  org: OrgId,
  request: { template: string; params: Record<string, unknown>; by: string; from: string },
): Promise<FlowsTable> {
  const template = await needTemplate(deps.store.read, org, request.template)
  const ref = typeof request.params.ticket === 'string' ? request.params.ticket : null
  const ticket = ref === null ? undefined : await ticketOfAi(deps, org, ref)
  const flow = await deps.store.write((tx) =>
    createFlow(deps, tx, template, {
      org,
      params: request.params,
      settings: deps.settings,
      requestedBy: request.by,
      requestedFrom: request.from,
      ticket: ref,
      customerId: ticket?.customer_id ?? null,
      fence: ticket?.fence ?? null,
    }),
  )
  if (!flow) throw new InputError('conflict', `${ref} already has an unfinished flow.`, { status: 409 })
  return flow
}

/** Gives a ticket to AI at its desk, by the tag; the flow starts by the assignment that follows. Safe to repeat. */
export async function assignToAi(deps: Deps, org: OrgId, ref: string): Promise<void> {
  const parsed = parseTicketRef(ref)
  const desk = parsed && deps.desks.get(parsed.desk)
  if (!parsed || !desk || !(await desk.getTicket(parsed.id))) throw unknownTicket(ref)
  await desk.update(parsed.id, { addTags: [desk.handover.aiTag] }, { marker: deps.newId('eff') })
  await syncTicket(deps, org, parsed)
}

async function ticketOfAi(deps: Deps, org: OrgId, ref: string) {
  const parsed = parseTicketRef(ref)
  if (!parsed || !deps.desks.has(parsed.desk)) {
    const like = `${[...deps.desks.keys()][0] ?? 'zendesk'}:4711`
    throw new InputError('unknown_desk', `"${ref}" names no ticket of a connected desk.`, {
      issues: [{ path: 'params.ticket', message: `like ${like}` }],
    })
  }
  await syncTicket(deps, org, parsed)
  const ticket = await getTicket(deps.store.read, org, ref)
  if (!ticket) throw unknownTicket(ref)
  if (ticket.to_ai === 0) {
    throw new InputError('not_assigned', `${ref} is not assigned to AI; assign it first.`, { status: 409 })
  }
  return ticket
}

const unknownTicket = (ref: string) =>
  new InputError('unknown_ticket', `There is no ticket ${ref}.`, { status: 404 })
