import { z } from 'zod'
import { InputError, Refused, VendorError } from '../../ops/errors.ts'
import type { OutgoingMail } from '../../ports/index.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import {
  insertMessage,
  messageByEffect,
  messagesOfFlow,
  setMessageStatus,
} from '../../store/rows/messages.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import { type Act, defineSkill } from '../define.ts'
import { mailHtml } from './mail-html.ts'

/** Repeating within the vendor's idempotency window is safe up to here before its end. */
const WINDOW_MARGIN_MS = 3_600_000

const Input = z.object({
  customerId: z.string().describe('Whom it goes to; the address is taken from their record'),
  ticket: z.string().nullable().describe('The ticket that it is about, like zendesk:4711'),
  kind: z.string().describe('What the mail is for, like ask_phone'),
  subject: z.string().min(1).max(300),
  text: z.string().min(1).describe('Plain text, complete with footer'),
  language: z.string().default('en').describe('BCP 47, of the text'),
  ticketVersion: z
    .number()
    .nullable()
    .default(null)
    .describe(
      "The ticket's time of last change when this was written: a mail about an older state is not sent",
    ),
})
type Input = z.infer<typeof Input>

/** The mail as frozen in the conversation when it was first tried, so that a repeat is the same to the letter. */
const Frozen = z.object({
  to: z.string(),
  toName: z.string(),
  html: z.string(),
  replyTo: z.string(),
  inReplyTo: z.string().nullable(),
  references: z.array(z.string()),
  kind: z.string(),
})

export const sendEmail = defineSkill({
  name: 'send_email',
  title: 'Send an e-mail to the customer',
  description:
    "Sends one e-mail to a customer's address on record, threaded with what was written before. Does not choose the recipient and does not write the text.",
  effect: 'contact',
  costUsd: 0.001,
  input: Input,
  output: z.object({ messageId: z.string(), providerId: z.string(), to: z.string() }),
  ticketOf: ({ ticket }) => ticket,
  reaches: ({ customerId }) => ({ channel: 'email', customerId }),

  check: checkTicketHasNotMoved,

  async begin(tx, input, act) {
    const customer = await getCustomer(tx, act.org, input.customerId)
    if (!customer?.email) throw new InputError('no_address', 'The customer has no e-mail address on record.')
    const earlier = act.flowId ? await messagesOfFlow(tx, act.org, act.flowId) : []
    const headerIds = earlier.flatMap(({ header_id }) => (header_id ? [header_id] : []))
    const frozen: z.infer<typeof Frozen> = {
      to: customer.email,
      toName: customer.name,
      html: mailHtml(input.subject, input.text, input.language),
      replyTo: act.hub.settings.replyTo(act.flowId ?? act.effectId),
      inReplyTo: headerIds.at(-1) ?? null,
      references: headerIds,
      kind: input.kind,
    }
    await tx.run(
      insertMessage({
        id: act.hub.newId('msg'),
        org: act.org,
        customer_id: input.customerId,
        channel: 'email',
        direction: 'out',
        kind: 'human',
        ticket: input.ticket,
        flow_id: act.flowId,
        call_id: null,
        effect_id: act.effectId,
        provider: act.hub.mailer?.name ?? null,
        provider_id: null,
        header_id: null,
        in_reply_to: frozen.inReplyTo,
        subject: input.subject,
        body: input.text,
        status: 'sending',
        meta: JSON.stringify(frozen),
        at: act.hub.clock.now(),
      }),
    )
  },

  async run(_input, act) {
    const { mailer, settings } = act.hub
    if (!mailer || !settings.mailFrom) {
      throw new VendorError({
        code: 'vendor_rejected',
        vendor: 'mail',
        retry: { when: 'never' },
        hint: 'No mail provider is configured: set RESEND_API_KEY and EMAIL_FROM.',
      })
    }
    const message = await messageByEffect(act.hub.store.read, act.org, act.effectId)
    if (!message) throw new Error(`the mail of effect ${act.effectId} is not in the conversation`)
    const frozen = Frozen.parse(JSON.parse(message.meta))
    const mail: OutgoingMail = {
      from: settings.mailFrom,
      to: { email: frozen.to, name: frozen.toName },
      replyTo: frozen.replyTo,
      subject: message.subject ?? '',
      text: message.body,
      html: frozen.html,
      ...(frozen.inReplyTo ? { inReplyTo: frozen.inReplyTo } : {}),
      ...(frozen.references.length > 0 ? { references: frozen.references } : {}),
      headers: {
        'X-Switchboard-Flow': act.flowId ?? act.effectId,
        // RFC 3834: tells automatic responders that nobody waits for their answer.
        'Auto-Submitted': 'auto-generated',
      },
    }
    const sent = await mailer.send(mail, { key: act.effectId })
    return { messageId: message.id, providerId: sent.providerId, to: frozen.to }
  },

  async recheck(_input, act) {
    const window = act.hub.mailer?.idempotentForMs ?? 0
    const age = act.hub.clock.now() - act.triedAt
    return age < window - WINDOW_MARGIN_MS ? { kind: 'repeat' } : { kind: 'unknown' }
  },

  undo: async (_input, { to }) => ({
    kind: 'impossible',
    why: `The mail is with ${to}; a mail that was sent cannot be called back.`,
  }),

  async record(tx, _input, output, act) {
    await setMessageStatus(tx, act.org, output.messageId, {
      status: 'sent',
      ...(act.hub.mailer ? { provider: act.hub.mailer.name } : {}),
      provider_id: output.providerId,
    })
  },
})

/** The customer wrote, a person replied, the status changed: then the draft is about a state that is gone. */
async function checkTicketHasNotMoved(tx: Parameters<typeof getTicket>[0], input: Input, act: Act) {
  if (input.ticket === null || input.ticketVersion === null) return
  const ticket = await getTicket(tx, act.org, input.ticket)
  if (ticket && ticket.updated_at > input.ticketVersion) {
    throw new Refused(
      'ticket_moved',
      `${input.ticket} has changed since the mail was written; it was not sent.`,
    )
  }
}
