import type { FlowStepsTable, FlowsTable } from '../store/index.ts'
import type { Context } from './state.ts'

/** What might be done next: `action` names a skill, a template, or one of those below. */
export type Suggestion = { type: 'suggestion'; message: string; action: string }

const MOST = 5

/** By what was done. */
const AFTER: readonly { skills: readonly string[]; message: string; action: string }[] = [
  { skills: ['send_email'], message: 'Follow up if there is no reply?', action: 'follow_up_no_reply' },
  { skills: ['place_call'], message: 'See how the call went?', action: 'open_calls' },
  { skills: ['create_task'], message: 'Tell the team about the new task?', action: 'post_chat' },
  { skills: ['update_task', 'create_comment'], message: 'Tell the team what changed?', action: 'post_chat' },
  { skills: ['update_ticket'], message: 'Write to the customer about it?', action: 'send_email' },
  { skills: ['create_escalation'], message: 'Take the escalation?', action: 'claim_escalation' },
]

const KEEP: Suggestion = {
  type: 'suggestion',
  message: 'Keep this flow as a template for the next time?',
  action: 'save_as_template',
}

type Ended = {
  flow: Pick<FlowsTable, 'template' | 'outcome' | 'parent_flow_id' | 'replay_of' | 'undo_of'>
  steps: readonly Pick<FlowStepsTable, 'status' | 'skill'>[]
  context: Context
}

/**
 * The context of a flow that is completed, with what might be done next: what its planner thought of, then what
 * follows from the skills that ran, and to keep what was planned. The same context where there is nothing to say.
 */
export function withSuggestions({ flow, steps, context }: Ended): Context {
  const own = context.suggestions ?? []
  const isPart = flow.parent_flow_id !== null || flow.undo_of !== null
  const suggestions = isPart || flow.outcome === 'declined' ? [] : [...own, ...following(flow, steps)]
  if (suggestions.length === 0 && own.length === 0) return context
  return { ...context, suggestions: distinct(suggestions).slice(0, MOST) }
}

function following(flow: Ended['flow'], steps: Ended['steps']): Suggestion[] {
  const ran = new Set(steps.flatMap(({ status, skill }) => (status === 'completed' && skill ? [skill] : [])))
  const derived = AFTER.filter(
    ({ skills, action }) => !ran.has(action) && skills.some((skill) => ran.has(skill)),
  ).map(({ message, action }): Suggestion => ({ type: 'suggestion', message, action }))
  const wasPlanned = flow.template === null && flow.replay_of === null && ran.size > 0
  return wasPlanned ? [...derived, KEEP] : derived
}

/** One for each action, the first. */
function distinct(all: readonly unknown[]): unknown[] {
  const actionOf = (one: unknown) =>
    typeof one === 'object' && one !== null && 'action' in one ? one.action : one
  return all.filter((one, index) => all.findIndex((other) => actionOf(other) === actionOf(one)) === index)
}
