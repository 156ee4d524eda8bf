import type { EventType, HubEvent } from '../events/index.ts'
import type { Instant } from '../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../store/index.ts'
import { retryDelayMs } from '../work/index.ts'
import { durationMs } from './definition.ts'
import type { FlowLogType } from './log.ts'
import type { StepOutcome } from './outcome.ts'
import { type Context, type FlowState, StepSettings } from './state.ts'

/** A loop by goto may not run for ever. */
const STEPS_EXECUTED_MAX = 500
const DEFAULT_RETRIES = { attempts: 6, firstDelayMs: 2_000, factor: 3, maxDelayMs: 600_000 }

type LogLine = {
  type: FlowLogType
  message: string
  stepId: string | null
  metadata?: Record<string, unknown>
  actor?: string
}

/** What an outcome changes: rows to write, lines to log, events to raise, when to look again. Pure data. */
export type Transition = {
  flow: FlowsTable
  context: Context
  steps: FlowStepsTable[]
  logs: LogLine[]
  events: HubEvent[]
  waits: { stepId: string; type: EventType; correlation: string; until: Instant }[]
  /** A parked step is looked at again at this time. */
  timer: Instant | null
  /** The run itself ends and is to be repeated at this time. */
  again: { at: Instant; why: string } | null
}

/** The first step of a flow, or the one after a restart by a person, becomes the running one. */
export function begin(state: FlowState, now: Instant): Transition {
  const flow = { ...state.flow, started_at: state.flow.started_at ?? now }
  return enter({ ...state, flow }, state.flow.position, now, [], [])
}

/** What follows from what a step's execution came to. */
export function follow(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Exclude<StepOutcome, { kind: 'parked' }>,
  input: string | null,
  now: Instant,
  random: () => number,
): Transition {
  const settings = StepSettings.parse(JSON.parse(step.settings))
  switch (outcome.kind) {
    case 'done':
      return complete(state, step, outcome, settings, input, now)
    case 'failed':
      return fail(state, step, outcome, settings, input, now, random)
    case 'wait':
      return park(state, step, outcome, now)
    case 'held':
      return hold(state, step, { at: outcome.until, why: outcome.why }, 'step_held', outcome.why, now)
    default: {
      const unknown: never = outcome
      throw new Error(`unknown outcome ${JSON.stringify(unknown)}`)
    }
  }
}

function complete(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Extract<StepOutcome, { kind: 'done' }>,
  settings: StepSettings,
  input: string | null,
  now: Instant,
): Transition {
  const done: FlowStepsTable = {
    ...step,
    status: 'completed',
    input,
    result: JSON.stringify(outcome.result ?? null),
    error: null,
    completed_at: now,
    updated_at: now,
  }
  const { event } = outcome
  const context: Context = {
    ...state.context,
    ...(event
      ? {
          event: { ...event.payload, id: event.id },
          consumed: { ...state.context.consumed, [event.type]: event.id },
        }
      : {}),
    ...(step.type === 'approval' && outcome.by?.startsWith('user:') ? { approvedOnce: true } : {}),
  }
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
  const flow = { ...state.flow, outcome: settings.outcome ?? state.flow.outcome, last_error: null }
  const next = { flow, context, steps: withStep(state.steps, done) }
  const to = outcome.goto ?? (step.type === 'conditional' ? null : step.on_success_goto) ?? step.position + 1
  return enter(next, to, now, [done], logs)
}

function fail(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Extract<StepOutcome, { kind: 'failed' }>,
  settings: StepSettings,
  input: string | null,
  now: Instant,
  random: () => number,
): Transition {
  const firstDelayMs = durationMs(settings.retries?.first) ?? DEFAULT_RETRIES.firstDelayMs
  const policy = {
    attempts: settings.retries?.attempts ?? DEFAULT_RETRIES.attempts,
    firstDelayMs,
    factor: settings.retries?.factor ?? DEFAULT_RETRIES.factor,
    maxDelayMs: Math.max(DEFAULT_RETRIES.maxDelayMs, firstDelayMs),
  }
  if (outcome.retry.when !== 'never' && step.attempts < policy.attempts) {
    const plain = retryDelayMs(policy, step.attempts, random)
    const at = now + (outcome.retry.when === 'after' ? Math.max(plain, outcome.retry.ms) : plain)
    const retried = { ...step, attempts: step.attempts + 1, input, error: outcome.error }
    const why = `attempt ${retried.attempts} of ${policy.attempts} of "${step.title}" (${outcome.error})`
    return hold(state, retried, { at, why }, 'step_retrying', outcome.error, now)
  }
  const failed: FlowStepsTable = {
    ...step,
    status: 'failed',
    input,
    error: outcome.error,
    completed_at: now,
    updated_at: now,
  }
  const logs: LogLine[] = [
    {
      type: outcome.code === 'timeout' ? 'wait_timed_out' : 'step_failed',
      message: outcome.error,
      stepId: step.id,
      metadata: { code: outcome.code },
      ...(outcome.by ? { actor: outcome.by } : {}),
    },
  ]
  const failure = { step: step.name, title: step.title, code: outcome.code, error: outcome.error }
  const context: Context = {
    ...state.context,
    failure,
    // What was approved was refused and never went out: what is written instead is approved anew.
    ...(outcome.code.startsWith('refused_') ? { approvedOnce: false } : {}),
  }
  const next = {
    flow: { ...state.flow, last_error: outcome.error },
    context,
    steps: withStep(state.steps, failed),
  }
  const to = outcome.goto ?? settings.on_error[outcome.code] ?? step.on_fail_goto
  return to === null || to === undefined
    ? end(next, 'failed', now, [failed], logs)
    : enter(next, to, now, [failed], logs)
}

function park(
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
    logs: [
      {
        type: outcome.status === 'awaiting_user' ? 'approval_requested' : 'waiting',
        message: `waiting for ${outcome.waitingFor}`,
        stepId: step.id,
        metadata: { until: outcome.until },
      },
    ],
    events: [],
    waits: (outcome.events ?? []).map(({ type, correlation }) => ({
      stepId: step.id,
      type,
      correlation,
      until: outcome.until,
    })),
    timer: outcome.until,
    again: null,
  }
}

function hold(
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
    flow,
    context: state.context,
    steps: [{ ...step, updated_at: now }],
    logs: [{ type, message, stepId: step.id, metadata: { until: again.at } }],
    events: [],
    waits: [],
    timer: null,
    again,
  }
}

function enter(
  state: FlowState,
  to: number,
  now: Instant,
  changed: FlowStepsTable[],
  logs: LogLine[],
): Transition {
  const step = state.steps[to]
  if (!step) return end(state, 'completed', now, changed, logs)
  if (state.flow.steps_executed >= STEPS_EXECUTED_MAX) {
    const error = `More than ${STEPS_EXECUTED_MAX} steps were executed; the flow was stopped.`
    return end({ ...state, flow: { ...state.flow, last_error: error } }, 'failed', now, changed, logs)
  }
  const entered: FlowStepsTable = {
    ...step,
    status: 'running',
    runs: step.runs + 1,
    attempts: 1,
    input: null,
    result: null,
    error: null,
    user_response: null,
    wait_until: null,
    started_at: now,
    completed_at: null,
    updated_at: now,
  }
  const flow: FlowsTable = {
    ...state.flow,
    status: 'running',
    position: to,
    steps_executed: state.flow.steps_executed + 1,
    completed_steps: state.steps.filter((one) => one.status === 'completed').length,
    waiting_for: `"${step.title}" to be done`,
    waiting_until: null,
    updated_at: now,
  }
  return {
    flow,
    context: state.context,
    steps: [...changed, entered],
    logs: [...logs, { type: 'step_started', message: step.title, stepId: step.id }],
    events: [],
    waits: [],
    timer: null,
    again: null,
  }
}

function end(
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
    position: state.steps.length,
    completed_steps: state.steps.filter((one) => one.status === 'completed').length,
    waiting_for: null,
    waiting_until: null,
    completed_at: now,
    updated_at: now,
  }
  return {
    flow: status === 'failed' ? { ...flow, position: state.flow.position } : flow,
    context: state.context,
    steps: changed,
    logs: [
      ...logs,
      status === 'completed'
        ? { type: 'flow_completed', message: `completed: ${outcome}`, stepId: null }
        : { type: 'flow_failed', message: error, stepId: null },
    ],
    events: [
      status === 'completed'
        ? { type: 'flow_completed', flowId: flow.id, outcome }
        : { type: 'flow_failed', flowId: flow.id, error },
    ],
    waits: [],
    timer: null,
    again: null,
  }
}

const withStep = (steps: FlowStepsTable[], changed: FlowStepsTable) =>
  steps.map((step) => (step.id === changed.id ? changed : step))
