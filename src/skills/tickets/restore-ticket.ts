import { z } from 'zod'
import { InputError, Refused } from '../../ops/errors.ts'
import type { Desk, DeskChange, DeskTicket } from '../../ports/index.ts'
import { settleDeskWrites } from '../../store/rows/desk-writes.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import { isAssignedToAi } from '../../tickets/index.ts'
import { type Act, defineSkill } from '../define.ts'
import { deskOfTicket } from './desk-of.ts'
import { mirrored, noteWrites, WrittenTicket } from './write-ticket.ts'

const status = z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed'])
const id = z.string().nullable()
const Input = z.object({
  ticket: z.string().describe('Which ticket, like zendesk:4711'),
  status: z.object({ from: status, to: status }).optional(),
  assigneeId: z.object({ from: id, to: id }).optional(),
  groupId: z.object({ from: id, to: id }).optional(),
  addedTags: z.array(z.string()).default([]).describe('Taken away where they are still there'),
  removedTags: z.array(z.string()).default([]).describe('Put back where they are not'),
})
type Input = z.infer<typeof Input>

const Output = WrittenTicket.extend({
  restored: z.array(z.string()),
  left: z.array(z.object({ field: z.string(), why: z.string() })),
})

/** What a ticket's fields look like now, in the mirror or at the desk. */
type Now = Pick<DeskTicket, 'status' | 'assigneeId' | 'groupId' | 'tags'>

export const restoreTicket = defineSkill({
  name: 'restore_ticket',
  title: 'Put a ticket back to what it was',
  description:
    'Takes back a write of ours, field by field, where the field still has what we wrote. What somebody changed since is left. Never gives a ticket to AI.',
  effect: 'write',
  internal: true,
  input: Input,
  output: Output,
  ticketOf: ({ ticket }) => ticket,
  async begin(tx, input, act) {
    const mirror = await getTicket(tx, act.org, input.ticket)
    if (!mirror) return
    const now: Now = {
      status: status.parse(mirror.status),
      assigneeId: mirror.assignee_id,
      groupId: mirror.group_id,
      tags: z.array(z.string()).parse(JSON.parse(mirror.tags)),
    }
    const { change } = restoring(input, now, deskOfTicket(act.hub, input.ticket).desk)
    await noteWrites(tx, input.ticket, change, act)
  },
  run: restore,
  // What it did already is not found to be as we wrote it, and is left.
  recheck: async () => ({ kind: 'repeat' }),
  async record(tx, _input, _output, act) {
    await settleDeskWrites(tx, act.effectId, 'done')
  },
})

async function restore(input: Input, act: Act): Promise<z.infer<typeof Output>> {
  const { desk, id } = deskOfTicket(act.hub, input.ticket)
  const ticket = await desk.getTicket(id)
  if (!ticket) {
    throw new InputError('unknown_ticket', `${input.ticket} is not at the desk (any more).`, { status: 404 })
  }
  const { change, restored, left } = restoring(input, ticket, desk)
  if (restored.length === 0 && act.attempt === 1) {
    const why = left.map(({ field, why }) => `${field}: ${why}`).join('; ')
    throw new Refused('changed_since', `${input.ticket} was left as it is. ${why}`)
  }
  const changed =
    restored.length === 0
      ? ticket
      : await desk.update(id, change, { marker: act.effectId, expectedUpdatedAt: ticket.updatedAt })
  return { ...(await mirrored(input.ticket, desk, changed, act)), restored, left }
}

/** What is still as we wrote it goes back; of the rest, why not. */
function restoring(input: Input, now: Now, desk: Desk) {
  const change: DeskChange = {}
  const restored: string[] = []
  const left: { field: string; why: string }[] = []
  for (const field of ['status', 'assigneeId', 'groupId'] as const) {
    const wrote = input[field]
    if (!wrote) continue
    if (now[field] !== wrote.from) left.push({ field, why: `is ${now[field] ?? 'nothing'} by now` })
    else restored.push(field)
  }
  const back = (field: 'status' | 'assigneeId' | 'groupId') => restored.includes(field)
  if (input.status && back('status')) change.status = input.status.to
  if (input.assigneeId && back('assigneeId')) change.assigneeId = input.assigneeId.to
  if (input.groupId && back('groupId')) change.groupId = input.groupId.to

  const removeTags = input.addedTags.filter((tag) => now.tags.includes(tag))
  const addTags = input.removedTags.filter((tag) => !now.tags.includes(tag))
  if (removeTags.length + addTags.length > 0) restored.push('tags')
  else if (input.addedTags.length + input.removedTags.length > 0)
    left.push({ field: 'tags', why: 'were changed since' })
  if (removeTags.length > 0) change.removeTags = removeTags
  if (addTags.length > 0) change.addTags = addTags
  return { change: awayFromAi(change, now, desk), restored, left }
}

/** A ticket that became the AI's by this would start its work on it anew: it goes to people. */
function awayFromAi(change: DeskChange, now: Now, { handover }: Desk): DeskChange {
  const tags = [...now.tags, ...(change.addTags ?? [])].filter((tag) => !change.removeTags?.includes(tag))
  const { status = now.status, assigneeId = now.assigneeId, groupId = now.groupId } = change
  if (!isAssignedToAi({ status, assigneeId, groupId, tags }, handover)) return change
  const { aiTag, aiAssignee } = handover
  return {
    ...change,
    ...(change.addTags ? { addTags: change.addTags.filter((tag) => tag !== aiTag) } : {}),
    removeTags: [...(change.removeTags ?? []), aiTag],
    ...(aiAssignee !== null && assigneeId === aiAssignee ? { assigneeId: null } : {}),
    ...(aiAssignee !== null && groupId === aiAssignee ? { groupId: null } : {}),
  }
}
