import type { StepInput, TemplateInput } from '../definition.ts'

/** Writes, has approved and sends one mail: three steps under a common name. */
function mail(
  name: string,
  title: string,
  draft: { kind: string; situation?: unknown },
  then: { sent: string; moved: string },
): StepInput[] {
  return [
    {
      name: `draft_${name}`,
      type: 'tool_call',
      title: `Write ${title}`,
      skill: 'draft_email',
      input: {
        customerId: '{{flow.customerId}}',
        ticket: '{{params.ticket}}',
        language: '{{steps.profile.result.language}}',
        ...draft,
      },
      on_fail: 'brief',
    },
    {
      name: `approve_${name}`,
      type: 'approval',
      title: `Approve ${title}`,
      policy: 'contacts',
      role: 'agent',
      payload: {
        subject: `{{steps.draft_${name}.result.subject}}`,
        text: `{{steps.draft_${name}.result.text}}`,
        citations: `{{steps.draft_${name}.result.citations}}`,
      },
      editable: ['subject', 'text'],
      within: '{{settings.approvalGiveUpMs}}ms',
      on_fail: 'brief',
      on_timeout: 'brief',
    },
    {
      name: `send_${name}`,
      type: 'tool_call',
      title: `Send ${title}`,
      skill: 'send_email',
      input: {
        customerId: '{{flow.customerId}}',
        ticket: '{{params.ticket}}',
        kind: `{{steps.draft_${name}.result.kind}}`,
        language: `{{steps.draft_${name}.result.language}}`,
        subject: `{{steps.approve_${name}.result.payload.subject}}`,
        text: `{{steps.approve_${name}.result.payload.text}}`,
        ticketVersion: `{{steps.draft_${name}.result.ticketVersion}}`,
      },
      on_success: then.sent,
      // The ticket moved since the draft: what was written is void, and is written anew.
      on_error: { refused_ticket_moved: then.moved },
      on_fail: 'brief',
    },
  ]
}

/** Waits for the customer's answer; a mail that comes back ends the wait as well. */
function waitForReply(name: string, within: string, onTimeout: string): StepInput {
  return {
    name,
    type: 'wait_event',
    title: 'Wait for the reply',
    event: 'inbound_email',
    correlation: '{{flow.id}}',
    within,
    waiting_for: "the customer's reply",
    on_success: 'read_reply',
    on_timeout: onTimeout,
    alternatives: [{ event: 'mail_bounced', correlation: '{{flow.id}}', goto: 'brief' }],
  }
}

function when(
  name: string,
  title: string,
  condition: Extract<StepInput, { type: 'conditional' }>['condition'],
  to: string,
): StepInput {
  return { name, type: 'conditional', title, condition, on_success: to }
}

const replyIs = (name: string, title: string, kind: string, to: string) =>
  when(name, title, { if: '{{steps.read_reply.result.kind}}', eq: kind }, to)

/** The main job: a ticket assigned to AI is profiled, e-mailed, called, and closed or handed to a person. */
export const resolveTicket: TemplateInput = {
  name: 'resolve_ticket',
  version: 1,
  title: 'Resolve {{params.ticket}}',
  description:
    'Profile the customer, write, ask for a phone number, call, and close the ticket or hand it over.',
  params: { ticket: { type: 'string', description: 'Which ticket, like zendesk:4711' } },
  deadline: '14d',
  steps: [
    {
      name: 'profile',
      type: 'tool_call',
      title: 'Profile the customer',
      skill: 'build_profile',
      input: { customerId: '{{flow.customerId}}', ticket: '{{params.ticket}}' },
      on_fail: 'brief',
    },
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
    {
      name: 'read_reply',
      type: 'ai_decision',
      title: 'Read the reply',
      decision: 'reply',
      input: { messageId: '{{event.messageId}}' },
      on_fail: 'brief',
    },
    replyIs('is_number', 'Did they give a number and agree?', 'phone_given', 'record_phone'),
    replyIs('is_unclear', 'Must we ask again?', 'ask_again', 'asked_again'),
    replyIs('is_question', 'Did they ask something?', 'question', 'answered_twice'),
    replyIs('is_refusal', 'Did they refuse a call?', 'refused', 'record_refusal'),
    replyIs('is_opt_out', 'Do they want no more messages?', 'opted_out', 'record_opt_out'),
    { ...when('to_person', 'Then a person goes on', { if: '{{flow.id}}', exists: true }, 'brief') },

    // — the call —
    {
      name: 'record_phone',
      type: 'tool_call',
      title: 'Note phone number and consent',
      skill: 'record_phone',
      input: {
        customerId: '{{flow.customerId}}',
        phone: '{{steps.read_reply.result.e164}}',
        words: '{{steps.read_reply.result.consent.words}}',
        messageId: '{{steps.read_reply.result.messageId}}',
      },
      on_fail: 'brief',
    },
    {
      name: 'prepare_call',
      type: 'tool_call',
      title: 'Prepare the call',
      skill: 'prepare_call',
      input: {
        customerId: '{{flow.customerId}}',
        ticket: '{{params.ticket}}',
        language: '{{steps.profile.result.language}}',
      },
      on_fail: 'brief',
    },
    {
      name: 'approve_call',
      type: 'approval',
      title: 'Approve the call',
      policy: 'contacts',
      role: 'agent',
      payload: { firstMessage: '{{steps.prepare_call.result.pack.firstMessage}}' },
      editable: [],
      within: '{{settings.approvalGiveUpMs}}ms',
      on_fail: 'brief',
      on_timeout: 'brief',
    },
    {
      name: 'place_call',
      type: 'tool_call',
      title: 'Call the customer',
      skill: 'place_call',
      input: {
        customerId: '{{flow.customerId}}',
        ticket: '{{params.ticket}}',
        pack: '{{steps.prepare_call.result.pack}}',
      },
      on_fail: 'brief',
    },
    {
      name: 'wait_call',
      type: 'wait_event',
      title: 'Wait for the end of the call',
      event: 'call_ended',
      correlation: '{{steps.place_call.result.callId}}',
      within: '3d',
      waiting_for: 'the end of the call',
      on_timeout: 'brief',
      alternatives: [],
    },
    {
      name: 'judge_call',
      type: 'ai_decision',
      title: 'Judge what the call came to',
      decision: 'call_outcome',
      input: { callId: '{{steps.place_call.result.callId}}' },
      on_fail: 'brief',
    },
    {
      name: 'is_solved',
      type: 'conditional',
      title: 'Is the request settled?',
      condition: { if: '{{steps.judge_call.result.decision}}', eq: 'solve' },
      on_success: 'close_ticket',
      on_fail: 'brief',
    },
    {
      name: 'close_ticket',
      type: 'tool_call',
      title: 'Close the ticket',
      skill: 'update_ticket',
      input: { ticket: '{{params.ticket}}', status: 'solved', note: '{{steps.judge_call.result.note}}' },
      outcome: 'resolved',
      on_success: 'write_card',
      on_fail: 'brief',
    },

    // — asking again, reminding, answering —
    when('asked_again', 'Did we ask again before?', { if: '{{steps.send_clarify.runs}}', gte: 1 }, 'brief'),
    ...mail(
      'clarify',
      'the question back',
      { kind: 'clarify_phone', situation: '{{steps.read_reply.result.situation}}' },
      { sent: 'wait_reply', moved: 'draft_clarify' },
    ),
    when('reminded', 'Did we remind them before?', { if: '{{steps.send_reminder.runs}}', gte: 1 }, 'brief'),
    ...mail(
      'reminder',
      'the reminder',
      { kind: 'reminder' },
      { sent: 'wait_longer', moved: 'draft_reminder' },
    ),
    waitForReply('wait_longer', '{{settings.replyAfterReminderMs}}ms', 'brief'),
    when(
      'answered_twice',
      'Did we answer twice already?',
      { if: '{{steps.send_answer.runs}}', gte: 2 },
      'brief',
    ),
    ...mail(
      'answer',
      'the answer',
      { kind: 'continue_by_email', situation: '{{steps.read_reply.result.situation}}' },
      { sent: 'wait_reply', moved: 'draft_answer' },
    ),
    {
      name: 'record_refusal',
      type: 'tool_call',
      title: 'Note that no AI may call',
      skill: 'record_refusal',
      input: {
        customerId: '{{flow.customerId}}',
        what: 'ai_call',
        words: '{{steps.read_reply.result.words ?? "(refused)"}}',
        messageId: '{{steps.read_reply.result.messageId}}',
      },
      on_fail: 'brief',
    },
    {
      name: 'refusal_by_mail',
      type: 'conditional',
      title: 'Go on in writing?',
      condition: { if: '{{steps.read_reply.result.goOn}}', eq: 'email' },
      on_success: 'answered_twice',
      on_fail: 'brief',
    },
    {
      name: 'record_opt_out',
      type: 'tool_call',
      title: 'Note that they want no more messages',
      skill: 'record_refusal',
      input: {
        customerId: '{{flow.customerId}}',
        what: 'contact:all',
        words: '{{steps.read_reply.result.words ?? "(opted out)"}}',
        messageId: '{{steps.read_reply.result.messageId}}',
      },
      on_success: 'brief',
      on_fail: 'brief',
    },
    {
      ...waitForReply('wait_objection', '{{settings.announceMs}}ms', 'prepare_call'),
      title: 'Leave time to object to the call',
    },

    // — to a person —
    {
      name: 'brief',
      type: 'tool_call',
      title: 'Write the brief for a person',
      skill: 'write_brief',
      input: { flowId: '{{flow.id}}' },
    },
    {
      name: 'hand_over',
      type: 'tool_call',
      title: 'Hand the ticket over',
      skill: 'hand_over_ticket',
      input: { ticket: '{{params.ticket}}', note: '{{steps.brief.result.note}}' },
      // The desk being down must not keep people from hearing of it.
      on_fail: 'escalate',
    },
    {
      name: 'escalate',
      type: 'tool_call',
      title: 'Escalate to a person',
      skill: 'create_escalation',
      input: {
        priority: '{{steps.brief.result.priority}}',
        reason: '{{steps.brief.result.reason}}',
        brief: '{{steps.brief.result.brief}}',
        source: 'flow',
        ticket: '{{params.ticket}}',
        customerId: '{{flow.customerId}}',
        callId: '{{steps.place_call.result.callId ?? null}}',
      },
      outcome: 'escalated',
    },

    // — the team sees it —
    {
      name: 'write_card',
      type: 'tool_call',
      title: "Write the team's card",
      skill: 'write_card',
      input: { flowId: '{{flow.id}}' },
    },
    {
      name: 'tell_team',
      type: 'tool_call',
      title: 'Tell the team',
      skill: 'post_chat',
      input: { card: '{{steps.write_card.result.card}}', view: '{{steps.write_card.result.view}}' },
      on_fail: 'end',
    },
  ],
}
