import { z } from 'zod'
import { InputError, Refused, VendorError } from '../../ops/errors.ts'
import { lock } from '../../store/index.ts'
import { getCall, updateCall } from '../../store/rows/calls.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import { defineSkill } from '../define.ts'
import { ContextPack } from './place-call.ts'

const MAX_DURATION_S = 900
/** A call may show up in the provider's list a moment after it was asked for. */
const SETTLE_MS = 5_000

const Output = z.object({ provider: z.string(), providerCallId: z.string() })

export const dialCall = defineSkill({
  name: 'dial_call',
  title: 'Dial',
  description: 'Dials a queued call once. Used by the caller itself; place_call is the one to use.',
  effect: 'contact',
  internal: true,
  input: z.object({ callId: z.string(), customerId: z.string(), ticket: z.string().nullable() }),
  output: Output,
  ticketOf: ({ ticket }) => ticket,
  reaches: ({ customerId }) => ({ channel: 'call', customerId }),

  /** Whoever gives a call up takes the same lock: it is dialled before that, and then ended, or not at all. */
  async check(tx, { callId }, act) {
    await lock(tx, `call:${callId}`)
    const call = await getCall(tx, act.org, callId)
    if (call?.status === 'completed' || call?.status === 'failed') {
      throw new Refused('call_over', `The call is over: ${call.reason ?? call.status}. It was not dialled.`)
    }
  },

  async begin(tx, { callId }, act) {
    const call = await getCall(tx, act.org, callId)
    const now = act.hub.clock.now()
    await updateCall(tx, act.org, callId, {
      status: 'processing',
      provider: act.hub.voice?.name ?? null,
      provider_call_id: null,
      provider_key: act.effectId,
      attempts: (call?.attempts ?? 0) + 1,
      held_gate: null,
      held_until: null,
      dialled_at: now,
      updated_at: now,
    })
  },

  async run({ callId }, act) {
    const { voice, settings, store } = act.hub
    const call = await getCall(store.read, act.org, callId)
    if (!call) throw new InputError('unknown_call', `There is no call ${callId}.`, { status: 404 })
    if (!voice) {
      throw new VendorError({
        code: 'vendor_rejected',
        vendor: 'voice',
        retry: { when: 'never' },
        hint: 'No voice provider is configured: set VAPI_API_KEY and VAPI_PHONE_NUMBER_ID.',
      })
    }
    const customer = await getCustomer(store.read, act.org, call.customer_id)
    const pack = ContextPack.parse(JSON.parse(call.context_pack))
    const { providerCallId } = await voice.initiateCall(
      {
        to: call.phone,
        customerName: customer?.name ?? '',
        firstMessage: pack.firstMessage,
        systemPrompt: pack.systemPrompt,
        language: pack.language,
        maxDurationS: MAX_DURATION_S,
        record: settings.recordCalls,
        webhookUrl: settings.callWebhookUrl,
        evaluation: { successCriteria: pack.successCriteria },
      },
      { key: act.effectId },
    )
    return { provider: voice.name, providerCallId }
  },

  async recheck(_input, act) {
    const { voice, clock } = act.hub
    if (!voice) return { kind: 'unknown' }
    const found = await voice.findCall(act.effectId, act.triedAt - SETTLE_MS)
    if (found) return { kind: 'done', output: { provider: voice.name, providerCallId: found.providerCallId } }
    const wait = act.triedAt + SETTLE_MS - clock.now()
    if (wait <= 0) return { kind: 'not_done' }
    throw new VendorError({
      code: 'vendor_unavailable',
      vendor: voice.name,
      retry: { when: 'after', ms: wait },
      effect: 'unknown',
      hint: 'It is not certain yet whether the call was placed; the provider is asked again.',
    })
  },

  async record(tx, { callId }, { provider, providerCallId }: z.infer<typeof Output>, act) {
    await updateCall(tx, act.org, callId, {
      provider,
      provider_call_id: providerCallId,
      updated_at: act.hub.clock.now(),
    })
  },
})
