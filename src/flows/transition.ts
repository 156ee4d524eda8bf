import type { EventType, HubEvent } from '../events/index.ts'
import type { Instant } from '../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../store/index.ts'
import { enteredStep } from '../store/rows/flow-steps.ts'
import { retryDelayMs } from '../work/index.ts'
import { askedBefore, boundsAtStart, type FlowBounds, raised } from './bounds.ts'
import { durationMs } from './definition.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { FlowLogType, LogLine } from './log.ts'
import type { Child, StepOutcome } from './outcome.ts'
import { answerOf, type Prompt, short, waitingForAnswer } from './prompt.ts'
import { tooLargeContext, tooLargeResult } from './sizes.ts'
import { type Context, type FlowState, learn, StepSettings, settingsOf, usedUp } from './state.ts'
import type { Executed } from './steps/index.ts'
import { withSuggestions } from './suggest.ts'

/** For steps that say nothing else; how often is the flow's `max_retries`. Together they span a few minutes. */
const DEFAULT_RETRIES = { firstDelayMs: 5_000, factor: 6, maxDelayMs: 600_000 }

/** What an outcome changes: rows to write, lines to log, events to raise, when to look again. Pure data. */
export type Transition = {
  flow: FlowsTable
  context: Context
  /** To be written. */
  steps: FlowStepsTable[]
  /** The step that is entered: its row is written once it comes to something. */
  entered: FlowStepsTable | null
  logs: LogLine[]
  events: HubEvent[]
  waits: { stepId: string; type: EventType; correlation: string; until: Instant }[]
  children: Child[]
  /** A parked step is looked at again at this time. */
  timer: Instant | null
  /** The run itself ends and is to be repeated at this time. */
  again: { at: Instant; why: string } | null
}

/** The first step of a flow becomes the running one; `most`: the bounds that are configured. */
export function begin(state: FlowState, now: Instant, most: FlowBounds): Transition {
  const flow = { ...state.flow, started_at: now, bounds: boundsAtStart(state.flow, most) }
  return enter({ ...state, flow }, state.flow.position, now, [], [])
}

/** What follows from what a step's execution came to. */
export function follow(
  state: FlowState,
  step: FlowStepsTable,
  executed: Executed & { outcome: Exclude<StepOutcome, { kind: 'parked' }> },
  now: Instant,
  random: () => number,
): Transition {
  const { outcome, input, repairs } = executed
  const noted: FlowStepsTable = {
    ...step,
    input,
    repairs: repairs.length > 0 ? JSON.stringify(repairs) : step.repairs,
  }
  const transition = followOutcome(state, noted, outcome, now, random)
  // Tried again, it says nothing new.
  if (repairs.length === 0 || noted.repairs === step.repairs) return transition
  const changes = repairs.map(
    ({ param, from, to }) => `${param}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
  )
  const message = `put right before "${step.title}" ran: ${changes.join('; ')}`
  const line: LogLine = { type: 'params_repaired', message, stepId: step.id, metadata: { repairs } }
  return { ...transition, logs: [line, ...transition.logs] }
}

function followOutcome(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Exclude<StepOutcome, { kind: 'parked' }>,
  now: Instant,
  random: () => number,
): Transition {
  const settings = settingsOf(StepSettings, step)
  switch (outcome.kind) {
    case 'done': {
      const result = JSON.stringify(outcome.result ?? null)
      const context = contextAfter(state.context, step, outcome)
      const tooLarge =
        tooLargeResult(step.title, result) ??
        (context === state.context ? undefined : tooLargeContext(step.title, context))
      return tooLarge
        ? fail(state, step, { kind: 'failed', ...tooLarge, retry: { when: 'never' } }, settings, now, random)
        : complete(state, step, outcome, { result, context, settings }, now)
    }
    case 'failed':
      return fail(state, step, outcome, settings, now, random)
    case 'wait': {
      const tooLarge = tooLargeResult(step.title, JSON.stringify(outcome.result ?? null))
      return tooLarge
        ? fail(state, step, { kind: 'failed', ...tooLarge, retry: { when: 'never' } }, settings, now, random)
        : park(state, step, outcome, now)
    }
    case 'ask':
      return ask(state, step, outcome.prompt, now)
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
  const next = { flow, context, steps: withStep(state.steps, done) }
  const to = outcome.goto ?? (step.type === 'conditional' ? null : step.on_success_goto) ?? step.position + 1
  return enter(next, to, now, [done], logs)
}

/** The same object where the step taught the flow nothing. */
function contextAfter(
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

function fail(
  state: FlowState,
  step: FlowStepsTable,
  outcome: Extract<StepOutcome, { kind: 'failed' }>,
  settings: StepSettings,
  now: Instant,
  random: () => number,
): Transition {
  const firstDelayMs = durationMs(settings.retries?.first) ?? DEFAULT_RETRIES.firstDelayMs
  const policy = {
    attempts: settings.retries?.attempts ?? state.flow.max_retries + 1,
    firstDelayMs,
    factor: settings.retries?.factor ?? DEFAULT_RETRIES.factor,
    maxDelayMs: Math.max(DEFAULT_RETRIES.maxDelayMs, firstDelayMs),
  }
  if (outcome.retry.when !== 'never' && step.attempts < policy.attempts) {
    const plain = retryDelayMs(policy, step.attempts, random)
    const at = now + (outcome.retry.when === 'after' ? Math.max(plain, outcome.retry.ms) : plain)
    const retried = { ...step, attempts: step.attempts + 1, error: outcome.error, error_code: outcome.code }
    const why = `attempt ${retried.attempts} of ${policy.attempts} of "${step.title}" (${outcome.error})`
    const counted = { ...state, flow: { ...state.flow, retry_count: state.flow.retry_count + 1 } }
    return hold(counted, retried, { at, why }, 'step_retrying', outcome.error, now)
  }
  const failed: FlowStepsTable = {
    ...step,
    status: 'failed',
    error: outcome.error,
    error_code: outcome.code,
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
    ...(outcome.learned ? learn(state.context, outcome.learned) : state.context),
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

const asked = (flow: FlowsTable, step: FlowStepsTable): HubEvent => ({
  type: 'flow_input_required',
  flowId: flow.id,
  stepId: step.id,
  moment: 'asked',
})

/** A step that asked somebody and does not any more: whoever was told of the question hears that it is settled. */
export function settling(step: FlowStepsTable, transition: Transition): Transition {
  const isSettled = step.status === 'awaiting_user' && transition.flow.status !== 'awaiting_user'
  if (!isSettled) return transition
  const event: HubEvent = { type: 'flow_input_closed', flowId: transition.flow.id, stepId: step.id }
  return { ...transition, events: [event, ...transition.events] }
}

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

const nothing = (flow: FlowsTable, context: Context): Transition => ({
  flow,
  context,
  steps: [],
  entered: null,
  logs: [],
  events: [],
  waits: [],
  children: [],
  timer: null,
  again: null,
})

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
    ...nothing(flow, state.context),
    steps: [{ ...step, status: 'running', updated_at: now }],
    logs: [{ type, message, stepId: step.id, metadata: { until: again.at } }],
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
        ? { type: 'flow_completed', message: `completed: ${outcome}`, stepId: null }
        : { type: 'flow_failed', message: error, stepId: null },
    ],
    events: [
      status === 'completed'
        ? { type: 'flow_completed', ...about, outcome }
        : { type: 'flow_failed', ...about, error },
    ],
  }
}

const withStep = (steps: FlowStepsTable[], changed: FlowStepsTable) =>
  steps.map((step) => (step.id === changed.id ? changed : step))
