import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { enteredStep } from '../../store/rows/flow-steps.ts'
import { boundsAtStart, type FlowBounds } from '../bounds.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { LogLine } from '../log.ts'
import type { FlowState } from '../state.ts'
import { withSuggestions } from '../suggest.ts'
import { nothing, type Transition } from './transition.ts'

/** The first step of a flow becomes the running one; `most`: the bounds that are configured. */
export function begin(state: FlowState, now: Instant, most: FlowBounds): Transition {
  const flow = { ...state.flow, started_at: now, bounds: boundsAtStart(state.flow, most) }
  return enter({ ...state, flow }, state.flow.position, now, [], [])
}

/** The step at a position becomes the running one; behind the last one the flow is completed. `changed`, `logs`: of the step before. */
export function enter(
  state: FlowState,
  to: number,
  now: Instant,
  changed: FlowStepsTable[],
  logs: LogLine[],
): Transition {
  const step = state.steps[to]
  if (!step) return end(state, 'completed', now, changed, logs)
  const runs = step.runs + 1
  const flow: FlowsTable = {
    ...state.flow,
    status: 'running',
    position: to,
    entered_at: now,
    entered_runs: runs,
    steps_executed: state.flow.steps_executed + 1,
    completed_steps: state.steps.filter((one) => one.status === 'completed').length,
    waiting_for: `"${step.title}" to be done`,
    waiting_until: null,
    updated_at: now,
  }
  return {
    ...nothing(flow, state.context),
    steps: changed,
    entered: enteredStep(step, runs, now),
    logs: [...logs, { type: 'step_started', message: step.title, stepId: step.id }],
  }
}

/** The flow is over. */
export function end(
  state: FlowState,
  status: 'completed' | 'failed',
  now: Instant,
  changed: FlowStepsTable[],
  logs: LogLine[],
): Transition {
  const outcome = state.flow.outcome ?? status
  const error = state.flow.last_error ?? 'a step failed'
  const flow: FlowsTable = {
    ...state.flow,
    status,
    outcome: status === 'failed' ? 'failed' : outcome,
    fingerprint: status === 'failed' ? fingerprintOf(state.flow, state.context.failure) : null,
    position: state.steps.length,
    completed_steps: state.steps.filter((one) => one.status === 'completed').length,
    waiting_for: null,
    waiting_until: null,
    completed_at: now,
    updated_at: now,
  }
  const about = { flowId: flow.id, template: flow.template, ticket: flow.ticket }
  return {
    ...(status === 'failed'
      ? nothing({ ...flow, position: state.flow.position }, state.context)
      : nothing(flow, withSuggestions({ ...state, flow }))),
    steps: changed,
    logs: [
      ...logs,
      status === 'completed'
        ? { type: 'flow_completed', message: completed(outcome), stepId: null }
        : { type: 'flow_failed', message: error, stepId: null },
    ],
    events: [
      status === 'completed'
        ? { type: 'flow_completed', ...about, outcome }
        : { type: 'flow_failed', ...about, error },
    ],
  }
}

const completed = (outcome: string) => (outcome === 'completed' ? outcome : `completed: ${outcome}`)
