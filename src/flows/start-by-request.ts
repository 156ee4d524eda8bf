import { InputError } from '../ops/errors.ts'
import type { Executor, FlowsTable } from '../store/index.ts'
import { flowOfStart } from '../store/rows/flows.ts'
import { getTicket, parseTicketRef } from '../store/rows/tickets.ts'
import { type SyncDeps, syncTicket } from '../tickets/index.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { createFlow, DEPTH_MAX, planOf } from './create.ts'
import type { TemplateDefinition } from './definition.ts'
import { needTemplate } from './templates/find.ts'

/** What starting flows needs; `settings` is what every flow is given of the configuration. */
export type StartDeps = SyncDeps & {
  queue: WorkQueue
  settings: Record<string, unknown>
  /** For tests that crash the process between a flow's start and the note that it was started. */
  onStart?: (flow: FlowsTable) => void
}

export type FlowRequest = {
  template: string
  params: Record<string, unknown>
  by: string
  from: string
  /** What is asked for again under the same key is the same flow. */
  key?: string
  /** How many flows' doings led to the request. */
  depth?: number
  /** What else the flow's context begins with. */
  context?: Record<string, unknown>
}

/**
 * Starts a flow from a template: for a person, a schedule, a trigger or a skill. One about a ticket takes customer
 * and fence from it. Throws InputError: unknown template, wrong parameters, a ticket that is not there or, where
 * the template wants that, not the AI's, 409 when the ticket has an unfinished flow of this template or flows have
 * set each other off too often.
 */
export async function startByRequest(deps: StartDeps, org: OrgId, request: FlowRequest): Promise<FlowsTable> {
  const { key, depth = 0, context } = request
  const started = key === undefined ? undefined : await flowOfStart(deps.store.read, org, key)
  if (started) return started
  if (depth > DEPTH_MAX) throw tooDeep(depth)
  const template = await needTemplate(deps.store.read, org, request.template)
  // Parameters that do not fit are no reason to ask a desk.
  planOf(template, request.params)
  const ref = typeof request.params.ticket === 'string' ? request.params.ticket : null
  const ticket = ref === null ? undefined : await ticketOf(deps, org, ref, template)
  const flow = await deps.store.write(async (tx) => {
    const created = await createFlow(deps, tx, template, {
      org,
      params: request.params,
      settings: deps.settings,
      requestedBy: request.by,
      requestedFrom: request.from,
      ticket: ref,
      customerId: ticket?.customer_id ?? null,
      // A ticket of people has no takeover to fear: a person asked for this.
      fence: ticket?.to_ai === 1 ? ticket.fence : null,
      depth,
      ...(context ? { context } : {}),
      ...(key === undefined ? {} : { key }),
    })
    return created ?? (key === undefined ? undefined : flowOfStart(tx, org, key))
  })
  if (!flow) throw new InputError('conflict', `${ref} already has an unfinished flow.`, { status: 409 })
  deps.onStart?.(flow)
  return flow
}

/** For what starts flows later: throws InputError now where the template is missing or the parameters do not fit it. */
export async function checkStart(
  read: Executor,
  org: OrgId,
  { template, params }: Pick<FlowRequest, 'template' | 'params'>,
): Promise<void> {
  planOf(await needTemplate(read, org, template), params)
}

const tooDeep = (depth: number) =>
  new InputError(
    'too_deep',
    `${depth} flows have set each other off, and this would be one more; at most ${DEPTH_MAX} may.`,
    { status: 409 },
  )

/** Gives a ticket to AI at its desk, by the tag; the flow starts by the assignment that follows. Safe to repeat. */
export async function assignToAi(deps: StartDeps, org: OrgId, ref: string): Promise<void> {
  const parsed = parseTicketRef(ref)
  const desk = parsed && deps.desks.get(parsed.desk)
  if (!parsed || !desk || !(await desk.getTicket(parsed.id))) throw unknownTicket(ref)
  await desk.update(parsed.id, { addTags: [desk.handover.aiTag] }, { marker: deps.newId('eff') })
  await syncTicket(deps, org, parsed)
}

async function ticketOf(
  deps: StartDeps,
  org: OrgId,
  ref: string,
  template: Pick<TemplateDefinition, 'assigned_to_ai'>,
) {
  const parsed = parseTicketRef(ref)
  if (!parsed || !deps.desks.has(parsed.desk)) {
    const like = `${[...deps.desks.keys()][0] ?? 'zendesk'}:4711`
    throw new InputError('unknown_desk', `"${ref}" names no ticket of a connected desk.`, {
      issues: [{ path: 'params.ticket', message: `like ${like}` }],
    })
  }
  await syncTicket(deps, org, parsed, { withCustomer: true })
  const ticket = await getTicket(deps.store.read, org, ref)
  if (!ticket) throw unknownTicket(ref)
  if (template.assigned_to_ai && ticket.to_ai === 0) {
    throw new InputError('not_assigned', `${ref} is not assigned to AI; assign it first.`, { status: 409 })
  }
  return ticket
}

const unknownTicket = (ref: string) =>
  new InputError('unknown_ticket', `There is no ticket ${ref}.`, { status: 404 })
