import { z } from 'zod'
import type { Decision } from '../../skills/index.ts'
import { RefundReviewSchema, type RefundVerdict, refundSections, settleRefund } from '../refund.ts'
import { fetchTicket } from './case-history.ts'
import type { OutreachDeps } from './deps.ts'

const Input = z.object({
  ticket: z.string(),
  amount: z.number().positive().nullable().default(null),
  currency: z.string().default('EUR'),
  knowledge: z.array(z.looseObject({ title: z.string(), text: z.string() })).default([]),
})

/** Weighs a refund for the manager who decides: the model recommends, code holds it to what stands there. */
export function refundDecision(deps: OutreachDeps): Decision {
  return async (given, about): Promise<RefundVerdict> => {
    const { ticket: ref, knowledge, ...input } = Input.parse(given)
    const { history } = await fetchTicket(deps.desks, ref)
    const request = { ...input, ticket: history, rules: knowledge }
    const asked = await deps.ai.ask({
      prompt: 'refund_review',
      sections: refundSections(request),
      schema: RefundReviewSchema,
      caseId: about.caseId,
      flowId: about.flowId,
      purpose: 'refund',
    })
    return settleRefund(request, asked.kind === 'answer' ? asked.value : null)
  }
}
