import { getCountry } from 'countries-and-timezones'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { IANAZone } from 'luxon'

/**
 * The IANA zones a customer may be in: the one on record; else every zone of their phone number's country,
 * since a number does not say where in the country it rings. Empty when nothing is known.
 */
export function zonesOf(customer: { timeZone: string | null; phone: string | null }): string[] {
  if (customer.timeZone && IANAZone.isValidZone(customer.timeZone)) return [customer.timeZone]
  const country = customer.phone ? parsePhoneNumberFromString(customer.phone)?.country : undefined
  return country ? [...(getCountry(country)?.timezones ?? [])] : []
}
