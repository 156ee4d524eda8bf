import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { getCall, insertCall } from '../../store/rows/calls.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import { defineSkill } from '../define.ts'

/** What the voice assistant is told; built by outreach, stored with the call, readable before dialling. */
export const ContextPack = z.object({
  language: z.string(),
  firstMessage: z.string(),
  systemPrompt: z.string(),
  successCriteria: z.string(),
})
export type ContextPack = z.infer<typeof ContextPack>

export const placeCall = defineSkill({
  name: 'place_call',
  title: 'Have the voice assistant call the customer',
  description:
    'Queues a call to the number on the customer record; it is dialled when consent, quiet hours and capacity allow. Ends with the event call_ended.',
  effect: 'write',
  costUsd: 0.3,
  input: z.object({
    customerId: z.string().describe('Whom to call; the number is taken from their record'),
    ticket: z.string().nullable().describe('The ticket that it is about, like zendesk:4711'),
    pack: ContextPack.describe('What the assistant knows and says first'),
  }),
  output: z.object({ callId: z.string(), phone: z.string() }),
  ticketOf: ({ ticket }) => ticket,
  reaches: ({ customerId }) => ({ channel: 'call', customerId }),
  async run({ customerId }, act) {
    const customer = await getCustomer(act.hub.store.read, act.org, customerId)
    const phone = customer?.phone ? parsePhoneNumberFromString(customer.phone) : undefined
    if (!phone?.isValid()) {
      throw new InputError('invalid_number', 'The customer has no phone number on record that can be called.')
    }
    if (phone.getType() === 'PREMIUM_RATE') {
      throw new InputError('premium_number', `${phone.number} is a premium line; it is not called.`)
    }
    // The effect's own id makes the call one, however often this is repeated.
    return { callId: act.effectId.replace(/^eff_/, 'cal_'), phone: phone.number }
  },
  // What it does are rows of our own, written with the note that it is done.
  recheck: async () => ({ kind: 'not_done' }),
  async record(tx, input, { callId, phone }, act) {
    const now = act.hub.clock.now()
    const caseId = act.caseId ?? callId
    await tx.run(
      insertCall({
        id: callId,
        org: act.org,
        customer_id: input.customerId,
        ticket: input.ticket,
        flow_id: act.flowId,
        case_id: caseId,
        status: 'pending_ai_call',
        phone,
        language: input.pack.language,
        attempts: 0,
        provider: null,
        provider_call_id: null,
        provider_key: null,
        context_pack: JSON.stringify(input.pack),
        held_gate: null,
        held_until: null,
        outcome: null,
        ended_reason: null,
        reason: null,
        started_at: null,
        ended_at: null,
        duration_s: null,
        summary: null,
        success: null,
        recording_url: null,
        cost_usd: null,
        dialled_at: null,
        created_at: now,
        updated_at: now,
      }),
    )
    await act.hub.queueCall(tx, act.org, { id: callId, caseId })
  },
  async undo(_input, { callId }, { org, hub }) {
    const call = await getCall(hub.store.read, org, callId)
    if (call?.dialled_at) {
      const at = new Date(call.dialled_at).toISOString()
      return { kind: 'impossible', why: `The customer was called at ${at}; that cannot be taken back.` }
    }
    return { kind: 'impossible', why: 'The call was not made, and with its flow over it will not be.' }
  },
})
