import type { FlowStepsTable } from '../store/index.ts'

/** What might be done next: `action` is a skill, a template, or a request in words. */
export type Suggestion = { type: 'suggestion'; message: string; action: string }

const MOST = 5

/** By what was done; the first that fit are shown. */
const AFTER: readonly { skills: readonly string[]; message: string; action: string }[] = [
  { skills: ['send_email'], message: 'Follow up if there is no reply?', action: 'follow_up_no_reply' },
  { skills: ['place_call'], message: 'See how the call went?', action: 'GET /api/v1/calls' },
  { skills: ['create_task'], message: 'Tell the team about the new task?', action: 'post_chat' },
  { skills: ['update_task', 'create_comment'], message: 'Tell the team what changed?', action: 'post_chat' },
  {
    skills: ['update_ticket', 'comment_ticket'],
    message: 'Write to the customer about it?',
    action: 'send_email',
  },
  { skills: ['create_escalation'], message: 'Claim the escalation?', action: 'GET /api/v1/escalations' },
]

const SAVE: Suggestion = {
  type: 'suggestion',
  message: 'Keep this flow as a template for the next time?',
  action: 'POST /api/v1/ai/flow-templates',
}

type Done = Pick<FlowStepsTable, 'type' | 'skill' | 'status'>

/**
 * What to suggest once a flow is over: what its planner thought of, then what follows from the skills that ran, and
 * for one that was planned to keep it. Nothing is suggested twice.
 */
export function suggestionsAfter(
  steps: readonly Done[],
  { planned, own }: { planned: boolean; own: readonly Suggestion[] },
): Suggestion[] {
  const ran = new Set(steps.flatMap(({ status, skill }) => (status === 'completed' && skill ? [skill] : [])))
  if (ran.size === 0) return [...own]
  const derived = AFTER.filter(({ skills, action }) => skills.some((one) => ran.has(one)) && !ran.has(action))
  const all = [
    ...own,
    ...derived.map(({ message, action }): Suggestion => ({ type: 'suggestion', message, action })),
    ...(planned ? [SAVE] : []),
  ]
  const first = all.filter((one, index) => all.findIndex(({ action }) => action === one.action) === index)
  return first.slice(0, MOST)
}
