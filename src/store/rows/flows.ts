import { sql } from 'kysely'
import { type Executor, type FlowsTable, insertInto, prepared, type Query, qb, type Tx } from '../index.ts'

const finalStatuses = ['completed', 'failed', 'cancelled']
/** Literals in the SQL: only then does SQLite use the partial indexes. */
const final = sql.raw(`(${finalStatuses.map((status) => `'${status}'`).join(', ')})`)

/** Whether a flow with this status is over. */
export const isFinal = (status: string) => finalStatuses.includes(status)

/** Left out where the ticket already has an unfinished flow of this template. */
export const insertFlow = insertInto(
  'flows',
  [
    'id',
    'org',
    'template',
    'template_version',
    'title',
    'original_request',
    'status',
    'context',
    'position',
    'total_steps',
    'completed_steps',
    'steps_executed',
    'retry_count',
    'max_retries',
    'last_error',
    'outcome',
    'requested_by',
    'requested_from',
    'case_id',
    'ticket',
    'customer_id',
    'fence',
    'waiting_for',
    'waiting_until',
    'deadline_at',
    'planning_prompt',
    'model_run_id',
    'entered_at',
    'entered_runs',
    'bounds',
    'spent_usd',
    'spent_tokens',
    'steps_below',
    'parent_flow_id',
    'parent_step_id',
    'parent_runs',
    'branch',
    'depth',
    'replay_of',
    'undo_of',
    'fingerprint',
    'start_key',
    'waited_ms',
    'started_at',
    'paused_at',
    'completed_at',
    'created_at',
    'updated_at',
  ],
  { orIgnore: true },
)

const flowById = prepared<{ org: string; id: string }, FlowsTable>((p) =>
  qb.selectFrom('flows').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getFlow = (read: Executor, org: string, id: string) => read.first(flowById({ org, id }))

const flowByStart = prepared<{ org: string; key: string }, FlowsTable>((p) =>
  qb.selectFrom('flows').selectAll().where('org', '=', p.org).where('start_key', '=', p.key),
)

/** The flow that was started under this key. */
export const flowOfStart = (read: Executor, org: string, key: string) => read.first(flowByStart({ org, key }))

const depthOf = prepared<{ org: string; id: string }, Pick<FlowsTable, 'depth'>>((p) =>
  qb.selectFrom('flows').select('depth').where('org', '=', p.org).where('id', '=', p.id),
)

/** How many flows stand above what this one does; 1 where no flow does it, as for anything with a cause. */
export async function depthBelow(read: Executor, org: string, id: string | null): Promise<number> {
  const flow = id === null ? undefined : await read.first(depthOf({ org, id }))
  return (flow?.depth ?? 0) + 1
}

/** What a transition may change on a flow. */
const changing = [
  'status',
  'context',
  'position',
  'completed_steps',
  'steps_executed',
  'last_error',
  'outcome',
  'customer_id',
  'waiting_for',
  'waiting_until',
  'entered_at',
  'entered_runs',
  'bounds',
  'retry_count',
  'fingerprint',
  'waited_ms',
  'started_at',
  'paused_at',
  'completed_at',
  'updated_at',
] as const satisfies (keyof FlowsTable)[]

type Column = (typeof changing)[number]
export type FlowChange = Pick<FlowsTable, Column>

/** What others count on a flow's row while it runs. */
export type Spent = Pick<FlowsTable, 'spent_usd' | 'spent_tokens' | 'steps_below'>

type Change = FlowChange & Spent & { org: string; id: string; executed: number; since: number }
type Changing = (change: Change) => Query<unknown>
/** By the status before and the columns that they set, of which there are few combinations. */
const changes = new Map<string, Changing>()

function changeOf(was: string, columns: readonly Column[]): Changing {
  const key = `${was} ${columns.join()}`
  const known = changes.get(key)
  if (known) return known
  const change = prepared<Change, unknown>((p) =>
    qb
      .updateTable('flows')
      .set(Object.fromEntries(columns.map((column) => [column, p[column]])))
      .where('org', '=', p.org)
      .where('id', '=', p.id)
      .where('steps_executed', '=', p.executed)
      .where('updated_at', '=', p.since)
      // A literal: SQLite would look at each value it is given whether a partial index fits now, and plan anew.
      .where('status', '=', sql.lit(was))
      .where('spent_usd', '=', p.spent_usd)
      .where('spent_tokens', '=', p.spent_tokens)
      .where('steps_below', '=', p.steps_below),
  )
  changes.set(key, change)
  return change
}

/**
 * Sets what differs from `before` and nothing else: SQLite writes an index anew for each of its columns that an
 * update names, and most steps change none of them.
 * @returns what the flow has spent by now; undefined when the flow is not as it was in `before`: it ended
 * (cancelled, say), or another worker carried it on. The transition is void then.
 */
export async function saveFlow(tx: Tx, flow: FlowsTable, before: FlowsTable): Promise<Spent | undefined> {
  const { steps_executed: executed, updated_at: since, status: was } = before
  // One at least is set, so that a transition that changes nothing still finds out whether it is void.
  const columns = changing.filter((column) => flow[column] !== before[column] || column === 'updated_at')
  const spent = spentOf(before)
  if ((await tx.run(changeOf(was, columns)({ ...flow, ...spent, executed, since }))) > 0) return spent
  // Others seldom count between two steps, so that it is cheaper to look now than to have every step answer it.
  const now = await getFlow(tx, flow.org, flow.id)
  if (now?.steps_executed !== executed || now.updated_at !== since || now.status !== was) return undefined
  return hasSpentMore(now, before) ? saveFlow(tx, flow, { ...before, ...spentOf(now) }) : undefined
}

export const spentOf = ({ spent_usd, spent_tokens, steps_below }: Spent): Spent => ({
  spent_usd,
  spent_tokens,
  steps_below,
})

const hasSpentMore = (now: Spent, before: Spent) =>
  now.spent_usd !== before.spent_usd ||
  now.spent_tokens !== before.spent_tokens ||
  now.steps_below !== before.steps_below

/** A flow as lists show it: with what it is about, in words. */
export type ListedFlow = FlowsTable & { ticket_subject: string | null; customer_name: string | null }

export function listFlows(
  read: Executor,
  org: string,
  filter: {
    status?: string
    ticket?: string
    customerId?: string
    template?: string
    /** Those that this flow's steps started; null: only those that no flow started. */
    parent?: string | null
    limit: number
    before?: string
  },
): Promise<ListedFlow[]> {
  let query = qb
    .selectFrom('flows')
    .leftJoin('tickets', (on) =>
      on.onRef('tickets.org', '=', 'flows.org').onRef('tickets.ref', '=', 'flows.ticket'),
    )
    .leftJoin('customers', (on) =>
      on.onRef('customers.org', '=', 'flows.org').onRef('customers.id', '=', 'flows.customer_id'),
    )
    .selectAll('flows')
    .select(['tickets.subject as ticket_subject', 'customers.name as customer_name'])
    .where('flows.org', '=', org)
  if (filter.status) query = query.where('flows.status', '=', filter.status)
  if (filter.ticket) query = query.where('flows.ticket', '=', filter.ticket)
  if (filter.customerId) query = query.where('flows.customer_id', '=', filter.customerId)
  if (filter.template) query = query.where('flows.template', '=', filter.template)
  if (filter.parent === null) query = query.where('flows.parent_flow_id', 'is', null)
  else if (filter.parent) query = query.where('flows.parent_flow_id', '=', filter.parent)
  if (filter.before) query = query.where('flows.id', '<', filter.before)
  return read.all(query.orderBy('flows.id', 'desc').limit(filter.limit))
}

export function activeFlowsOfTicket(read: Executor, org: string, ticket: string): Promise<FlowsTable[]> {
  return read.all(
    qb
      .selectFrom('flows')
      .selectAll()
      .where('org', '=', org)
      .where('ticket', '=', ticket)
      .where('status', 'not in', final as never),
  )
}

export function overdueFlows(read: Executor, now: number, limit: number): Promise<FlowsTable[]> {
  return read.all(
    qb
      .selectFrom('flows')
      .selectAll()
      .where('deadline_at', '<', now)
      .where('status', 'not in', final as never)
      .limit(limit),
  )
}

export async function endFlowRow(
  tx: Tx,
  flow: {
    org: string
    id: string
    status: 'cancelled' | 'failed'
    outcome: string
    reason: string
    now: number
  },
): Promise<boolean> {
  const changed = await tx.run(
    qb
      .updateTable('flows')
      .set({
        status: flow.status,
        outcome: flow.outcome,
        last_error: flow.reason,
        waiting_for: null,
        waiting_until: null,
        completed_at: flow.now,
        updated_at: flow.now,
      })
      .where('org', '=', flow.org)
      .where('id', '=', flow.id)
      .where('status', 'not in', final as never),
  )
  return changed > 0
}

/** A failed flow runs again. */
export function reopenFlow(tx: Tx, org: string, id: string, waitingFor: string, now: number) {
  return tx.run(
    qb
      .updateTable('flows')
      .set({
        status: 'running',
        outcome: null,
        last_error: null,
        completed_at: null,
        fingerprint: null,
        waiting_for: waitingFor,
        waiting_until: null,
        retry_count: sql<number>`retry_count + 1`,
        waited_ms: sql<number>`waited_ms + ${now} - completed_at`,
        updated_at: now,
      })
      .where('org', '=', org)
      .where('id', '=', id)
      .where('status', '=', 'failed'),
  )
}

/** For a flow that only a person can carry on. */
export async function setWaitingFor(tx: Tx, org: string, id: string, waitingFor: string): Promise<void> {
  await tx.run(
    qb
      .updateTable('flows')
      .set({ waiting_for: waitingFor, waiting_until: null })
      .where('org', '=', org)
      .where('id', '=', id)
      .where('status', 'not in', final as never),
  )
}

/** What a flow waits for changes from outside: a transition that is under way is void and repeated. */
export function waitOn(
  tx: Tx,
  { org, id }: Pick<FlowsTable, 'org' | 'id'>,
  change: { waitingFor: string; waitedMs: number; at: number },
) {
  return tx.run(
    qb
      .updateTable('flows')
      .set({
        waiting_for: change.waitingFor,
        waited_ms: sql<number>`waited_ms + ${change.waitedMs}`,
        updated_at: change.at,
      })
      .where('org', '=', org)
      .where('id', '=', id)
      .where('status', 'not in', final as never),
  )
}

/**
 * Flows of which nothing is in the queue, neither waiting nor leased nor dead, although they should be going on since
 * before `before`. Looks at those that go on now and at those that overslept, not at all that wait.
 */
export async function strandedFlows(
  read: Executor,
  org: string,
  before: number,
  limit: number,
): Promise<FlowsTable[]> {
  const forgotten = qb
    .selectFrom('flows')
    .selectAll()
    .where('org', '=', org)
    .where((where) =>
      where.not(
        where.exists(
          qb
            .selectFrom('work')
            .select('work.id')
            .where('work.work_key', '=', sql<string>`'flow:' || flows.id`),
        ),
      ),
    )
    .limit(limit)
  const going = forgotten.where('status', 'in', ['pending', 'running']).where('updated_at', '<', before)
  const overslept = forgotten.where('waiting_until', '<', before).where('status', 'not in', final as never)
  const stood = await read.all(going)
  const slept = await read.all(overslept)
  return [...stood, ...slept.filter(({ id }) => stood.every((other) => other.id !== id))]
}

export const moveDeadline = (tx: Tx, org: string, id: string, deadline: number) =>
  tx.run(qb.updateTable('flows').set({ deadline_at: deadline }).where('org', '=', org).where('id', '=', id))
