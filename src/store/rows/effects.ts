import { sql } from 'kysely'
import { type EffectsTable, type Executor, insertInto, prepared, qb, type Tx } from '../index.ts'

/** The effect ledger: `trying` (asked, not answered), `done`, `failed` (surely not done), `in_doubt` (nobody can tell). */
export type EffectState = 'trying' | 'done' | 'failed' | 'in_doubt'

export const insertEffect = insertInto('effects', [
  'id',
  'org',
  'skill',
  'class',
  'idempotency_key',
  'cause',
  'actor',
  'case_id',
  'flow_id',
  'ticket',
  'customer_id',
  'input',
  'state',
  'answer',
  'error',
  'attempts',
  'created_at',
  'updated_at',
])

const byKey = prepared<{ org: string; key: string }, EffectsTable>((p) =>
  qb.selectFrom('effects').selectAll().where('org', '=', p.org).where('idempotency_key', '=', p.key),
)

export const findEffect = (read: Executor, org: string, key: string) => read.first(byKey({ org, key }))

const settle = prepared<
  { org: string; id: string; state: string; answer: string | null; error: string | null; now: number },
  unknown
>((p) =>
  qb
    .updateTable('effects')
    .set({ state: p.state, answer: p.answer, error: p.error, updated_at: p.now })
    .where('org', '=', p.org)
    .where('id', '=', p.id),
)

export const settleEffect = (
  tx: Tx,
  effect: {
    org: string
    id: string
    state: EffectState
    answer: string | null
    error: string | null
    now: number
  },
) => tx.run(settle(effect))

const answer = prepared<{ org: string; id: string; answer: string; now: number }, unknown>((p) =>
  qb
    .updateTable('effects')
    .set({ state: 'done', answer: p.answer, error: null, updated_at: p.now })
    .where('org', '=', p.org)
    .where('id', '=', p.id)
    .where('state', '=', sql.lit('trying')),
)

/** The vendor's own report of an effect is the answer that its request may have lost. Settled effects stay. */
export const answerEffect = (tx: Tx, effect: { org: string; id: string; answer: string; now: number }) =>
  tx.run(answer(effect))

const again = prepared<{ org: string; id: string; now: number }, unknown>((p) =>
  qb
    .updateTable('effects')
    .set({ state: 'trying', error: null, attempts: sql<number>`attempts + 1`, updated_at: p.now })
    .where('org', '=', p.org)
    .where('id', '=', p.id),
)

export const retryEffect = (tx: Tx, org: string, id: string, now: number) => tx.run(again({ org, id, now }))

/** A person says that what nobody could tell about is to be tried again. */
export const retryDoubtful = (tx: Tx, org: string, flow: string, cause: string, error: string, now: number) =>
  tx.run(
    qb
      .updateTable('effects')
      .set({ state: 'failed', error, updated_at: now })
      .where('org', '=', org)
      .where('flow_id', '=', flow)
      .where('cause', '=', cause)
      .where('state', '=', 'in_doubt'),
  )

/** When contacts reached (or may have reached) a customer since `since`. */
const contactsSince = prepared<{ org: string; customer: string; since: number }, { created_at: number }>(
  (p) =>
    qb
      .selectFrom('effects')
      .select('created_at')
      .where('org', '=', p.org)
      .where('customer_id', '=', p.customer)
      .where('class', '=', sql.lit('contact'))
      .where('created_at', '>=', p.since)
      .where('state', '!=', 'failed'),
)

export async function contactTimes(
  read: Executor,
  org: string,
  customer: string,
  since: number,
): Promise<number[]> {
  const rows = await read.all(contactsSince({ org, customer, since }))
  return rows.map((row) => row.created_at)
}

const byId = prepared<{ org: string; id: string }, EffectsTable>((p) =>
  qb.selectFrom('effects').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getEffect = (read: Executor, org: string, id: string) => read.first(byId({ org, id }))

/** What steps of this flow began and nobody has heard of since. */
export const lostEffects = (read: Executor, org: string, flow: string): Promise<EffectsTable[]> =>
  read.all(
    qb
      .selectFrom('effects')
      .selectAll()
      .where('org', '=', org)
      .where('flow_id', '=', flow)
      .where('state', '=', 'trying')
      .where('cause', 'like', `flow:${flow}:%`)
      .orderBy('id'),
  )

export function effectsOfFlow(read: Executor, org: string, flowId: string): Promise<EffectsTable[]> {
  return read.all(
    qb.selectFrom('effects').selectAll().where('org', '=', org).where('flow_id', '=', flowId).orderBy('id'),
  )
}
