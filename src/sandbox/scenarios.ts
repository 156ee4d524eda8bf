import type { TaskStatus } from '../ports/tasks.ts'
import type { NewTask } from './control.ts'
import type { CallMood, MailPersona, ModelMood } from './world.ts'

export type Scenario = TicketScenario | RequestScenario

/** A way the main job can go: whose ticket, how they behave, and what must have come of it. */
export type TicketScenario = {
  name: string
  title: string
  /** Whose newest open ticket is assigned to AI. */
  customer: string
  mail: MailPersona
  call: CallMood
  model: ModelMood
  /** How many calls pass unanswered before somebody who does not answer picks up. */
  unansweredCalls: number
  outcome: 'resolved' | 'escalated'
  /** Steps that must have happened, by name. */
  steps: readonly string[]
  /** What must have reached the customer. */
  mails: number
  calls: number
}

/** A request in words, what it finds at the task desk, what a person answers, and what must have come of it. */
export type RequestScenario = {
  name: string
  title: string
  request: string
  /** Tasks that are there beside those of the sample company. */
  tasks: readonly NewTask[]
  /** With what the label begins that is chosen where a choice is asked for. */
  choose?: string
  /** What is answered where words are asked for. */
  write?: string
  outcome: 'completed'
  /** Tasks as they must be at the end, with all their comments. */
  leaves: readonly { title: string; status: TaskStatus; comments: readonly string[] }[]
}

const ABHISHEK = 'abhishek.rao@raotextiles.example'
const toTheCall = [
  'profile',
  'draft_mail',
  'send_mail',
  'wait_reply',
  'read_reply',
  'record_phone',
  'place_call',
  'wait_call',
  'judge_call',
]
const toAPerson = ['brief', 'hand_over', 'escalate', 'tell_team']
const agreeable = {
  customer: ABHISHEK,
  mail: 'agrees',
  call: 'agrees',
  model: 'obedient',
  unansweredCalls: 1,
} as const

export const scenarios: readonly Scenario[] = [
  {
    ...agreeable,
    name: 'resolved',
    title: 'Abhishek gives his number, is called, and all is settled',
    outcome: 'resolved',
    steps: [...toTheCall, 'close_ticket', 'tell_team'],
    mails: 1,
    calls: 1,
  },
  {
    ...agreeable,
    name: 'escalated',
    title: 'On the phone he is angry and wants a person',
    call: 'angry',
    outcome: 'escalated',
    steps: [...toTheCall, ...toAPerson],
    mails: 1,
    calls: 1,
  },
  {
    ...agreeable,
    name: 'no_phone',
    title: 'He never replies: reminded after a day, handed to a person after three',
    mail: 'silent',
    outcome: 'escalated',
    steps: ['profile', 'send_mail', 'send_reminder', ...toAPerson],
    mails: 2,
    calls: 0,
  },
  {
    ...agreeable,
    name: 'no_answer',
    title: 'He gives his number but never picks up: called again, then a staff task',
    call: 'no_answer',
    unansweredCalls: 99,
    outcome: 'escalated',
    steps: [...toTheCall, ...toAPerson],
    mails: 1,
    calls: 4,
  },
  {
    ...agreeable,
    name: 'second_try',
    title: 'He does not pick up at first; a quarter of an hour later he does',
    call: 'no_answer',
    outcome: 'resolved',
    steps: [...toTheCall, 'close_ticket', 'tell_team'],
    mails: 1,
    calls: 2,
  },
  {
    ...agreeable,
    name: 'angry_email',
    title: 'His reply is angry and asks for a person',
    mail: 'angry',
    outcome: 'escalated',
    steps: ['profile', 'send_mail', 'wait_reply', 'read_reply', ...toAPerson],
    mails: 1,
    calls: 0,
  },
  {
    ...agreeable,
    name: 'three_numbers',
    title: 'His reply holds three numbers: one polite question back, then the call',
    mail: 'three_numbers',
    outcome: 'resolved',
    steps: ['profile', 'send_mail', 'read_reply', 'send_clarify', 'place_call', 'close_ticket', 'tell_team'],
    mails: 2,
    calls: 1,
  },
  {
    ...agreeable,
    name: 'opts_out',
    title: 'He wants no more messages: noted, nothing more goes out',
    mail: 'opts_out',
    outcome: 'escalated',
    steps: ['profile', 'send_mail', 'read_reply', 'record_opt_out', ...toAPerson],
    mails: 1,
    calls: 0,
  },
  {
    ...agreeable,
    name: 'model_nonsense',
    title: 'The model answers nonsense: template mail, rules read the reply, a person judges the call',
    model: 'nonsense',
    outcome: 'escalated',
    steps: ['profile', 'draft_mail', 'send_mail', 'read_reply', ...toAPerson],
    mails: 1,
    calls: 1,
  },
  {
    name: 'task_flow',
    title: 'A request in words is planned, shown, and carried out at the task desk',
    request: "Find task 'Landing page', add comment 'Done!', mark as complete",
    tasks: [],
    outcome: 'completed',
    leaves: [{ title: 'Landing page', status: 'done', comments: ['Done!'] }],
  },
  {
    name: 'task_choice',
    title: 'The same request, with three tasks that could be meant: a person chooses',
    request: "Find task 'Landing page', add comment 'Done!', mark as complete",
    tasks: [
      { title: 'Landing page for the spring offer', project: 'Website' },
      { title: 'Landing page in Portuguese', project: 'Website', status: 'working' },
    ],
    choose: 'Landing page in Portuguese',
    outcome: 'completed',
    leaves: [
      { title: 'Landing page in Portuguese', status: 'done', comments: ['Done!'] },
      { title: 'Landing page for the spring offer', status: 'todo', comments: [] },
      { title: 'Landing page', status: 'todo', comments: [] },
    ],
  },
]
