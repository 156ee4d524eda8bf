import type { HubEvent } from '../../events/index.ts'
import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import type { FlowLogType, LogLine } from '../log.ts'
import type { StepOutcome } from '../outcome.ts'
import type { FlowState } from '../state.ts'
import { nothing, type Transition } from './transition.ts'

/** A step waits in rows, until something ends its wait or its time is up. */
export function park(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Extract<StepOutcome, { kind: 'wait' }>,
  now: Instant,
): Transition {
  const parked: FlowStepsTable = {
    ...step,
    status: outcome.status,
    wait_until: outcome.until,
    result: outcome.result === undefined ? null : JSON.stringify(outcome.result),
    updated_at: now,
  }
  const flow: FlowsTable = {
    ...state.flow,
    status: outcome.status,
    waiting_for: outcome.waitingFor,
    waiting_until: outcome.until,
    paused_at: now,
    updated_at: now,
  }
  return {
    flow,
    context: state.context,
    steps: [parked],
    entered: null,
    // Parked before: only what it waits for is put in other words.
    logs: step.status === outcome.status ? [] : [waitingLine(step, outcome)],
    events:
      outcome.status === 'awaiting_user' && step.status !== outcome.status ? [asked(state.flow, step)] : [],
    waits: (outcome.events ?? []).map(({ type, correlation }) => ({
      stepId: step.id,
      type,
      correlation,
      until: outcome.until,
    })),
    children: outcome.children ?? [],
    timer: outcome.until,
    again: null,
  }
}

const waitingLine = (step: FlowStepsTable, wait: Extract<StepOutcome, { kind: 'wait' }>): LogLine => ({
  type: wait.status === 'awaiting_user' ? 'approval_requested' : 'waiting',
  message: `waiting for ${wait.waitingFor}`,
  stepId: step.id,
  metadata: { until: wait.until },
})

export const asked = (flow: FlowsTable, step: FlowStepsTable): HubEvent => ({
  type: 'flow_input_required',
  flowId: flow.id,
  stepId: step.id,
  moment: 'asked',
})

/** The same execution is made again at a time: after a failure, or once a gate opens. */
export function hold(
  state: FlowState,
  step: FlowStepsTable,
  again: { at: Instant; why: string },
  type: FlowLogType,
  message: string,
  now: Instant,
): Transition {
  const flow: FlowsTable = {
    ...state.flow,
    status: type === 'step_held' ? 'waiting' : 'running',
    waiting_for: again.why,
    waiting_until: again.at,
    last_error: type === 'step_held' ? state.flow.last_error : message,
    updated_at: now,
  }
  return {
    ...nothing(flow, state.context),
    steps: [{ ...step, status: 'running', updated_at: now }],
    logs: [{ type, message, stepId: step.id, metadata: { until: again.at } }],
    again,
  }
}
