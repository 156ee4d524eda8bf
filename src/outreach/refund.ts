import { z } from 'zod'
import { factsIn } from './facts-in-text.ts'
import { currentTicketBudget, type HistoryTicket, packHistory } from './history.ts'
import { standsIn } from './quote.ts'

/** How a model weighs a refund. A manager decides; trusted only after `settleRefund`. */
export const RefundReviewSchema = z.object({
  recommendation: z.enum(['grant', 'grant_part', 'decline', 'unsure']),
  amount: z.number().positive().nullable().describe('How much of what is asked for; null when nothing says'),
  reason: z.string().max(500).describe('One plain sentence that the customer may read'),
  reasons: z
    .array(
      z.object({
        text: z.string().max(500),
        quote: z.string().describe('Copied letter by letter from the ticket or from a rule'),
      }),
    )
    .max(8),
})
export type RefundReview = z.infer<typeof RefundReviewSchema>

export type RefundVerdict = RefundReview & {
  currency: string
  /** Reasons whose quotes stand nowhere. */
  dropped: string[]
}

type Rule = { title: string; text: string }
export type RefundRequest = {
  ticket: HistoryTicket
  rules: readonly Rule[]
  /** What is asked for, where the person who started this said so. */
  amount: number | null
  currency: string
}

/** The sections of the `refund_review` prompt, bounded. */
export function refundSections({ ticket, rules, amount, currency }: RefundRequest) {
  return {
    request: { amount, currency, amounts_in_ticket: amountsIn(ticket, currency) },
    ticket: packHistory([ticket], currentTicketBudget).tickets[0] ?? null,
    rules: rules.map(({ title, text }) => ({ title, text: text.slice(0, 2_000) })),
  }
}

/**
 * A recommendation that rests on words which stand there. The amount is never more than what is asked for, and
 * never one that nobody named; without a standing reason, or without a model, the recommendation is `unsure`.
 */
export function settleRefund(request: RefundRequest, review: RefundReview | null): RefundVerdict {
  const named = request.amount === null ? amountsIn(request.ticket, request.currency) : [request.amount]
  const most = named.length > 0 ? Math.max(...named) : null
  const unsure = (why: string): RefundVerdict => ({
    recommendation: 'unsure',
    amount: most,
    currency: request.currency,
    reason: why,
    reasons: [],
    dropped: review?.reasons.map(({ text }) => text) ?? [],
  })
  if (!review) return unsure('No model weighed this; please read the ticket.')
  const texts = [
    request.ticket.subject,
    ...request.ticket.comments.map(({ text }) => text),
    ...request.rules.map(({ text }) => text),
  ]
  const stands = ({ quote }: { quote: string }) => texts.some((text) => standsIn(quote, text))
  const reasons = review.reasons.filter(stands)
  if (reasons.length === 0) return unsure('Nothing in the ticket or the rules shows a reason.')
  const amount = most === null ? null : Math.min(review.amount ?? most, most)
  return {
    ...review,
    amount,
    reasons,
    currency: request.currency,
    dropped: review.reasons.filter((one) => !stands(one)).map(({ text }) => text),
  }
}

/** What the customer named in this currency. */
function amountsIn(ticket: HistoryTicket, currency: string): number[] {
  const said = ticket.comments.filter(({ author }) => author === 'customer').map(({ text }) => text)
  return [ticket.subject, ...said].flatMap((text) =>
    factsIn(text).flatMap((fact) =>
      fact.kind === 'amount' && fact.currency === currency && fact.value > 0 ? [fact.value] : [],
    ),
  )
}
