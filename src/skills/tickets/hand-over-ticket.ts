import { z } from 'zod'
import type { Desk, DeskChange } from '../../ports/index.ts'
import { settleDeskWrites } from '../../store/rows/desk-writes.ts'
import { defineSkill } from '../define.ts'
import { deskOfTicket } from './desk-of.ts'
import { undoWrite } from './undo-write.ts'
import { noteWrites, recheckTicket, WrittenTicket, writeTicket } from './write-ticket.ts'

const Input = z.object({
  ticket: z.string().describe('Which ticket, like zendesk:4711'),
  note: z.string().min(1).describe('Internal note: why, what was tried, what was promised'),
})

/** The desk's own way of marking an escalated ticket: status, tag, field and group from its configuration. */
function changeOf(desk: Desk, note: string): DeskChange {
  const { escalation, aiTag, aiAssignee } = desk.handover
  return {
    status: escalation.status,
    addTags: [escalation.tag],
    removeTags: [aiTag],
    // Where AI is an agent it lets go; where it is a group the human group takes its place.
    ...(aiAssignee !== null ? { assigneeId: null } : {}),
    ...(escalation.groupId !== null ? { groupId: escalation.groupId } : {}),
    ...(escalation.fieldId !== null ? { fields: { [escalation.fieldId]: escalation.label } } : {}),
    comment: { text: `${escalation.label}\n\n${note}`, public: false },
  }
}

export const handOverTicket = defineSkill({
  name: 'hand_over_ticket',
  title: 'Hand a ticket over to people',
  description:
    "Marks a ticket as escalated in the desk's own way (status, tag, field), assigns it to the human group and leaves an internal note with the reasons. Does not alert anybody: create_escalation does.",
  effect: 'write',
  input: Input,
  output: WrittenTicket,
  ticketOf: ({ ticket }) => ticket,
  begin: (tx, input, act) =>
    noteWrites(tx, input.ticket, changeOf(deskOfTicket(act.hub, input.ticket).desk, input.note), act),
  run: (input, act) => writeTicket(input.ticket, (_, desk) => changeOf(desk, input.note), act),
  recheck: (input, act) => recheckTicket(input.ticket, { comment: input.note }, act),
  async record(tx, _input, _output, act) {
    await settleDeskWrites(tx, act.effectId, 'done')
  },
  undo: ({ ticket }, _output, about) => undoWrite(ticket, about),
})
