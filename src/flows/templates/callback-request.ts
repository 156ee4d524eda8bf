import type { TemplateInput } from '../definition.ts'
import {
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

/** A customer asked to be called: at once where number and consent are on record, else they are asked for them. */
export const callbackRequest: TemplateInput = {
  name: 'callback_request',
  version: 1,
  title: 'Call back about {{params.ticket}}',
  description:
    'The customer asked for a call. Asks for number and consent where they are not on record, calls, judges the call, and closes the ticket or hands it to a person.',
  params: { ticket: { type: 'string', description: 'Which ticket, like zendesk:4711' } },
  deadline: '14d',
  steps: [
    profile,
    when(
      'is_known',
      'Are number and consent on record?',
      { if: '{{steps.profile.result.mailKind}}', eq: 'announce_call' },
      'prepare_call',
    ),
    ...mail(
      'ask',
      'the question for the number',
      { kind: 'ask_phone' },
      { sent: 'wait_reply', moved: 'profile' },
    ),
    waitForReply('wait_reply', '{{settings.replyReminderMs}}ms', 'reminded'),

    // — reading the reply —
    readReply,
    replyIs('is_number', 'Did they give a number and agree?', 'phone_given', 'record_phone'),
    replyIs('is_unclear', 'Must we ask again?', 'ask_again', 'asked_again'),
    replyIs('is_refusal', 'Do they want no call by an AI?', 'refused', 'record_refusal'),
    replyIs('is_opt_out', 'Do they want no more messages?', 'opted_out', 'record_opt_out'),
    goOn('to_person', 'Then a person calls or writes', 'brief'),

    ...callAndClose,
    ...askAgain,
    ...remind,
    ...recordRefusal('brief'),
    recordOptOut,
    ...toPerson({ called: true }),
    ...tellTeam,
  ],
}
