import type { Logger } from 'pino'
import { normalEmail } from '../customers/index.ts'
import { type Events, type Subscriber, subscribeByWork } from '../events/index.ts'
import { VendorError } from '../ops/errors.ts'
import type { Clock, InboundMail, ReceivedMail } from '../ports/index.ts'
import type { NewEscalation } from '../skills/index.ts'
import type { Executor, FlowsTable, MessagesTable, Store, Tx } from '../store/index.ts'
import { customerByIdentity, insertConsent } from '../store/rows/customers.ts'
import { getFlow, isFinal, listFlows } from '../store/rows/flows.ts'
import {
  insertMessage,
  messageByHeader,
  messageByProviderId,
  setMessageStatus,
} from '../store/rows/messages.ts'
import type { OrgId, RunResult, WorkKind, WorkQueue } from '../work/index.ts'
import { natureOfMail, type OwnMail } from './auto-reply.ts'
import { optOutWords, refusalWords } from './consent-words.ts'
import { cutReply } from './reply.ts'
import { readReplyAddress } from './reply-address.ts'

const SHOWN_CHARS = 600

type Deps = {
  store: Store
  queue: WorkQueue
  events: () => Events
  clock: Clock
  newId: (prefix: string) => string
  inbound: ReadonlyMap<string, InboundMail>
  own: OwnMail
  /** Signs reply addresses. */
  secret: string
  escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string>
  log: Logger
}

/** Whose mail it is and which flow it answers; `by` tells how sure that is. */
type Match = {
  customerId: string
  flow: FlowsTable | undefined
  by: 'reply_address' | 'references' | 'sender'
}

/** Takes mails in: fetched, recognised, cut, matched, put into the conversation, told as `inbound_email`. */
export function receiveMail(deps: Deps): { subscriber: Subscriber; work: WorkKind } {
  const { subscriber, work } = subscribeByWork(deps, {
    name: 'mail_received',
    types: ['mail_received'],
    key: (event) => `mail:${event.providerId}`,
    async run(event, stored, job) {
      const { org } = stored
      if (await messageByProviderId(deps.store.read, org, event.provider, event.providerId, 'in'))
        return undefined
      const mail = await deps.inbound.get(event.provider)?.fetch(event.providerId)
      if (!mail) {
        // The webhook can overtake the provider's own store by a moment.
        throw new VendorError({
          code: 'vendor_not_found',
          vendor: event.provider,
          retry: { when: 'backoff' },
          hint: `The mail ${event.providerId} could not be fetched (yet).`,
        })
      }
      await take(deps, org, event.provider, mail, stored.id, job.log)
      return undefined
    },
  })
  return { subscriber, work }
}

async function take(
  deps: Deps,
  org: OrgId,
  provider: string,
  mail: ReceivedMail,
  cause: string,
  log: Logger,
) {
  const nature = natureOfMail(mail, deps.own)
  const match = await matchMail(deps, org, mail)
  if (!match) {
    log.warn(
      { provider, mail: mail.providerId, nature: nature.kind },
      'a mail of nobody we know; nothing follows',
    )
    return
  }
  const { customerId, flow, by } = match
  const text = cutReply(mail.text).text
  const id = deps.newId('msg')
  await deps.store.write(async (tx) => {
    const row: MessagesTable = {
      id,
      org,
      customer_id: customerId,
      channel: 'email',
      direction: 'in',
      kind: nature.kind,
      ticket: flow?.ticket ?? null,
      flow_id: flow?.id ?? null,
      call_id: null,
      effect_id: null,
      provider,
      provider_id: mail.providerId,
      header_id: mail.messageId,
      in_reply_to: mail.inReplyTo,
      subject: mail.subject,
      body: nature.kind === 'human' ? text : mail.text.slice(0, 10_000),
      status: 'received',
      meta: JSON.stringify({
        from: mail.from.email,
        matchedBy: by,
        why: nature.why,
        attachments: mail.attachments,
      }),
      at: mail.receivedAt,
    }
    if ((await tx.run(insertMessage(row))) === 0) return
    const about = { messageId: id, customerId, flowId: flow?.id ?? null, ticket: flow?.ticket ?? null }
    const origin = { org, cause, depth: 1, ...(flow ? { caseId: flow.case_id } : {}) }
    if (nature.kind === 'human') {
      await recordWithdrawal(deps, tx, org, { customerId, messageId: id, text }, origin)
      const event = { type: 'inbound_email' as const, ...about, subject: mail.subject, text }
      await deps.events().raise(tx, event, origin)
      if (!flow || isFinal(flow.status)) await tellPerson(deps, tx, org, row, flow)
    } else if (nature.kind === 'bounce') {
      await deps.events().raise(tx, { type: 'mail_bounced', ...about, detail: mail.subject }, origin)
    }
  })
  const about = { nature: nature.kind, why: nature.why, by }
  log.info({ ...about, ...(flow ? { caseId: flow.case_id, flowId: flow.id } : {}) }, 'a mail came in')
}

/** No flow reads it any more: without a person it would lie in the conversation unseen. */
async function tellPerson(
  deps: Deps,
  tx: Tx,
  org: OrgId,
  message: MessagesTable,
  flow: FlowsTable | undefined,
) {
  await deps.escalate(tx, org, {
    cause: `mail:${message.id}`,
    priority: 'normal',
    source: 'inbound_email',
    reason: flow
      ? 'The customer wrote again after the case was done.'
      : 'A customer wrote, and no case waits for it.',
    brief: `“${message.body.slice(0, SHOWN_CHARS)}”\nNext: Read the mail in the conversation and answer it`,
    ticket: message.ticket,
    customerId: message.customer_id,
    flowId: flow?.id ?? null,
  })
}

/**
 * A plain "do not call" or "leave me alone" counts from the moment it came in, whether or not a flow is waiting
 * for an answer: one may be about to call.
 */
async function recordWithdrawal(
  deps: Deps,
  tx: Tx,
  org: OrgId,
  said: { customerId: string; messageId: string; text: string },
  origin: Parameters<Events['raise']>[2],
) {
  const { customerId, messageId: proof, text } = said
  const optOut = optOutWords(text)
  const words = optOut ?? refusalWords(text)
  if (words === null) return
  const kind = optOut ? 'contact:all' : 'ai_call'
  const consent = { kind, given: 0, words, channel: 'email', proof, at: deps.clock.now() }
  await tx.run(insertConsent({ id: deps.newId('cns'), org, customer_id: customerId, ...consent }))
  if (!optOut) return
  const event = { type: 'customer_opted_out' as const, customerId, channel: 'email', words }
  await deps.events().raise(tx, event, origin)
}

/** By the signed reply address; else by what it refers to; else by the sender, who is easily forged. */
async function matchMail(deps: Deps, org: OrgId, mail: ReceivedMail): Promise<Match | undefined> {
  const { read } = deps.store
  const flowId = readReplyAddress([...mail.to, ...mail.cc], deps.secret)
  const flow = flowId ? await getFlow(read, org, flowId) : undefined
  if (flow?.customer_id) return { customerId: flow.customer_id, flow, by: 'reply_address' }

  for (const header of [mail.inReplyTo, ...mail.references.toReversed()]) {
    const ours = header ? await messageByHeader(read, org, header) : undefined
    if (ours) {
      const itsFlow = ours.flow_id ? await getFlow(read, org, ours.flow_id) : undefined
      return { customerId: ours.customer_id, flow: itsFlow, by: 'references' }
    }
  }
  const customerId = await customerByIdentity(read, org, 'email', normalEmail(mail.from.email))
  return customerId
    ? { customerId, flow: await waitingFlowOf(read, org, customerId), by: 'sender' }
    : undefined
}

const WAITING_LOOKED_AT = 20

/** The one flow of a customer that waits; with several, none: a person decides which. */
async function waitingFlowOf(
  read: Executor,
  org: OrgId,
  customerId: string,
): Promise<FlowsTable | undefined> {
  const waiting = await listFlows(read, org, { status: 'waiting', customerId, limit: WAITING_LOOKED_AT })
  // A flow that waits for its branches waits for no mail itself.
  const parents = new Set(waiting.map(({ parent_flow_id }) => parent_flow_id))
  const own = waiting.filter(({ id }) => !parents.has(id))
  return own.length === 1 && waiting.length < WAITING_LOOKED_AT ? own[0] : undefined
}

/** Follows what becomes of our mails: their Message-ID, delivery, bounces. */
export function followMail(deps: Deps): { subscriber: Subscriber; work: WorkKind } {
  const { subscriber, work } = subscribeByWork(deps, {
    name: 'mail_status',
    types: ['mail_status'],
    key: (event) => `mail:${event.providerId}`,
    async run(event, stored) {
      const { org } = stored
      return deps.store.write(async (tx): Promise<RunResult> => {
        const message = await messageByProviderId(tx, org, event.provider, event.providerId, 'out')
        // The report can overtake our own note of the answer, or the account sends what is not ours.
        if (!message) {
          const age = deps.clock.now() - stored.receivedAt
          if (age > OVERTAKEN_MS) return undefined
          return { again: deps.clock.now() + Math.max(age, 1_000), why: 'no mail of ours, so far' }
        }
        await setMessageStatus(tx, org, message.id, {
          // Reports come in any order: a mail that bounced or arrived is not merely sent again.
          ...((RANK[event.status] ?? 0) > (RANK[message.status] ?? 0) ? { status: event.status } : {}),
          ...(event.messageId && !message.header_id ? { header_id: event.messageId } : {}),
        })
        if (event.status !== 'bounced' && event.status !== 'failed') return undefined
        await deps.events().append(
          tx,
          {
            event: {
              type: 'mail_bounced',
              messageId: message.id,
              customerId: message.customer_id,
              flowId: message.flow_id,
              ticket: message.ticket,
              detail: event.detail ?? event.status,
            },
            source: 'hub',
            dedupeKey: `bounced:${message.id}`,
            occurredAt: stored.occurredAt,
          },
          { org, cause: stored.id, depth: 1 },
        )
        return undefined
      })
    },
  })
  return { subscriber, work }
}

/** After a crash our note may take some minutes. */
const OVERTAKEN_MS = 10 * 60_000

const RANK: Record<string, number> = {
  sending: 0,
  sent: 1,
  delayed: 2,
  delivered: 3,
  failed: 4,
  bounced: 4,
  complained: 5,
}
