import { z } from 'zod'
import { settleDeskWrites } from '../../store/rows/desk-writes.ts'
import { defineSkill } from '../define.ts'
import { undoWrite } from './undo-write.ts'
import { noteWrites, recheckTicket, WrittenTicket, writeTicket } from './write-ticket.ts'

const Input = z.object({
  ticket: z.string().describe('Which ticket, like zendesk:4711'),
  text: z.string().min(1).describe('Plain text'),
  public: z.boolean().default(false).describe('Whether the customer sees it; internal unless said'),
})

const changeOf = (input: z.infer<typeof Input>) => ({ comment: { text: input.text, public: input.public } })

export const commentTicket = defineSkill({
  name: 'comment_ticket',
  title: 'Comment on a ticket',
  description: 'Adds one comment, internal unless said otherwise. Changes nothing else of the ticket.',
  effect: 'write',
  input: Input,
  output: WrittenTicket,
  ticketOf: ({ ticket }) => ticket,
  isSeenByCustomer: (input) => input.public,
  begin: (tx, input, act) => noteWrites(tx, input.ticket, changeOf(input), act),
  run: (input, act) => writeTicket(input.ticket, () => changeOf(input), act),
  recheck: (input, act) => recheckTicket(input.ticket, changeOf(input), act),
  async record(tx, _input, _output, act) {
    await settleDeskWrites(tx, act.effectId, 'done')
  },
  undo: ({ ticket }, _output, about) => undoWrite(ticket, about),
})
