import { z } from 'zod'
import { normalPhone } from '../../customers/index.ts'
import { InputError } from '../../ops/errors.ts'
import { defineSkill } from '../../skills/index.ts'
import {
  getCustomer,
  insertConsent,
  insertIdentity,
  latestConsent,
  updateCustomer,
} from '../../store/rows/customers.ts'
import type { OutreachDeps } from './deps.ts'

const Proof = {
  customerId: z.string(),
  words: z.string().min(1).describe("The customer's own words, letter by letter"),
  messageId: z.string().describe('The message in which they stand'),
}

const NotedPhone = z.object({
  phone: z.string(),
  before: z.string().nullable().default(null).describe('The number on record until then'),
})

/** A phone number that the customer gave, and their consent to be called on it by an AI voice. */
export function recordPhone(deps: OutreachDeps) {
  return defineSkill({
    name: 'record_phone',
    title: 'Note phone number and consent',
    description:
      'Stores the phone number that a customer gave, with their consent to an AI call in their own words.',
    effect: 'write',
    internal: true,
    input: z.object({ ...Proof, phone: z.string().describe('E.164') }),
    output: NotedPhone,
    async run({ customerId, phone }, act) {
      const normal = normalPhone(phone)
      if (!normal) throw new InputError('invalid_number', `${phone} is no phone number.`)
      const customer = await getCustomer(deps.store.read, act.org, customerId)
      return { phone: normal, before: customer?.phone ?? null }
    },
    recheck: async () => ({ kind: 'repeat' }),
    async record(tx, input, { phone }: z.infer<typeof NotedPhone>, act) {
      const now = deps.clock.now()
      await updateCustomer(tx, act.org, input.customerId, { phone, updated_at: now })
      await tx.run(
        insertIdentity({
          org: act.org,
          kind: 'phone',
          value: phone,
          customer_id: input.customerId,
          verified: 0,
          created_at: now,
        }),
      )
      await tx.run(
        insertConsent({
          id: deps.newId('cns'),
          org: act.org,
          customer_id: input.customerId,
          kind: 'ai_call',
          given: 1,
          words: input.words,
          channel: 'email',
          proof: input.messageId,
          at: now,
        }),
      )
    },
    undo: async ({ customerId }, { phone, before }) => ({
      kind: 'skill',
      skill: 'take_back_phone',
      input: { customerId, phone, before },
      title: 'Take the phone number and the consent back',
    }),
  })
}

/** A withdrawal: of calls alone, or of every contact. */
export function recordRefusal(deps: OutreachDeps) {
  return defineSkill({
    name: 'record_refusal',
    title: 'Note a refusal',
    description:
      'Stores that a customer does not want to be called, or contacted at all, in their own words.',
    effect: 'write',
    internal: true,
    input: z.object({ ...Proof, what: z.enum(['ai_call', 'contact:all']) }),
    output: z.object({ noted: z.literal(true) }),
    run: async () => ({ noted: true as const }),
    recheck: async () => ({ kind: 'repeat' }),
    async record(tx, input, _output, act) {
      // What is plain in its words was noted when the message came in.
      const noted = await latestConsent(tx, act.org, input.customerId, input.what)
      if (noted?.given === 0 && noted.proof === input.messageId) return
      await tx.run(
        insertConsent({
          id: deps.newId('cns'),
          org: act.org,
          customer_id: input.customerId,
          kind: input.what,
          given: 0,
          words: input.words,
          channel: 'email',
          proof: input.messageId,
          at: deps.clock.now(),
        }),
      )
      if (input.what === 'contact:all') {
        const { customerId, words } = input
        const event = { type: 'customer_opted_out' as const, customerId, channel: 'email', words }
        await act.hub.events.raise(tx, event, {
          org: act.org,
          cause: `effect:${act.effectId}`,
          ...(act.caseId ? { caseId: act.caseId } : {}),
        })
      }
    },
    undo: async () => ({
      kind: 'impossible',
      why: 'These are the words of the customer; only they can take them back.',
    }),
  })
}
