import {
  type AiActionsTable,
  type ChatMessagesTable,
  type EscalationsTable,
  type Executor,
  insertInto,
  type ModelRunsTable,
  prepared,
  qb,
  type Tx,
} from '../index.ts'

/** What people see of a case: escalations, chat cards, and what the AI did. */

export const insertEscalation = insertInto(
  'escalations',
  [
    'id',
    'org',
    'cause',
    'priority',
    'status',
    'source',
    'reason',
    'brief',
    'ticket',
    'customer_id',
    'call_id',
    'flow_id',
    'assigned_to',
    'outcome',
    'note',
    'created_at',
    'updated_at',
    'resolved_at',
  ],
  { orIgnore: true },
)

const byCause = prepared<{ org: string; cause: string }, EscalationsTable>((p) =>
  qb.selectFrom('escalations').selectAll().where('org', '=', p.org).where('cause', '=', p.cause),
)

export const escalationByCause = (read: Executor, org: string, cause: string) =>
  read.first(byCause({ org, cause }))

export function getEscalation(
  read: Executor,
  org: string,
  id: string,
): Promise<EscalationsTable | undefined> {
  return read.first(qb.selectFrom('escalations').selectAll().where('org', '=', org).where('id', '=', id))
}

export function listEscalations(
  read: Executor,
  org: string,
  filter: { status?: string; flowId?: string; limit: number; before?: string },
): Promise<EscalationsTable[]> {
  let query = qb.selectFrom('escalations').selectAll().where('org', '=', org)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.flowId) query = query.where('flow_id', '=', filter.flowId)
  if (filter.before) query = query.where('id', '<', filter.before)
  return read.all(query.orderBy('id', 'desc').limit(filter.limit))
}

/** Changes an escalation that is still in one of the states `from`. @returns false when it is not: somebody was first. */
export async function moveEscalation(
  tx: Tx,
  org: string,
  id: string,
  from: readonly string[],
  change: Partial<EscalationsTable> & { status: string; updated_at: number },
): Promise<boolean> {
  const query = qb
    .updateTable('escalations')
    .set(change)
    .where('org', '=', org)
    .where('id', '=', id)
    .where('status', 'in', from)
  return (await tx.run(query)) > 0
}

const cardOf = prepared<{ org: string; card: string; surface: string }, ChatMessagesTable>((p) =>
  qb
    .selectFrom('chat_messages')
    .selectAll()
    .where('org', '=', p.org)
    .where('card', '=', p.card)
    .where('surface', '=', p.surface),
)

export const chatMessageOf = (read: Executor, org: string, card: string, surface: string) =>
  read.first(cardOf({ org, card, surface }))

export function chatMessagesOf(read: Executor, org: string, card: string): Promise<ChatMessagesTable[]> {
  return read.all(qb.selectFrom('chat_messages').selectAll().where('org', '=', org).where('card', '=', card))
}

const upsertCard = prepared<ChatMessagesTable, unknown>((row) =>
  qb
    .insertInto('chat_messages')
    .values({
      org: row.org,
      card: row.card,
      surface: row.surface,
      channel: row.channel,
      message: row.message,
      view: row.view,
      updated_at: row.updated_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['org', 'card', 'surface']).doUpdateSet({
        channel: row.channel,
        message: row.message,
        view: row.view,
        updated_at: row.updated_at,
      }),
    ),
)

export const deleteChatMessage = (tx: Tx, org: string, card: string, surface: string) =>
  tx.run(
    qb
      .deleteFrom('chat_messages')
      .where('org', '=', org)
      .where('card', '=', card)
      .where('surface', '=', surface),
  )

export const saveChatMessage = (tx: Tx, row: ChatMessagesTable) => tx.run(upsertCard(row))

export const insertModelRun = insertInto('model_runs', [
  'id',
  'org',
  'purpose',
  'prompt',
  'provider',
  'model',
  'input_tokens',
  'output_tokens',
  'cost_usd',
  'latency_ms',
  'outcome',
  'error',
  'case_id',
  'flow_id',
  'at',
])

export function modelRunsOf(read: Executor, org: string, caseId: string): Promise<ModelRunsTable[]> {
  return read.all(
    qb
      .selectFrom('model_runs')
      .selectAll()
      .where('org', '=', org)
      .where('case_id', '=', caseId)
      .orderBy('id')
      .limit(200),
  )
}

/** The newest runs that were answered, of at most `limit` that are looked at. */
export async function recentModelRuns(read: Executor, org: string, limit: number): Promise<ModelRunsTable[]> {
  const newest = await read.all(
    qb.selectFrom('model_runs').selectAll().where('org', '=', org).orderBy('id', 'desc').limit(limit),
  )
  return newest.filter(({ outcome }) => outcome === 'answered')
}

export const insertAiAction = insertInto('ai_actions', [
  'id',
  'org',
  'event_type',
  'case_id',
  'customer_id',
  'flow_id',
  'data',
  'at',
])

export function listAiActions(
  read: Executor,
  org: string,
  filter: { caseId?: string; limit: number; before?: string },
): Promise<AiActionsTable[]> {
  let query = qb.selectFrom('ai_actions').selectAll().where('org', '=', org)
  if (filter.caseId) query = query.where('case_id', '=', filter.caseId)
  if (filter.before) query = query.where('id', '<', filter.before)
  return read.all(query.orderBy('id', 'desc').limit(filter.limit))
}
