import type { TemplateInput } from '../definition.ts'
import { mail, profile, tellTeam, toPerson, when } from './parts.ts'

const WHY_NOT = '{{steps.approve_refund.user_response.note ?? null}}'
const AMOUNT = '{{steps.approve_refund.result.payload.amount}} {{steps.review.result.currency}}'

/** A refund is weighed by AI and decided by a manager; it is noted and told, and paid by nobody but a person. */
export const refundReview: TemplateInput = {
  name: 'refund_review',
  version: 1,
  title: 'Review a refund for {{params.ticket}}',
  description:
    'Collects the facts, recommends with reasons, has a manager decide amount and reason, notes it at the desk and tells the customer. Moves no money.',
  params: {
    ticket: { type: 'string', description: 'Which ticket, like zendesk:4711' },
    amount: {
      type: 'number',
      description: 'What is asked for; without it, what the ticket says',
      required: false,
    },
    currency: { type: 'string', description: 'Of the amount, like EUR', default: 'EUR' },
  },
  deadline: '14d',
  steps: [
    profile,
    {
      name: 'facts',
      type: 'tool_call',
      title: 'Collect the rules on refunds',
      skill: 'search_knowledge',
      input: { query: 'refunds, cancellation and goodwill: what is refunded, and who decides', limit: 6 },
      on_fail: 'brief',
    },
    {
      name: 'review',
      type: 'ai_decision',
      title: 'Weigh the refund',
      decision: 'refund',
      input: {
        ticket: '{{params.ticket}}',
        amount: '{{params.amount ?? null}}',
        currency: '{{params.currency}}',
        knowledge: '{{steps.facts.result.hits}}',
      },
      on_fail: 'brief',
    },
    when(
      'is_unsure',
      'Does nothing say how much?',
      { if: '{{steps.review.result.amount}}', eq: null },
      'brief',
    ),
    {
      name: 'approve_refund',
      type: 'approval',
      title: 'Grant the refund',
      policy: 'always',
      role: 'manager',
      payload: {
        recommendation: '{{steps.review.result.recommendation}}',
        amount: '{{steps.review.result.amount}}',
        currency: '{{steps.review.result.currency}}',
        reason: '{{steps.review.result.reason}}',
        reasons: '{{steps.review.result.reasons}}',
      },
      editable: ['amount', 'reason'],
      within: '{{settings.approvalGiveUpMs}}ms',
      on_error: { rejected: 'note_declined' },
      on_fail: 'brief',
      on_timeout: 'brief',
    },

    // — granted —
    {
      name: 'note_granted',
      type: 'tool_call',
      title: 'Note at the desk that it was granted',
      skill: 'update_ticket',
      input: {
        ticket: '{{params.ticket}}',
        addTags: ['refund_approved'],
        note: `Refund of ${AMOUNT} approved by {{steps.approve_refund.result.by}}. Reason: {{steps.approve_refund.result.payload.reason}}\n\nNothing has been paid by this: pay it out in your payment system.`,
      },
      outcome: 'refund_approved',
      on_fail: 'brief',
    },
    ...mail(
      'granted',
      'to the customer that it was granted',
      {
        kind: 'refund_decision',
        situation: {
          decision: {
            granted: true,
            amount: AMOUNT,
            reason: '{{steps.approve_refund.result.payload.reason}}',
          },
        },
      },
      { sent: 'write_card', moved: 'draft_granted' },
    ),

    // — not granted —
    {
      name: 'note_declined',
      type: 'tool_call',
      title: 'Note at the desk that it was not granted',
      skill: 'update_ticket',
      input: {
        ticket: '{{params.ticket}}',
        addTags: ['refund_declined'],
        note: `Refund not granted by {{steps.approve_refund.user_response.by}}. ${WHY_NOT}`,
      },
      outcome: 'refund_declined',
      on_fail: 'brief',
    },
    ...mail(
      'declined',
      'to the customer that it was not granted',
      {
        kind: 'refund_decision',
        situation: { decision: { granted: false, amount: null, reason: WHY_NOT } },
      },
      { sent: 'write_card', moved: 'draft_declined' },
    ),
    ...toPerson({ called: false }),
    ...tellTeam,
  ],
}
