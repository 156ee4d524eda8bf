import { z } from 'zod'
import type { Desk, DeskChange, DeskTicket } from '../../ports/index.ts'
import type { TicketsTable } from '../../store/index.ts'
import { isAssignedToAi } from '../../tickets/index.ts'

const status = z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed'])
const id = z.string().nullable()
/** A write of ours that is to be taken back: what each field was, and what we wrote. */
export const WrittenFields = z.object({
  ticket: z.string().describe('Which ticket, like zendesk:4711'),
  status: z.object({ from: status, to: status }).optional(),
  assigneeId: z.object({ from: id, to: id }).optional(),
  groupId: z.object({ from: id, to: id }).optional(),
  addedTags: z.array(z.string()).default([]).describe('Taken away where they are still there'),
  removedTags: z.array(z.string()).default([]).describe('Put back where they are not'),
})
export type WrittenFields = z.infer<typeof WrittenFields>

/** What a ticket's fields look like now, in the mirror or at the desk. */
export type Now = Pick<DeskTicket, 'status' | 'assigneeId' | 'groupId' | 'tags'>

export const inMirror = (ticket: TicketsTable): Now => ({
  status: status.parse(ticket.status),
  assigneeId: ticket.assignee_id,
  groupId: ticket.group_id,
  tags: z.array(z.string()).parse(JSON.parse(ticket.tags)),
})

/** What is still as we wrote it goes back, what is back already counts as such; of the rest, why not. */
export function restoring(input: WrittenFields, now: Now, desk: Desk) {
  const change: DeskChange = {}
  const restored: string[] = []
  const left: { field: string; why: string }[] = []
  for (const field of ['status', 'assigneeId', 'groupId'] as const) {
    const wrote = input[field]
    if (!wrote) continue
    if (now[field] === wrote.from) Object.assign(change, { [field]: wrote.to })
    if (now[field] === wrote.from || now[field] === wrote.to) restored.push(field)
    else left.push({ field, why: `is ${now[field] ?? 'nothing'} by now` })
  }
  const removeTags = input.addedTags.filter((tag) => now.tags.includes(tag))
  const addTags = input.removedTags.filter((tag) => !now.tags.includes(tag))
  if (input.addedTags.length + input.removedTags.length > 0) restored.push('tags')
  if (removeTags.length > 0) change.removeTags = removeTags
  if (addTags.length > 0) change.addTags = addTags
  const isNothing = Object.keys(change).length === 0
  return { change: isNothing ? change : awayFromAi(change, now, desk), restored, left }
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
