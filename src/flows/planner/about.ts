import { InputError } from '../../ops/errors.ts'
import type { TicketsTable } from '../../store/index.ts'
import { getTicket, parseTicketRef } from '../../store/rows/tickets.ts'
import { type SyncDeps, syncTicket } from '../../tickets/index.ts'
import type { OrgId } from '../../work/index.ts'

/** What a request is about, as far as that is known before it is planned. */
export type About = { ticket: TicketsTable | null }

/** What a flow that is about no ticket does not know. */
export const emptyOf = ({ ticket }: About) => [
  ...(ticket ? [] : ['ticket']),
  ...(ticket?.customer_id ? [] : ['customerId']),
]

const REF = /(?<![\w:/])([a-z][a-z0-9_]*:[\w-]+)/gi

/** The ticket that was named beside the message, else the only one of a connected desk within it. */
export async function findAbout(
  deps: SyncDeps,
  org: OrgId,
  request: { message: string; ticket?: string | undefined },
): Promise<About> {
  const named = [...new Set([...request.message.matchAll(REF)].map(([, ref = '']) => ref))]
  const refs = request.ticket === undefined ? named.filter((ref) => isOfDesk(deps, ref)) : [request.ticket]
  const [ref] = refs
  if (ref === undefined || refs.length > 1) return { ticket: null }
  const parsed = parseTicketRef(ref)
  if (parsed && deps.desks.has(parsed.desk)) await syncTicket(deps, org, parsed, { withCustomer: true })
  const ticket = await getTicket(deps.store.read, org, ref)
  if (!ticket) throw new InputError('unknown_ticket', `There is no ticket ${ref}.`, { status: 404 })
  return { ticket }
}

function isOfDesk(deps: SyncDeps, ref: string): boolean {
  const parsed = parseTicketRef(ref)
  return parsed !== undefined && deps.desks.has(parsed.desk)
}
