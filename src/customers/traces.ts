import { InputError } from '../ops/errors.ts'
import { type CustomersTable, type Executor, qb } from '../store/index.ts'
import { getCustomer, identitiesOf } from '../store/rows/customers.ts'
import { parseTicketRef, ticketRefOf } from '../store/rows/tickets.ts'

/** The stage of a customer of whom nothing is left but the row that says so. */
export const ERASED = 'erased'

/** What leads to a customer's data in the tables that do not name the customer. */
export type Traces = {
  customer: CustomersTable
  tickets: string[]
  flows: string[]
  calls: string[]
  escalations: string[]
  /** What logs and work name: tickets, and what stands for one where there is none. */
  cases: string[]
  /** Ids by which vendors know what passed: calls and mails. */
  providerIds: string[]
  isAbout: (text: string) => boolean
  /** Whether a desk's webhook is about one of the tickets: those say little more than a number. */
  isAboutTicket: (source: string, body: string) => boolean
}

/** @throws InputError without such a customer. */
export async function tracesOf(read: Executor, org: string, id: string): Promise<Traces> {
  const customer = await getCustomer(read, org, id)
  if (!customer) throw new InputError('unknown_customer', `There is no customer ${id}.`, { status: 404 })
  const identities = await identitiesOf(read, org, id)
  const tickets = await ticketsOf(read, org, id, identities)
  const flows = await read.all(
    qb
      .selectFrom('flows')
      .select(['id', 'case_id'])
      .where('org', '=', org)
      .where((is) => is.or([is('customer_id', '=', id), is('ticket', 'in', some(tickets))])),
  )
  const calls = await read.all(
    qb
      .selectFrom('calls')
      .select(['id', 'case_id', 'provider_call_id'])
      .where('org', '=', org)
      .where('customer_id', '=', id),
  )
  const escalations = await read.all(
    qb
      .selectFrom('escalations')
      .select('id')
      .where('org', '=', org)
      .where((is) =>
        is.or([
          is('customer_id', '=', id),
          is('ticket', 'in', some(tickets)),
          is('flow_id', 'in', some(flows.map((flow) => flow.id))),
        ]),
      ),
  )
  const messages = await read.all(
    qb.selectFrom('messages').select('provider_id').where('org', '=', org).where('customer_id', '=', id),
  )
  // Our key for a call or mail: what vendors report of it names no person.
  const effects = await read.all(
    qb.selectFrom('effects').select('id').where('org', '=', org).where('customer_id', '=', id),
  )
  const flowIds = flows.map((flow) => flow.id)
  const callIds = calls.map((call) => call.id)
  const escalationIds = escalations.map((one) => one.id)
  // A turn of a call is known by the call's id and its number.
  const providerIds = [
    ...calls.map((call) => call.provider_call_id),
    ...messages.map(({ provider_id }) => provider_id?.replace(/#\d+$/, '')),
  ].filter((one) => typeof one === 'string')
  const people = identities.filter(({ kind }) => kind === 'email' || kind === 'phone')
  const names = [id, customer.email, customer.phone, ...people.map(({ value }) => value)]
  return {
    customer,
    tickets,
    flows: flowIds,
    calls: callIds,
    escalations: escalationIds,
    cases: unique([
      ...tickets,
      ...flows.map((flow) => flow.case_id),
      ...calls.map((call) => call.case_id),
      ...flowIds,
    ]),
    providerIds: unique(providerIds),
    isAbout: matcher([
      ...names,
      ...providerIds,
      ...flowIds,
      ...callIds,
      ...escalationIds,
      ...effects.map((effect) => effect.id),
    ]),
    isAboutTicket: ticketMatcher(tickets),
  }
}

async function ticketsOf(
  read: Executor,
  org: string,
  customer: string,
  identities: { kind: string; value: string }[],
): Promise<string[]> {
  const rows = await read.all(
    qb
      .selectFrom('tickets')
      .select(['desk', 'desk_id'])
      .where('org', '=', org)
      .where((is) =>
        is.or([
          is('customer_id', '=', customer),
          ...identities.map(({ kind, value }) =>
            is.and([is('desk', '=', kind), is('requester_id', '=', value)]),
          ),
        ]),
      ),
  )
  return rows.map(({ desk, desk_id }) => ticketRefOf(desk, desk_id))
}

/** For `IN`, which Postgres does not take empty. */
export const some = (values: readonly string[]) => (values.length > 0 ? values : [''])

const unique = (values: readonly string[]) => [...new Set(values)]

/** A phone number is found with and without its plus. */
function matcher(names: readonly (string | null)[]): (text: string) => boolean {
  const given = unique(names.flatMap((name) => (name ? [name.replace(/^\+(?=\d)/, '')] : [])))
  const pattern = new RegExp(given.map(escaped).join('|'), 'i')
  return (text) => pattern.test(text)
}

function ticketMatcher(tickets: readonly string[]): (source: string, body: string) => boolean {
  const byDesk = new Map<string, string[]>()
  for (const ref of tickets) {
    const { desk, id } = parseTicketRef(ref) ?? { desk: '', id: '' }
    byDesk.set(desk, [...(byDesk.get(desk) ?? []), escaped(id)])
  }
  const patterns = new Map(
    [...byDesk].map(([desk, ids]) => [desk, new RegExp(`[":]\\s*(?:${ids.join('|')})(?=[",}\\s])`)] as const),
  )
  return (source, body) => patterns.get(source)?.test(body) ?? false
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
