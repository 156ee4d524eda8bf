import { z } from 'zod'
import { InputError, Refused } from '../../ops/errors.ts'
import { settleDeskWrites } from '../../store/rows/desk-writes.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import { type Act, defineSkill } from '../define.ts'
import { deskOfTicket } from './desk-of.ts'
import { inMirror, restoring, WrittenFields } from './restoring.ts'
import { mirrored, noteWrites, WrittenTicket } from './write-ticket.ts'

const Output = WrittenTicket.extend({
  restored: z.array(z.string()),
  left: z.array(z.object({ field: z.string(), why: z.string() })),
})

export const restoreTicket = defineSkill({
  name: 'restore_ticket',
  title: 'Put a ticket back to what it was',
  description:
    'Takes back a write of ours, field by field, where the field still has what we wrote. What somebody changed since is left. Never gives a ticket to AI.',
  effect: 'write',
  internal: true,
  input: WrittenFields,
  output: Output,
  ticketOf: ({ ticket }) => ticket,
  async begin(tx, input, act) {
    const mirror = await getTicket(tx, act.org, input.ticket)
    if (!mirror) return
    const { change } = restoring(input, inMirror(mirror), deskOfTicket(act.hub, input.ticket).desk)
    await noteWrites(tx, input.ticket, change, act)
  },
  run: restore,
  // What is back already is left as it is.
  recheck: async () => ({ kind: 'repeat' }),
  async record(tx, _input, _output, act) {
    await settleDeskWrites(tx, act.effectId, 'done')
  },
})

async function restore(input: WrittenFields, act: Act): Promise<z.infer<typeof Output>> {
  const { desk, id } = deskOfTicket(act.hub, input.ticket)
  const ticket = await desk.getTicket(id)
  if (!ticket) {
    throw new InputError('unknown_ticket', `${input.ticket} is not at the desk (any more).`, { status: 404 })
  }
  const { change, restored, left } = restoring(input, ticket, desk)
  if (restored.length === 0) {
    const why = left.map(({ field, why }) => `${field}: ${why}`).join('; ')
    throw new Refused('changed_since', `${input.ticket} was left as it is. ${why}`)
  }
  const changed =
    Object.keys(change).length === 0
      ? ticket
      : await desk.update(id, change, { marker: act.effectId, expectedUpdatedAt: ticket.updatedAt })
  return { ...(await mirrored(input.ticket, desk, changed, act)), restored, left }
}
