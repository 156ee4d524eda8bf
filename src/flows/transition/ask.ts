import type { HubEvent } from '../../events/index.ts'
import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { askedBefore, raised } from '../bounds.ts'
import type { LogLine } from '../log.ts'
import { answerOf, type Prompt, short, waitingForAnswer } from '../prompt.ts'
import { type FlowState, StepSettings, settingsOf } from '../state.ts'
import { fail } from './fail.ts'
import { nothing, type Transition } from './transition.ts'
import { asked, park } from './wait.ts'

/** Parks a step until somebody has answered; people hear of it by the event. */
export function ask(state: FlowState, step: FlowStepsTable, prompt: Prompt, now: Instant): Transition {
  const parked = park(
    state,
    { ...step, prompt: JSON.stringify(prompt), user_response: null },
    {
      kind: 'wait',
      status: 'awaiting_user',
      waitingFor: waitingForAnswer(prompt),
      until: prompt.until,
    },
    now,
  )
  const logs: LogLine[] = [
    {
      type: prompt.why === 'bound' ? 'bound_reached' : 'prompt_asked',
      message: prompt.message,
      stepId: step.id,
      metadata: { why: prompt.why, type: prompt.type, until: prompt.until, otherwise: prompt.otherwise },
    },
  ]
  return {
    ...parked,
    logs,
    events: [asked(state.flow, step)],
    timer: prompt.remind_at !== null && prompt.remind_at < prompt.until ? prompt.remind_at : prompt.until,
  }
}

/** The reminder that a prompt announced: people hear of it once more. */
export function remind(state: FlowState, step: FlowStepsTable, prompt: Prompt, now: Instant): Transition {
  const reminded = JSON.stringify({ ...prompt, reminded: true })
  return {
    ...nothing({ ...state.flow, updated_at: now }, state.context),
    steps: [{ ...step, prompt: reminded, updated_at: now }],
    logs: [{ type: 'prompt_reminded', message: `still waiting: ${short(prompt.message)}`, stepId: step.id }],
    events: [{ type: 'flow_input_required', flowId: state.flow.id, stepId: step.id, moment: 'reminded' }],
    timer: prompt.until,
  }
}

/** A step that asked somebody and does not any more: whoever was told of the question hears that it is settled. */
export function settling(step: FlowStepsTable, transition: Transition): Transition {
  const isSettled = step.status === 'awaiting_user' && transition.flow.status !== 'awaiting_user'
  if (!isSettled) return transition
  const event: HubEvent = { type: 'flow_input_closed', flowId: transition.flow.id, stepId: step.id }
  return { ...transition, events: [event, ...transition.events] }
}

/** What a person's answer to a reached bound means: more room, or the end. Without one in time, the end as well. */
export function answerToBound(
  state: FlowState,
  step: FlowStepsTable,
  prompt: Prompt,
  now: Instant,
): Transition {
  const answer = answerOf(step)
  if (answer?.value !== 'yes' || prompt.bound === null) {
    const why = answer
      ? { code: 'bound_declined', error: `${answer.by} did not let it go on: ${prompt.message}` }
      : { code: 'bound_reached', error: `Nobody answered in time: ${prompt.message}` }
    const failed = { kind: 'failed', ...why, retry: { when: 'never' }, goto: null } as const
    const settings = { ...settingsOf(StepSettings, step), on_error: {} }
    return fail(state, { ...step, on_fail_goto: null }, failed, settings, now, () => 0)
  }
  const running: FlowStepsTable = {
    ...step,
    ...askedBefore(prompt),
    status: 'running',
    wait_until: null,
    result: null,
    updated_at: now,
  }
  const flow: FlowsTable = {
    ...state.flow,
    bounds: JSON.stringify(raised(state.flow, prompt.bound)),
    status: 'running',
    waiting_for: `"${step.title}" to be done`,
    waiting_until: null,
    updated_at: now,
  }
  return { ...nothing(flow, state.context), steps: [running] }
}
