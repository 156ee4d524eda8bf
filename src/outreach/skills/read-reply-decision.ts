import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import { detectIntents } from '../../ai/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Decision } from '../../skills/index.ts'
import type { CustomersTable, MessagesTable } from '../../store/index.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import { getMessage, messagesOfFlow } from '../../store/rows/messages.ts'
import { consentWords } from '../consent-words.ts'
import { findPhone, likelyCountries } from '../phone.ts'
import { decideReply, ReadingSchema, type ReplyDecision, readingSections } from '../read-reply.ts'
import type { OutreachDeps } from './deps.ts'

/** Mails that told the customer that an AI would call; only in answer to one of these a yes is a consent. */
const ASKS_FOR_CALL = new Set(['ask_phone', 'announce_call', 'clarify_phone', 'reminder'])

/** What a reply came to, with the message it stands in and what a mail about it needs to know. */
export type ReplyResult = ReplyDecision & {
  messageId: string
  customerId: string
  language: string | null
  readBy: 'model' | 'rules'
  situation: { candidates: unknown[]; why: string | null; question: string | null }
}

/** Reads a customer's reply: rules find the number, the model reads the rest, and both must agree. */
export function replyDecision(deps: OutreachDeps): Decision {
  return async (input, about): Promise<ReplyResult> => {
    const { messageId } = z.object({ messageId: z.string() }).parse(input)
    const message = await getMessage(deps.store.read, about.org, messageId)
    if (!message) throw new InputError('unknown_message', `There is no message ${messageId}.`)
    const customer = await getCustomer(deps.store.read, about.org, message.customer_id)
    const exchanged = await messagesOfFlow(deps.store.read, about.org, about.flowId)
    const ours = exchanged.findLast((one) => one.direction === 'out' && one.id < message.id)
    const kind =
      z.looseObject({ kind: z.string() }).safeParse(JSON.parse(ours?.meta ?? '{}')).data?.kind ?? null

    const text = message.body
    const phone = findPhone(text, {
      countries: countriesOf(deps, customer),
      own: deps.own.phones,
    })
    const asked = await deps.ai.ask({
      prompt: 'reply_reading',
      sections: readingSections({
        ourMail: ours && kind ? { kind, subject: ours.subject ?? '', text: ours.body } : null,
        subject: message.subject ?? '',
        text,
        phone,
      }),
      schema: ReadingSchema,
      caseId: about.caseId,
      flowId: about.flowId,
      purpose: 'reply',
    })
    const reading = asked.kind === 'answer' ? asked.value : null
    const decision = decideReply({
      text,
      phone,
      reading,
      ...known(deps, customer, exchanged, message),
      askedForAiCall: kind !== null && ASKS_FOR_CALL.has(kind),
    })
    const [intent] = detectIntents(text)
    await deps.note({
      type: 'intent_detected',
      caseId: about.caseId,
      at: deps.clock.now(),
      detail: {
        intent: intent?.intent ?? 'general_question',
        decision: decision.kind,
        byModel: reading !== null,
      },
    })
    return {
      ...decision,
      messageId,
      customerId: message.customer_id,
      language: reading?.language ?? null,
      readBy: reading ? 'model' : 'rules',
      situation: {
        candidates: decision.kind === 'ask_again' ? decision.candidates : [],
        why: decision.kind === 'ask_again' ? decision.why : null,
        question: 'question' in decision ? decision.question : null,
      },
    }
  }
}

/** The country of numbers without one: the customer's likely ones, else the company's own. */
function countriesOf(deps: OutreachDeps, customer: CustomersTable | undefined) {
  const likely = likelyCountries({
    locale: customer?.locale ?? null,
    timeZone: customer?.time_zone ?? null,
    phone: customer?.phone ?? null,
  })
  const { defaultCountry } = deps.company
  return likely.length === 0 && defaultCountry && isSupportedCountry(defaultCountry)
    ? [defaultCountry]
    : likely
}

/** What earlier replies of this flow settled while something else was still open: a number, a consent. */
function known(
  deps: OutreachDeps,
  customer: CustomersTable | undefined,
  exchanged: MessagesTable[],
  message: MessagesTable,
): { knownPhone: string | null; knownConsent: { words: string } | null } {
  const earlier = exchanged.filter(
    (one) => one.direction === 'in' && one.kind === 'human' && one.id < message.id,
  )
  const numbers = earlier.flatMap((one) => {
    const found = findPhone(one.body, { countries: countriesOf(deps, customer), own: deps.own.phones })
    return found.kind === 'one' ? [found.phone.e164] : []
  })
  const agreements = earlier.flatMap((one) => consentWords(one.body) ?? [])
  const words = agreements.at(-1)
  return {
    knownPhone: numbers.at(-1) ?? customer?.phone ?? null,
    knownConsent: words === undefined ? null : { words },
  }
}
