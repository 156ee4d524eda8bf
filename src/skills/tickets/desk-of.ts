import { InputError } from '../../ops/errors.ts'
import type { Desk } from '../../ports/index.ts'
import { parseTicketRef } from '../../store/rows/tickets.ts'
import type { SkillHub } from '../hub.ts'

/** The desk of a ticket named like `zendesk:4711`, with the desk's own id of it. Throws InputError. */
export function deskOfTicket(hub: SkillHub, ref: string): { desk: Desk; id: string } {
  const parsed = parseTicketRef(ref)
  const desk = parsed && hub.desks.get(parsed.desk)
  if (!parsed || !desk) {
    const known = [...hub.desks.keys()].join(', ') || 'none'
    throw new InputError(
      'unknown_desk',
      `"${ref}" names no ticket of a connected desk (connected: ${known}).`,
    )
  }
  return { desk, id: parsed.id }
}
