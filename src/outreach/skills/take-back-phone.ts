import { z } from 'zod'
import { InputError, Refused } from '../../ops/errors.ts'
import { defineSkill } from '../../skills/index.ts'
import { getCustomer, insertConsent, updateCustomer } from '../../store/rows/customers.ts'
import type { OutreachDeps } from './deps.ts'

/** Takes back `record_phone`: the number before, and no consent until the customer gives it again. */
export function takeBackPhone(deps: OutreachDeps) {
  return defineSkill({
    name: 'take_back_phone',
    title: 'Take a noted phone number back',
    description:
      'Puts the phone number back that was on record before one was noted, and ends the consent to AI calls that was noted with it. A number that was changed since is left.',
    effect: 'write',
    internal: true,
    input: z.object({
      customerId: z.string(),
      phone: z.string().describe('The number that was noted, E.164'),
      before: z.string().nullable().describe('The number to put back; null for none'),
    }),
    output: z.object({ phone: z.string().nullable() }),
    async run({ customerId, phone, before }, act) {
      const customer = await getCustomer(deps.store.read, act.org, customerId)
      if (!customer) throw new InputError('unknown_customer', `There is no customer ${customerId}.`)
      if (customer.phone !== phone) {
        throw new Refused('changed_since', 'The number on record is another one by now; it was left.')
      }
      return { phone: before }
    },
    recheck: async () => ({ kind: 'repeat' }),
    async record(tx, { customerId }, { phone }: { phone: string | null }, act) {
      const now = deps.clock.now()
      await updateCustomer(tx, act.org, customerId, { phone, updated_at: now })
      await tx.run(
        insertConsent({
          id: deps.newId('cns'),
          org: act.org,
          customer_id: customerId,
          kind: 'ai_call',
          given: 0,
          words: '(rolled back by us: to be asked again)',
          channel: 'hub',
          proof: act.effectId,
          at: now,
        }),
      )
    },
  })
}
