import { Refused } from '../ops/errors.ts'
import type { Clock } from '../ports/index.ts'
import type { ContactGate } from '../skills/index.ts'
import { callsOfCustomerAttempts } from '../store/rows/calls.ts'
import { getCustomer, latestConsent } from '../store/rows/customers.ts'
import { contactTimes } from '../store/rows/effects.ts'
import { contactVerdict } from './policy.ts'
import type { QuietHours } from './quiet-hours.ts'
import { zonesOf } from './zones.ts'

const DAY_MS = 86_400_000

/**
 * Asks the contact policy with what the store knows of a customer. Nothing about whom or whether to contact
 * comes from a model or a message.
 */
export function contactGate(deps: {
  clock: Clock
  quietHours: QuietHours | null
  dailyCap: number
  maxCallAttempts: number
  onRefused: (gate: string) => void
}): ContactGate {
  return async (tx, { org, channel, customerId }) => {
    const now = deps.clock.now()
    const customer = await getCustomer(tx, org, customerId)
    if (!customer) return new Refused('recipient', `There is no customer ${customerId}.`)
    const callConsent = channel === 'call' ? await latestConsent(tx, org, customerId, 'ai_call') : undefined
    const optOut = await latestConsent(tx, org, customerId, 'contact:all')
    const verdict = contactVerdict({
      channel,
      now,
      // A mail in answer to a ticket needs no consent of its own.
      consent: channel === 'email' || callConsent?.given === 1,
      optedOut: optOut?.given === 0,
      recipientVerified: channel === 'email' ? customer.email !== null : customer.phone !== null,
      quietHours: deps.quietHours ?? { from: 0, to: 0 },
      zones: zonesOf({ timeZone: customer.time_zone, phone: customer.phone }),
      sentAt: await contactTimes(tx, org, customerId, now - DAY_MS),
      dailyCap: deps.dailyCap,
      // The ledger has compared the fence before it asks here.
      fence: 0,
      expectedFence: 0,
      callAttempts: channel === 'call' ? await callsOfCustomerAttempts(tx, org, customerId, now - DAY_MS) : 0,
      maxCallAttempts: deps.maxCallAttempts,
    })
    if (verdict.ok) return undefined
    deps.onRefused(verdict.gate)
    return new Refused(verdict.gate, verdict.why, verdict.until)
  }
}
