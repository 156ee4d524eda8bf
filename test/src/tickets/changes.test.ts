import { expect, it } from 'vitest'
import type { DeskHandover, DeskTicket } from '../../../src/ports/index.ts'
import { changesOf } from '../../../src/tickets/changes.ts'
import { ORG, START, ticketRow } from '../../contracts/rows.ts'

const handover: DeskHandover = {
  aiAssignee: null,
  aiTag: 'ai_processing',
  escalation: { tag: 'escalated', label: 'escalated', fieldId: null, status: 'open', groupId: null },
}

const ticket: DeskTicket = {
  id: '1',
  url: 'https://desk.example/1',
  subject: 'A\0B \ud83d',
  description: '',
  status: 'solved',
  priority: null,
  tags: [],
  requesterId: '2',
  assigneeId: null,
  groupId: null,
  channel: null,
  createdAt: START,
  updatedAt: START + 1,
  solvedAt: START + 1,
  firstReplyMinutes: null,
  resolutionMinutes: null,
}

it.each([
  ['as it came', 'A\0B \ud83d'],
  ['as Postgres keeps it', 'AB \ufffd'],
])('our own solving of a ticket with an odd subject, kept %s, is no takeover', (_, subject) => {
  const before = { ...ticketRow({ ref: 'zendesk:1', status: 'open', to_ai: 1, tags: '[]' }), subject }
  const changes = changesOf({
    ref: 'zendesk:1',
    before: { ...before, priority: null, assignee_id: null, group_id: null },
    ticket,
    handover,
    ours: [
      {
        id: 'dwr_1',
        org: ORG,
        effect_id: 'eff_1',
        ticket: 'zendesk:1',
        field: 'status',
        old_value: 'open',
        new_value: 'solved',
        state: 'trying',
        at: START,
      },
    ],
    isNews: false,
  })
  expect(changes).toMatchObject({ taken: false, events: [{ type: 'ticket_closed' }] })
})
