import { InputError } from '../ops/errors.ts'
import { qb, raw, type Store, type Tx } from '../store/index.ts'
import { type Found, look } from './look.ts'
import { ERASED, some, type Traces, tracesOf } from './traces.ts'

/** How many rows of each table were deleted or emptied. */
export type Erased = Record<string, number>

/** What of a customer is with vendors, where the hub does not delete. */
export type Elsewhere = {
  tickets: string[]
  providerIds: string[]
  chats: { surface: string; channel: string; message: string }[]
}

/**
 * Erases what the hub knows of a customer, in one transaction. Deleted: identities, consents, profiles,
 * conversation, calls, flows, cards, due work. Emptied: the ledgers that keep anything from happening twice
 * (effects, events, deliveries), desk writes, escalations, the tickets' mirror. Of the customer a row without
 * any data stays, so that their tickets do not make the AI write to them again.
 * Throws InputError where there is no such customer, or something of theirs is under way.
 */
export async function eraseCustomer(store: Store, org: string, id: string, now: number): Promise<Erased> {
  const traces = await tracesOf(store.read, org, id)
  if (traces.customer.stage === ERASED)
    throw new InputError('conflict', `${id} has been erased already.`, { status: 409 })
  // The long look happens outside the transaction; inside it only what came meanwhile is looked at.
  const before = await look(store.read, org, traces)
  return store.write(async (tx) => {
    const current = await tracesOf(tx, org, id)
    await refuseWhileUnderWay(tx, org, current)
    const { found } = await look(tx, org, current, before)
    return erase(tx, org, current, found, now)
  })
}

/** What would have to be erased elsewhere as well. */
export async function elsewhereOf(store: Store, org: string, id: string): Promise<Elsewhere> {
  const traces = await tracesOf(store.read, org, id)
  const chats = await store.read.all(
    qb
      .selectFrom('chat_messages')
      .select(['surface', 'channel', 'message'])
      .where('org', '=', org)
      .where('card', 'in', some(cardsOf(traces))),
  )
  return { tickets: traces.tickets, providerIds: traces.providerIds, chats }
}

/** What is on its way would come back as new data after the erasure. */
async function refuseWhileUnderWay(tx: Tx, org: string, { customer, cases }: Traces) {
  const calling = await tx.first(
    qb
      .selectFrom('calls')
      .select('id')
      .where('org', '=', org)
      .where('customer_id', '=', customer.id)
      .where('status', '=', 'processing'),
  )
  if (calling)
    throw new InputError('busy', `The call ${calling.id} is under way: erase after its end.`, { status: 409 })
  const running = await tx.first(
    qb
      .selectFrom('work')
      .select('kind')
      .where('org', '=', org)
      .where('state', '=', 'leased')
      .where('case_id', 'in', some(cases)),
  )
  if (running)
    throw new InputError('busy', `Work of theirs (${running.kind}) is running: try again in a moment.`, {
      status: 409,
    })
}

async function erase(tx: Tx, org: string, traces: Traces, found: Found, now: number): Promise<Erased> {
  const { customer, tickets, flows, escalations, cases } = traces
  // What SQLite frees is overwritten, not only unlinked.
  if (tx.dialect === 'sqlite') await tx.first(raw('PRAGMA secure_delete = ON'))

  const drop = (table: 'customer_identities' | 'consents' | 'profiles' | 'calls') =>
    tx.run(qb.deleteFrom(table).where('org', '=', org).where('customer_id', '=', customer.id))
  const dropOfFlows = (table: 'flow_waits' | 'flow_logs' | 'flow_steps') =>
    tx.run(qb.deleteFrom(table).where('org', '=', org).where('flow_id', 'in', some(flows)))
  const rowsAmong = (table: 'flows' | 'work', ids: string[]) =>
    tx.run(qb.deleteFrom(table).where('org', '=', org).where('id', 'in', some(ids)))

  return {
    messages: await tx.run(
      qb
        .deleteFrom('messages')
        .where('org', '=', org)
        .where((is) => is.or([is('customer_id', '=', customer.id), is('flow_id', 'in', some(flows))])),
    ),
    calls: await drop('calls'),
    profiles: await drop('profiles'),
    consents: await drop('consents'),
    customer_identities: await drop('customer_identities'),
    flow_waits: await dropOfFlows('flow_waits'),
    flow_logs: await dropOfFlows('flow_logs'),
    flow_steps: await dropOfFlows('flow_steps'),
    flows: await rowsAmong('flows', flows),
    work: await rowsAmong('work', found.work),
    chat_messages: await tx.run(
      qb
        .deleteFrom('chat_messages')
        .where('org', '=', org)
        .where('card', 'in', some(cardsOf(traces))),
    ),
    desk_writes: await tx.run(
      qb
        .updateTable('desk_writes')
        .set({ old_value: null, new_value: null })
        .where('org', '=', org)
        .where('ticket', 'in', some(tickets)),
    ),
    effects: await tx.run(
      qb
        .updateTable('effects')
        .set({ input: '{}', answer: null, error: null })
        .where('org', '=', org)
        .where((is) =>
          is.or([
            is('customer_id', '=', customer.id),
            is('flow_id', 'in', some(flows)),
            is('ticket', 'in', some(tickets)),
            is('case_id', 'in', some(cases)),
          ]),
        ),
    ),
    escalations: await emptyEscalations(tx, org, escalations, now),
    model_runs: await tx.run(
      qb
        .updateTable('model_runs')
        .set({ error: null })
        .where('org', '=', org)
        .where('case_id', 'in', some(cases))
        .where('error', 'is not', null),
    ),
    ai_actions: await tx.run(
      qb
        .updateTable('ai_actions')
        .set({ data: '{}' })
        .where('org', '=', org)
        .where((is) =>
          is.or([
            is('customer_id', '=', customer.id),
            is('flow_id', 'in', some(flows)),
            is('case_id', 'in', some(cases)),
          ]),
        ),
    ),
    events: await tx.run(
      qb
        .updateTable('events')
        .set({ type: 'ignored', payload: JSON.stringify({ reason: 'erased' }), subject: null, case_id: null })
        .where('org', '=', org)
        .where('id', 'in', some(found.events)),
    ),
    deliveries: await tx.run(
      qb
        .updateTable('deliveries')
        .set({ headers: '{}', body: Buffer.alloc(0) })
        .where('org', '=', org)
        .where('id', 'in', some(found.deliveries)),
    ),
    tickets: await tx.run(
      qb
        .updateTable('tickets')
        .set((is) => ({
          subject: '(erased)',
          tags: '[]',
          requester_id: ERASED,
          customer_id: customer.id,
          to_ai: 0,
          fence: is('fence', '+', 1),
        }))
        .where('org', '=', org)
        .where('ref', 'in', some(tickets)),
    ),
    customers: await tx.run(
      qb
        .updateTable('customers')
        .set({
          name: '(erased)',
          email: null,
          phone: null,
          locale: null,
          time_zone: null,
          organization: null,
          stage: ERASED,
          tags: '[]',
          updated_at: now,
        })
        .where('org', '=', org)
        .where('id', '=', customer.id),
    ),
  }
}

async function emptyEscalations(tx: Tx, org: string, ids: string[], now: number): Promise<number> {
  const theirs = qb.updateTable('escalations').where('org', '=', org).where('id', 'in', some(ids))
  await tx.run(
    theirs
      .set({ status: 'dismissed', outcome: ERASED, resolved_at: now, updated_at: now })
      .where('status', 'in', ['open', 'assigned']),
  )
  return tx.run(theirs.set({ reason: '(erased)', brief: '(erased)', note: null }))
}

const cardsOf = ({ cases, escalations }: Traces) => [...cases, ...escalations].map((one) => `case:${one}`)
