import type { StepInput, TemplateInput } from '../definition.ts'
import {
  goOn,
  mail,
  profile,
  readReply,
  recordOptOut,
  replyIs,
  tellTeam,
  toPerson,
  waitForReply,
  when,
} from './parts.ts'

const reply = waitForReply('wait_reply', '{{params.wait_days}}d', 'no_reply')

/** Settled at the desk while we waited: then nothing is left to do. */
const waitUnlessClosed: StepInput =
  reply.type === 'wait_event'
    ? {
        ...reply,
        alternatives: [
          ...(reply.alternatives ?? []),
          { event: 'ticket_closed', correlation: '{{params.ticket}}', goto: 'closed_meanwhile' },
        ],
      }
    : reply

/** A customer has not answered: one friendly mail, some days, and then the ticket is closed or goes to a person. */
export const followUpNoReply: TemplateInput = {
  name: 'follow_up_no_reply',
  version: 1,
  title: 'Follow up on {{params.ticket}}',
  description:
    'The customer has not answered. Writes once more, waits, and closes the ticket or hands it to a person. An answer always goes to a person.',
  params: {
    ticket: { type: 'string', description: 'Which ticket, like zendesk:4711' },
    wait_days: { type: 'number', description: 'How many days to wait for an answer', default: 3 },
    no_answer: {
      type: 'string',
      description: 'What happens without an answer',
      choices: ['close', 'escalate'],
      default: 'escalate',
    },
  },
  deadline: '30d',
  steps: [
    profile,
    ...mail('follow_up', 'the follow-up', { kind: 'follow_up' }, { sent: 'wait_reply', moved: 'brief' }),
    waitUnlessClosed,

    // — they answered —
    readReply,
    replyIs('is_opt_out', 'Do they want no more messages?', 'opted_out', 'record_opt_out'),
    goOn('answered', 'A person reads the answer', 'brief'),
    recordOptOut,

    // — they did not —
    when('no_reply', 'Is it to be closed?', { if: '{{params.no_answer}}', eq: 'close' }, 'close_ticket'),
    goOn('to_person', 'Then a person goes on', 'brief'),
    {
      name: 'close_ticket',
      type: 'tool_call',
      title: 'Close the ticket',
      skill: 'update_ticket',
      input: {
        ticket: '{{params.ticket}}',
        status: 'solved',
        note: 'Closed: we followed up and had no answer for {{params.wait_days}} days. A reply opens it again.',
      },
      outcome: 'closed',
      on_success: 'write_card',
      on_fail: 'brief',
    },
    {
      ...goOn('closed_meanwhile', 'It was closed at the desk meanwhile', 'write_card'),
      outcome: 'closed_meanwhile',
    },
    ...toPerson({ called: false }),
    ...tellTeam,
  ],
}
