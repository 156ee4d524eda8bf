import { sql } from 'kysely'
import { type CallsTable, type Executor, insertInto, prepared, qb, type Tx } from '../index.ts'

export const insertCall = insertInto('calls', [
  'id',
  'org',
  'customer_id',
  'ticket',
  'flow_id',
  'case_id',
  'status',
  'phone',
  'language',
  'attempts',
  'provider',
  'provider_call_id',
  'provider_key',
  'context_pack',
  'held_gate',
  'held_until',
  'outcome',
  'ended_reason',
  'reason',
  'started_at',
  'ended_at',
  'duration_s',
  'summary',
  'success',
  'recording_url',
  'cost_usd',
  'dialled_at',
  'created_at',
  'updated_at',
])

const byId = prepared<{ org: string; id: string }, CallsTable>((p) =>
  qb.selectFrom('calls').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getCall = (read: Executor, org: string, id: string) => read.first(byId({ org, id }))

const byProviderCall = prepared<{ org: string; provider: string; providerCall: string }, CallsTable>((p) =>
  qb
    .selectFrom('calls')
    .selectAll()
    .where('org', '=', p.org)
    .where('provider', '=', p.provider)
    .where('provider_call_id', '=', p.providerCall),
)

const byKey = prepared<{ org: string; key: string }, CallsTable>((p) =>
  qb.selectFrom('calls').selectAll().where('org', '=', p.org).where('provider_key', '=', p.key),
)

/** Found by the provider's id, else by our key (its webhook may overtake the answer to our request). */
export async function callOfProvider(
  read: Executor,
  org: string,
  about: { provider: string; providerCallId: string; key: string | null },
): Promise<CallsTable | undefined> {
  const found = await read.first(
    byProviderCall({ org, provider: about.provider, providerCall: about.providerCallId }),
  )
  return found ?? (about.key === null ? undefined : read.first(byKey({ org, key: about.key })))
}

export function updateCall(
  tx: Tx,
  org: string,
  id: string,
  change: Partial<Omit<CallsTable, 'id' | 'org' | 'created_at'>> & { updated_at: number },
) {
  return tx.run(qb.updateTable('calls').set(change).where('org', '=', org).where('id', '=', id))
}

export function listCalls(
  read: Executor,
  org: string,
  filter: { status?: string; flowId?: string; limit: number; before?: string },
): Promise<CallsTable[]> {
  let query = qb.selectFrom('calls').selectAll().where('org', '=', org)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.flowId) query = query.where('flow_id', '=', filter.flowId)
  if (filter.before) query = query.where('id', '<', filter.before)
  return read.all(query.orderBy('id', 'desc').limit(filter.limit))
}

/** The calls of a flow that wait to be dialled, ring or talk. */
export const callsUnderWay = (read: Executor, org: string, flow: string): Promise<CallsTable[]> =>
  read.all(
    qb
      .selectFrom('calls')
      .selectAll()
      .where('org', '=', org)
      .where('flow_id', '=', flow)
      .where('status', 'in', ['pending_ai_call', 'processing'])
      .orderBy('id'),
  )

export function countCalls(read: Executor, org: string, provider: string): Promise<number> {
  return read
    .first(
      qb
        .selectFrom('calls')
        .select((select) => select.fn.countAll<number>().as('n'))
        .where('org', '=', org)
        .where('provider', '=', provider)
        .where('status', '=', 'processing'),
    )
    .then((row) => row?.n ?? 0)
}

/** Unfinished calls that no row of work is about. `before`: untouched since. */
export function strandedCalls(
  read: Executor,
  org: string,
  before: number,
  limit: number,
): Promise<CallsTable[]> {
  return read.all(
    qb
      .selectFrom('calls')
      .selectAll()
      .where('org', '=', org)
      .where('status', 'in', ['pending_ai_call', 'processing'])
      .where('updated_at', '<', before)
      .where((where) =>
        where.not(
          where.exists(
            qb
              .selectFrom('work')
              .select('work.id')
              .where('work.work_key', '=', sql<string>`'call:' || calls.id`)
              .where('work.kind', 'in', ['call.place', 'call.poll']),
          ),
        ),
      )
      .limit(limit),
  )
}

/** How often a customer was dialled since `since`, over all of their calls. */
export async function callsOfCustomerAttempts(read: Executor, org: string, customer: string, since: number) {
  const row = await read.first(
    qb
      .selectFrom('calls')
      .select((select) => select.fn.sum<number | null>('attempts').as('n'))
      .where('org', '=', org)
      .where('customer_id', '=', customer)
      .where('created_at', '>=', since),
  )
  return Number(row?.n ?? 0)
}
