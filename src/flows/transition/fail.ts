import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { retryDelayMs } from '../../work/index.ts'
import { durationMs } from '../definition.ts'
import type { LogLine } from '../log.ts'
import type { StepOutcome } from '../outcome.ts'
import { type Context, type FlowState, learn, type StepSettings } from '../state.ts'
import { end, enter } from './enter.ts'
import type { Transition } from './transition.ts'
import { hold } from './wait.ts'

/** For steps that say nothing else; how often is the flow's `max_retries`. Together they span a few minutes. */
const DEFAULT_RETRIES = { firstDelayMs: 5_000, factor: 6, maxDelayMs: 600_000 }

/** A step failed: it is tried again, the flow goes on where that leads, or fails with it. */
export function fail(
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
    steps: state.steps.with(step.position, failed),
  }
  const to = outcome.goto ?? settings.on_error[outcome.code] ?? step.on_fail_goto
  return to === null || to === undefined
    ? end(next, 'failed', now, [failed], logs)
    : enter(next, to, now, [failed], logs)
}
