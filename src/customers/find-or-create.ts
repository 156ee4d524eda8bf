import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { DeskPerson } from '../ports/index.ts'
import { lock, type Tx } from '../store/index.ts'
import {
  customerByIdentity,
  getCustomer,
  insertCustomer,
  insertIdentity,
  updateCustomer,
} from '../store/rows/customers.ts'
import type { OrgId } from '../work/index.ts'

/** How an identity's value is written down, so that the same address is found again. */
export const normalEmail = (email: string) => email.trim().toLowerCase()

/** E.164 where the number is complete; null where it cannot be told without guessing a country. */
export function normalPhone(phone: string): string | null {
  const parsed = parsePhoneNumberFromString(phone)
  return parsed?.isValid() ? parsed.number : null
}

/**
 * The customer behind a desk's requester: known by the desk's id, else by e-mail; else a new one. What the desk
 * knows and we do not is taken over; what a customer told us (their phone number) is never overwritten by it.
 */
export async function customerOfRequester(
  tx: Tx,
  org: OrgId,
  desk: string,
  person: DeskPerson,
  deps: { newId: (prefix: string) => string; now: number },
): Promise<{ id: string; created: boolean }> {
  const email = person.email ? normalEmail(person.email) : null
  await lock(tx, `customer:${org}:${email ?? `${desk}:${person.id}`}`)
  const known =
    (await customerByIdentity(tx, org, desk, person.id)) ??
    (email ? await customerByIdentity(tx, org, 'email', email) : undefined)
  const phone = person.phone ? normalPhone(person.phone) : null
  const id = known ?? deps.newId('cus')
  if (known) {
    const before = await getCustomer(tx, org, known)
    await updateCustomer(tx, org, known, {
      name: person.name,
      email: email ?? before?.email ?? null,
      phone: before?.phone ?? phone,
      locale: person.locale ?? before?.locale ?? null,
      time_zone: person.timeZone ?? before?.time_zone ?? null,
      organization: person.organization ?? before?.organization ?? null,
      updated_at: deps.now,
    })
  } else {
    await tx.run(
      insertCustomer({
        id,
        org,
        name: person.name,
        email,
        phone,
        locale: person.locale,
        time_zone: person.timeZone,
        organization: person.organization,
        stage: 'new',
        tags: JSON.stringify(person.tags),
        created_at: deps.now,
        updated_at: deps.now,
      }),
    )
  }
  const identity = (kind: string, value: string) =>
    tx.run(insertIdentity({ org, kind, value, customer_id: id, verified: 1, created_at: deps.now }))
  await identity(desk, person.id)
  if (email) await identity('email', email)
  return { id, created: !known }
}
