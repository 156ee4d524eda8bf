import type { StepInput } from '../definition.ts'

/**
 * Sequences of steps that templates about a ticket share. What cannot go on by itself goes to `brief`, the first
 * step of `toPerson`; a template that uses one of these has that one too, and a step `profile`.
 */

const customer = { customerId: '{{flow.customerId}}' }
const ticket = { ticket: '{{params.ticket}}' }

/** Reads who the customer is and what they asked before. */
export const profile: StepInput = {
  name: 'profile',
  type: 'tool_call',
  title: 'Profile the customer',
  skill: 'build_profile',
  input: { ...customer, ...ticket },
  on_fail: 'brief',
}

/** Writes, has approved and sends one mail: three steps under a common name. */
export function mail(
  name: string,
  title: string,
  draft: { kind: string; situation?: unknown },
  next: { sent: string; moved: string },
): StepInput[] {
  return [
    {
      name: `draft_${name}`,
      type: 'tool_call',
      title: `Write ${title}`,
      skill: 'draft_email',
      input: { ...customer, ...ticket, language: '{{steps.profile.result.language}}', ...draft },
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
        ...customer,
        ...ticket,
        kind: `{{steps.draft_${name}.result.kind}}`,
        language: `{{steps.draft_${name}.result.language}}`,
        subject: `{{steps.approve_${name}.result.payload.subject}}`,
        text: `{{steps.approve_${name}.result.payload.text}}`,
        ticketVersion: `{{steps.draft_${name}.result.ticketVersion}}`,
      },
      on_success: next.sent,
      // The ticket moved since the draft: what was written is void.
      on_error: { refused_ticket_moved: next.moved },
      on_fail: 'brief',
    },
  ]
}

/** Waits for the customer's answer, which `read_reply` reads; a mail that comes back ends the wait as well. */
export function waitForReply(name: string, within: string, onTimeout: string): StepInput {
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

/** Goes to another step where a condition holds, else on to the next one. */
export function when(
  name: string,
  title: string,
  condition: Extract<StepInput, { type: 'conditional' }>['condition'],
  to: string,
): StepInput {
  return { name, type: 'conditional', title, condition, on_success: to }
}

/** Goes to another step in any case. */
export const goOn = (name: string, title: string, to: string) =>
  when(name, title, { if: '{{flow.id}}', exists: true }, to)

export const readReply: StepInput = {
  name: 'read_reply',
  type: 'ai_decision',
  title: 'Read the reply',
  decision: 'reply',
  input: { messageId: '{{event.messageId}}' },
  on_fail: 'brief',
}

export const replyIs = (name: string, title: string, kind: string, to: string) =>
  when(name, title, { if: '{{steps.read_reply.result.kind}}', eq: kind }, to)

/** From the number in a reply to the end of the call, and the ticket closed where that settled it. */
export const callAndClose: StepInput[] = [
  {
    name: 'record_phone',
    type: 'tool_call',
    title: 'Note phone number and consent',
    skill: 'record_phone',
    input: {
      ...customer,
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
    input: { ...customer, ...ticket, language: '{{steps.profile.result.language}}' },
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
    input: { ...customer, ...ticket, pack: '{{steps.prepare_call.result.pack}}' },
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
    input: { ...ticket, status: 'solved', note: '{{steps.judge_call.result.note}}' },
    outcome: 'resolved',
    on_success: 'write_card',
    on_fail: 'brief',
  },
]

/** Asks once more for what a reply left open, and waits at `wait_reply` again. */
export const askAgain: StepInput[] = [
  when('asked_again', 'Did we ask again before?', { if: '{{steps.send_clarify.runs}}', gte: 1 }, 'brief'),
  ...mail(
    'clarify',
    'the question back',
    { kind: 'clarify_phone', situation: '{{steps.read_reply.result.situation}}' },
    { sent: 'wait_reply', moved: 'draft_clarify' },
  ),
]

/** One reminder, then a longer wait. */
export const remind: StepInput[] = [
  when('reminded', 'Did we remind them before?', { if: '{{steps.send_reminder.runs}}', gte: 1 }, 'brief'),
  ...mail('reminder', 'the reminder', { kind: 'reminder' }, { sent: 'wait_longer', moved: 'draft_reminder' }),
  waitForReply('wait_longer', '{{settings.replyAfterReminderMs}}ms', 'brief'),
]

/** Answers questions in writing, twice at most, and waits at `wait_reply` again. */
export const answerInWriting: StepInput[] = [
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
]

/** No more messages, in their own words; a person decides what now. */
export const recordOptOut: StepInput = {
  name: 'record_opt_out',
  type: 'tool_call',
  title: 'Note that they want no more messages',
  skill: 'record_refusal',
  input: {
    ...customer,
    what: 'contact:all',
    words: '{{steps.read_reply.result.words ?? "(opted out)"}}',
    messageId: '{{steps.read_reply.result.messageId}}',
  },
  on_success: 'brief',
  on_fail: 'brief',
}

/** No call by an AI; `goOn`: where it goes on in writing if they want that. */
export const recordRefusal = (goOn: string): StepInput[] => [
  {
    name: 'record_refusal',
    type: 'tool_call',
    title: 'Note that no AI may call',
    skill: 'record_refusal',
    input: {
      ...customer,
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
    on_success: goOn,
    on_fail: 'brief',
  },
]

/** The ticket goes to people, with why and what was tried; after a call (`callAndClose`), with that call. */
export const toPerson = ({ called }: { called: boolean }): StepInput[] => [
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
    input: { ...ticket, note: '{{steps.brief.result.note}}' },
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
      ...ticket,
      ...customer,
      ...(called ? { callId: '{{steps.place_call.result.callId ?? null}}' } : {}),
    },
    outcome: 'escalated',
  },
]

/** The team sees how it ended. */
export const tellTeam: StepInput[] = [
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
]
