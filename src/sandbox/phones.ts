import type { Person } from './world.ts'

type Plan = { country: string; national: (digits: string) => string }

const plans: Record<string, Plan> = {
  'Asia/Kolkata': { country: '+91', national: (d) => `98201 ${d.slice(-5)}` },
  'Europe/Berlin': { country: '+49', national: (d) => `01512 ${d.slice(-7)}` },
  'Europe/Lisbon': { country: '+351', national: (d) => `912 ${d.slice(-6, -3)} ${d.slice(-3)}` },
  'Europe/Madrid': { country: '+34', national: (d) => `612 ${d.slice(-6, -3)} ${d.slice(-3)}` },
  'America/Sao_Paulo': { country: '+55', national: (d) => `(11) 9${d.slice(-8, -4)}-${d.slice(-4)}` },
}
const british: Plan = { country: '+44', national: (d) => `07400 ${d.slice(-6)}` }

/**
 * The number that a simulated customer gives: as they would write it, and as it is dialled. Without one of their
 * own it is made from their id in their country's mobile range, so that no two customers share one.
 */
export function phoneOf(person: Person, index = 0): { written: string; e164: string } {
  const plan = plans[person.timeZone] ?? british
  const own = person.replyPhone ?? person.phone
  if (index === 0 && own !== null) return { written: own, e164: dialled(own, plan.country) }
  const digits = String(7_000_000_0 + Number(person.id) + index * 40_009).padStart(8, '0')
  const written = plan.national(digits)
  return { written, e164: dialled(written, plan.country) }
}

function dialled(written: string, country: string): string {
  const digits = written.replace(/[^\d+]/g, '')
  return digits.startsWith('+') ? digits : country + digits.replace(/^0/, '')
}
