import { z } from 'zod'
import { settleDeskWrites } from '../../store/rows/desk-writes.ts'
import { defineSkill } from '../define.ts'
import { undoWrite } from './undo-write.ts'
import { noteWrites, recheckTicket, WrittenTicket, writeTicket } from './write-ticket.ts'

const Input = z.object({
  ticket: z.string().describe('Which ticket, like zendesk:4711'),
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved']).optional().describe('Its new status'),
  addTags: z.array(z.string().min(1)).optional().describe('Tags to add; those already there stay'),
  removeTags: z.array(z.string().min(1)).optional().describe('Tags to take away'),
  assigneeId: z
    .string()
    .nullable()
    .optional()
    .describe("The desk's id of an agent; null takes the assignee away"),
  groupId: z.string().nullable().optional().describe("The desk's id of a group"),
  note: z.string().min(1).optional().describe('Internal note, which the customer does not see'),
})

const changeOf = ({ ticket: _, note, ...change }: z.infer<typeof Input>) => ({
  ...change,
  ...(note ? { comment: { text: note, public: false } } : {}),
})

export const updateTicket = defineSkill({
  name: 'update_ticket',
  title: 'Update a ticket',
  description:
    'Sets status, tags, assignee or group of a ticket, with an internal note if wanted, in one step. Does not write to the customer (comment_ticket does) and does not hand over to people (hand_over_ticket does).',
  effect: 'write',
  input: Input,
  output: WrittenTicket,
  ticketOf: ({ ticket }) => ticket,
  begin: (tx, input, act) => noteWrites(tx, input.ticket, changeOf(input), act),
  run: (input, act) => writeTicket(input.ticket, () => changeOf(input), act),
  recheck: (input, act) => recheckTicket(input.ticket, changeOf(input), act),
  async record(tx, _input, _output, act) {
    await settleDeskWrites(tx, act.effectId, 'done')
  },
  undo: ({ ticket }, _output, about) => undoWrite(ticket, about),
})
