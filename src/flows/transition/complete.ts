import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import type { LogLine } from '../log.ts'
import type { StepOutcome } from '../outcome.ts'
import { type Context, type FlowState, learn, type StepSettings, usedUp } from '../state.ts'
import { enter } from './enter.ts'
import type { Transition } from './transition.ts'

/** A step did what it is there for: the flow goes on where that leads. */
export function complete(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Extract<StepOutcome, { kind: 'done' }>,
  { result, context, settings }: { result: string; context: Context; settings: StepSettings },
  now: Instant,
): Transition {
  const done: FlowStepsTable = {
    ...step,
    status: 'completed',
    result,
    error: null,
    error_code: null,
    completed_at: now,
    updated_at: now,
  }
  const { event } = outcome
  const logs: LogLine[] = []
  if (event) {
    logs.push({
      type: 'event_received',
      message: `${event.type} came`,
      stepId: step.id,
      metadata: { event: event.id },
    })
  }
  logs.push({
    type: 'step_completed',
    message: outcome.note ? `${step.title}: ${outcome.note}` : step.title,
    stepId: step.id,
    metadata: { ms: now - (step.started_at ?? now) },
    ...(outcome.by ? { actor: outcome.by } : {}),
  })
  const flow = {
    ...state.flow,
    outcome: outcome.outcome ?? settings.outcome ?? state.flow.outcome,
    last_error: null,
  }
  const next = { flow, context, steps: state.steps.with(step.position, done) }
  const to = outcome.goto ?? (step.type === 'conditional' ? null : step.on_success_goto) ?? step.position + 1
  return enter(next, to, now, [done], logs)
}

/** What the flow knows then: the same object where the step taught the flow nothing. */
export function contextAfter(
  before: Context,
  step: FlowStepsTable,
  { event, learned, by }: Extract<StepOutcome, { kind: 'done' }>,
): Context {
  let context = learned ? learn(before, learned) : before
  if (event) {
    const consumed = usedUp(context.consumed, event)
    context = { ...context, event: { ...event.payload, id: event.id }, consumed }
  }
  if (step.type === 'approval' && by?.startsWith('user:')) context = { ...context, approvedOnce: true }
  return context
}
