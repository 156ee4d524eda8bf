import { z } from 'zod'
import { InputError, Refused, VendorError } from '../../ops/errors.ts'
import type { Desk, DeskChange, DeskTicket } from '../../ports/index.ts'
import type { Tx } from '../../store/index.ts'
import { insertDeskWrite } from '../../store/rows/desk-writes.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import type { Act, Recheck } from '../define.ts'
import { deskOfTicket } from './desk-of.ts'

/** A ticket that moves between look and write is looked at again, this often at most. */
const LOOKS_MAX = 3

/** What every skill that writes to a ticket has in common: the ledger, the marker, the look before the write. */

export const WrittenTicket = z.object({
  ticket: z.string(),
  status: z.string(),
  url: z.string(),
})
export type WrittenTicket = z.infer<typeof WrittenTicket>

/** Notes old and new value of every field that is about to change. */
export async function noteWrites(tx: Tx, ref: string, change: DeskChange, act: Act): Promise<void> {
  const before = await getTicket(tx, act.org, ref)
  const fields: [string, string | null, string | null][] = []
  if (change.status !== undefined) fields.push(['status', before?.status ?? null, change.status])
  if (change.assigneeId !== undefined)
    fields.push(['assigneeId', before?.assignee_id ?? null, change.assigneeId])
  if (change.groupId !== undefined) fields.push(['groupId', before?.group_id ?? null, change.groupId])
  if (change.addTags || change.removeTags) {
    const tags: string[] = JSON.parse(before?.tags ?? '[]')
    const removed = new Set(change.removeTags)
    const after = [...new Set([...tags, ...(change.addTags ?? [])])].filter((tag) => !removed.has(tag))
    fields.push(['tags', JSON.stringify(tags), JSON.stringify(after)])
  }
  for (const [field, value] of Object.entries(change.fields ?? {}))
    fields.push([`field:${field}`, null, value])
  if (change.comment) {
    fields.push([change.comment.public ? 'public_comment' : 'internal_note', null, change.comment.text])
  }
  for (const [field, old_value, new_value] of fields) {
    await tx.run(
      insertDeskWrite({
        id: act.hub.newId('dwr'),
        org: act.org,
        effect_id: act.effectId,
        ticket: ref,
        field,
        old_value,
        new_value,
        state: 'trying',
        at: act.hub.clock.now(),
      }),
    )
  }
}

/**
 * Looks at the ticket, then writes. Under a fence, a ticket that is not the AI's any more is left alone even
 * when the desk's webhook about it is still on its way.
 */
export async function writeTicket(
  ref: string,
  changeFor: (ticket: DeskTicket, desk: Desk) => DeskChange,
  act: Act,
): Promise<WrittenTicket> {
  const { desk, id } = deskOfTicket(act.hub, ref)
  for (let look = 1; ; look++) {
    const ticket = await desk.getTicket(id)
    if (!ticket)
      throw new InputError('unknown_ticket', `${ref} is not at the desk (any more).`, { status: 404 })
    if (act.fence !== null && !stillWithAi(ticket, desk)) {
      throw new Refused('fence', `${ref} was taken over by a person; nothing was written to it.`)
    }
    const options = { marker: act.effectId, expectedUpdatedAt: ticket.updatedAt }
    try {
      return await mirrored(ref, desk, await desk.update(id, changeFor(ticket, desk), options), act)
    } catch (error) {
      const moved = error instanceof VendorError && error.code === 'vendor_conflict'
      if (!moved || look === LOOKS_MAX) throw error
    }
  }
}

function stillWithAi(ticket: DeskTicket, desk: Desk): boolean {
  const { aiAssignee, aiTag } = desk.handover
  if (ticket.status === 'closed') return false
  return (
    ticket.tags.includes(aiTag) ||
    (aiAssignee !== null && (ticket.assigneeId === aiAssignee || ticket.groupId === aiAssignee))
  )
}

/** Asks the desk for our marker. */
export async function recheckTicket(
  ref: string,
  change: { comment?: unknown },
  act: Act,
): Promise<Recheck<WrittenTicket>> {
  if (!change.comment) return { kind: 'repeat' }
  const { desk, id } = deskOfTicket(act.hub, ref)
  if (!(await desk.findMarked(id, act.effectId))) return { kind: 'repeat' }
  const ticket = await desk.getTicket(id)
  return ticket ? { kind: 'done', output: await mirrored(ref, desk, ticket, act) } : { kind: 'unknown' }
}

/** Brings our mirror in step with what the desk answered, so that its echo is no news. */
export async function mirrored(
  ref: string,
  desk: Desk,
  ticket: DeskTicket,
  act: Act,
): Promise<WrittenTicket> {
  const { hub } = act
  const by = { cause: `effect:${act.effectId}`, depth: act.depth }
  await hub.store.write((tx) => hub.recordOwnWrite(tx, act.org, desk, ticket, by))
  return { ticket: ref, status: ticket.status, url: ticket.url }
}
