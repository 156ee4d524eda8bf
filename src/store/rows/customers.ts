import {
  type ConsentsTable,
  type CustomerIdentitiesTable,
  type CustomersTable,
  type Executor,
  insertInto,
  type ProfilesTable,
  prepared,
  qb,
  type Tx,
} from '../index.ts'

const byId = prepared<{ org: string; id: string }, CustomersTable>((p) =>
  qb.selectFrom('customers').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getCustomer = (read: Executor, org: string, id: string) => read.first(byId({ org, id }))

export const insertCustomer = insertInto('customers', [
  'id',
  'org',
  'name',
  'email',
  'phone',
  'locale',
  'time_zone',
  'organization',
  'stage',
  'tags',
  'created_at',
  'updated_at',
])

export function updateCustomer(
  tx: Tx,
  org: string,
  id: string,
  change: Partial<Omit<CustomersTable, 'id' | 'org' | 'created_at'>> & { updated_at: number },
) {
  return tx.run(qb.updateTable('customers').set(change).where('org', '=', org).where('id', '=', id))
}

export function listCustomers(read: Executor, org: string, limit: number, before?: string) {
  let query = qb.selectFrom('customers').selectAll().where('org', '=', org)
  if (before) query = query.where('id', '<', before)
  return read.all(query.orderBy('id', 'desc').limit(limit))
}

/** `kind`: `email`, `phone`, or a desk's name; `value` as normalised by customers/identity.ts. */
const identity = prepared<{ org: string; kind: string; value: string }, { customer_id: string }>((p) =>
  qb
    .selectFrom('customer_identities')
    .select('customer_id')
    .where('org', '=', p.org)
    .where('kind', '=', p.kind)
    .where('value', '=', p.value),
)

export async function customerByIdentity(read: Executor, org: string, kind: string, value: string) {
  return (await read.first(identity({ org, kind, value })))?.customer_id
}

export const insertIdentity = insertInto(
  'customer_identities',
  ['org', 'kind', 'value', 'customer_id', 'verified', 'created_at'],
  { orIgnore: true },
)

export function identitiesOf(
  read: Executor,
  org: string,
  customer: string,
): Promise<CustomerIdentitiesTable[]> {
  return read.all(
    qb
      .selectFrom('customer_identities')
      .selectAll()
      .where('org', '=', org)
      .where('customer_id', '=', customer),
  )
}

/** The consent ledger: one row per yes or no, with the exact words; the latest of a kind holds. */
export const insertConsent = insertInto('consents', [
  'id',
  'org',
  'customer_id',
  'kind',
  'given',
  'words',
  'channel',
  'proof',
  'at',
])

const latest = prepared<{ org: string; customer: string; kind: string }, ConsentsTable>((p) =>
  qb
    .selectFrom('consents')
    .selectAll()
    .where('org', '=', p.org)
    .where('customer_id', '=', p.customer)
    .where('kind', '=', p.kind)
    .orderBy('id', 'desc')
    .limit(1),
)

/** `kind`: `ai_call`, or `contact:<channel>` and `contact:all` for opt-outs. */
export const latestConsent = (read: Executor, org: string, customer: string, kind: string) =>
  read.first(latest({ org, customer, kind }))

export function consentsOf(read: Executor, org: string, customer: string): Promise<ConsentsTable[]> {
  return read.all(
    qb
      .selectFrom('consents')
      .selectAll()
      .where('org', '=', org)
      .where('customer_id', '=', customer)
      .orderBy('id'),
  )
}

export const insertProfile = insertInto('profiles', [
  'id',
  'org',
  'customer_id',
  'ticket',
  'profile',
  'dropped',
  'changes',
  'sources',
  'model_run_id',
  'created_at',
])

const newestProfile = prepared<{ org: string; customer: string }, ProfilesTable>((p) =>
  qb
    .selectFrom('profiles')
    .selectAll()
    .where('org', '=', p.org)
    .where('customer_id', '=', p.customer)
    .orderBy('id', 'desc')
    .limit(1),
)

export const latestProfile = (read: Executor, org: string, customer: string) =>
  read.first(newestProfile({ org, customer }))
