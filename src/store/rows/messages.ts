import { type Executor, insertInto, type MessagesTable, prepared, qb, type Tx } from '../index.ts'

/** One customer's one conversation over all channels. `direction`: `in` or `out`. */
export const insertMessage = insertInto(
  'messages',
  [
    'id',
    'org',
    'customer_id',
    'channel',
    'direction',
    'kind',
    'ticket',
    'flow_id',
    'call_id',
    'effect_id',
    'provider',
    'provider_id',
    'header_id',
    'in_reply_to',
    'subject',
    'body',
    'status',
    'meta',
    'at',
  ],
  { orIgnore: true },
)

const byProvider = prepared<
  { org: string; provider: string; providerId: string; direction: string },
  MessagesTable
>((p) =>
  qb
    .selectFrom('messages')
    .selectAll()
    .where('org', '=', p.org)
    .where('provider', '=', p.provider)
    .where('provider_id', '=', p.providerId)
    .where('direction', '=', p.direction),
)

export const messageByProviderId = (
  read: Executor,
  org: string,
  provider: string,
  providerId: string,
  direction: 'in' | 'out',
) => read.first(byProvider({ org, provider, providerId, direction }))

const byHeader = prepared<{ org: string; header: string }, MessagesTable>((p) =>
  qb.selectFrom('messages').selectAll().where('org', '=', p.org).where('header_id', '=', p.header),
)

/** The message with this Message-ID, angle brackets included. */
export const messageByHeader = (read: Executor, org: string, header: string) =>
  read.first(byHeader({ org, header }))

const ofFlow = prepared<{ org: string; flow: string }, MessagesTable>((p) =>
  qb.selectFrom('messages').selectAll().where('org', '=', p.org).where('flow_id', '=', p.flow).orderBy('id'),
)

export const messagesOfFlow = (read: Executor, org: string, flow: string) => read.all(ofFlow({ org, flow }))

/** Newest first. */
export function conversationOf(
  read: Executor,
  org: string,
  customer: string,
  limit: number,
  before?: string,
) {
  let query = qb.selectFrom('messages').selectAll().where('org', '=', org).where('customer_id', '=', customer)
  if (before) query = query.where('id', '<', before)
  return read.all(query.orderBy('id', 'desc').limit(limit))
}

/** Nothing to change is fine: then nothing is written. */
export async function setMessageStatus(
  tx: Tx,
  org: string,
  id: string,
  change: { status?: string; header_id?: string; meta?: string; provider?: string; provider_id?: string },
): Promise<void> {
  if (Object.keys(change).length === 0) return
  await tx.run(qb.updateTable('messages').set(change).where('org', '=', org).where('id', '=', id))
}

const byEffect = prepared<{ org: string; effect: string }, MessagesTable>((p) =>
  qb.selectFrom('messages').selectAll().where('org', '=', p.org).where('effect_id', '=', p.effect),
)

/** What an effect sends, as it was when the effect was first tried. */
export const messageByEffect = (read: Executor, org: string, effect: string) =>
  read.first(byEffect({ org, effect }))

const ofCall = prepared<{ org: string; call: string }, MessagesTable>((p) =>
  qb.selectFrom('messages').selectAll().where('org', '=', p.org).where('call_id', '=', p.call).orderBy('id'),
)

/** The turns of a call, in order. */
export const turnsOfCall = (read: Executor, org: string, call: string) => read.all(ofCall({ org, call }))

const byId = prepared<{ org: string; id: string }, MessagesTable>((p) =>
  qb.selectFrom('messages').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getMessage = (read: Executor, org: string, id: string) => read.first(byId({ org, id }))
