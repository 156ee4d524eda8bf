import type { TemplateInput } from '../definition.ts'
import {
  answerInWriting,
  askAgain,
  callAndClose,
  goOn,
  mail,
  profile,
  readReply,
  recordOptOut,
  recordRefusal,
  remind,
  replyIs,
  tellTeam,
  toPerson,
  waitForReply,
  when,
} from './parts.ts'

/** The main job: a ticket assigned to AI is profiled, e-mailed, called, and closed or handed to a person. */
export const resolveTicket: TemplateInput = {
  name: 'resolve_ticket',
  version: 1,
  title: 'Resolve {{params.ticket}}',
  description:
    'Profile the customer, write, ask for a phone number, call, and close the ticket or hand it over.',
  params: { ticket: { type: 'string', description: 'Which ticket, like zendesk:4711' } },
  assigned_to_ai: true,
  deadline: '14d',
  steps: [
    profile,
    ...mail(
      'mail',
      'the first e-mail',
      { kind: '{{steps.profile.result.mailKind}}' },
      { sent: 'announced', moved: 'profile' },
    ),
    when(
      'announced',
      'Was a call announced?',
      { if: '{{steps.draft_mail.result.kind}}', eq: 'announce_call' },
      'wait_objection',
    ),
    waitForReply('wait_reply', '{{settings.replyReminderMs}}ms', 'reminded'),

    // — reading the reply —
    readReply,
    replyIs('is_number', 'Did they give a number and agree?', 'phone_given', 'record_phone'),
    replyIs('is_unclear', 'Must we ask again?', 'ask_again', 'asked_again'),
    replyIs('is_question', 'Did they ask something?', 'question', 'answered_twice'),
    replyIs('is_refusal', 'Did they refuse a call?', 'refused', 'record_refusal'),
    replyIs('is_opt_out', 'Do they want no more messages?', 'opted_out', 'record_opt_out'),
    goOn('to_person', 'Then a person goes on', 'brief'),

    ...callAndClose,
    ...askAgain,
    ...remind,
    ...answerInWriting,
    ...recordRefusal('answered_twice'),
    recordOptOut,
    {
      ...waitForReply('wait_objection', '{{settings.announceMs}}ms', 'prepare_call'),
      title: 'Leave time to object to the call',
    },
    ...toPerson({ called: true }),
    ...tellTeam,
  ],
}
