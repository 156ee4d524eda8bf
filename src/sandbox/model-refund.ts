import type { RefundTask } from './model-sections.ts'
import { exactSentences, isInjection } from './model-words.ts'

const OUR_FAULT =
  /charged twice|double|overcharged|by mistake|broken|did not work|cancelled by you|doppelt|irrtümlich|defekt|dos veces|por error|duas vezes|por engano/i
const EXCLUDED = /non-?refundable|nicht erstattbar|no reembolsable|não reembolsável/i
const MONEY_BACK = /refund|erstatt|reembols|money back|geld zurück/i

/** A recommendation by key words; every quote is a sentence of the ticket or of a rule. */
export function refundOf({ request, ticket, rules }: RefundTask) {
  const said = (ticket?.comments ?? [])
    .filter(({ author }) => author === 'customer')
    .flatMap(({ text }) => exactSentences(text))
    .filter((sentence) => !isInjection(sentence))
  const ruled = rules.flatMap(({ text }) => exactSentences(text)).filter((one) => MONEY_BACK.test(one))
  const fault = said.find((sentence) => OUR_FAULT.test(sentence))
  const excluded = said.find((sentence) => EXCLUDED.test(sentence))
  const amount = request.amount ?? Math.max(...(request.amounts_in_ticket ?? []), 0)
  const quoted = (quote: string | undefined, text: string) => (quote ? [{ text, quote }] : [])
  const reasons = [
    ...quoted(fault, 'The customer tells of a mistake on our side.'),
    ...quoted(excluded, 'What was booked is not refundable.'),
    ...quoted(ruled[0], 'This is what the rules say of refunds.'),
  ]
  const recommendation = excluded ? 'decline' : fault ? 'grant' : 'unsure'
  return {
    recommendation,
    amount: amount > 0 ? amount : null,
    reason:
      recommendation === 'grant'
        ? 'The mistake was ours, and we are sorry for it.'
        : recommendation === 'decline'
          ? 'The rate that was booked is not refundable.'
          : 'A colleague has to look at this.',
    reasons,
  }
}
