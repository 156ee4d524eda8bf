import { z } from 'zod'
import { type EventType, eventSchemas, nextEventAbout } from '../events/index.ts'
import { InputError, messageOf, Refused, retryOf, VendorError } from '../ops/errors.ts'
import type { Clock } from '../ports/index.ts'
import type { Decision, Skills } from '../skills/index.ts'
import type { FlowStepsTable, Store } from '../store/index.ts'
import type { Job } from '../work/index.ts'
import { holds } from './conditions.ts'
import { Condition, durationMs } from './definition.ts'
import { resolve, type Scope } from './mappings.ts'
import type { StepOutcome } from './outcome.ts'
import { type FlowState, scopeOf } from './state.ts'

// What the steps of each type find in their settings; built once, since building costs more than parsing.
const DecisionSettings = z.looseObject({ decision: z.string() })
const ConditionalSettings = z.looseObject({ condition: Condition })
const DelaySettings = z.looseObject({ for: z.string() })
const TimeoutSettings = z.looseObject({ on_timeout: z.int().nullable() })
const AskedFor = z.looseObject({ payload: z.record(z.string(), z.unknown()) })

export type StepDeps = {
  store: Store
  clock: Clock
  skills: Skills
  decisions: ReadonlyMap<string, Decision>
  /** Whether a person must approve contacts of this flow now. */
  approvalNeeded: (approvedBefore: boolean) => boolean
}

/** Executes one step as far as it goes now. What it throws is turned into an outcome here. */
export async function executeStep(
  deps: StepDeps,
  state: FlowState,
  step: FlowStepsTable,
  job: Job,
): Promise<{ outcome: StepOutcome; input: string | null }> {
  let input: Record<string, unknown> | null = null
  try {
    if (step.type === 'tool_call' || step.type === 'ai_decision') input = inputOf(step, scopeOf(state))
    const outcome = await executeByType(deps, state, step, input ?? {}, job)
    return { outcome, input: input && JSON.stringify(input) }
  } catch (error) {
    const outcome: StepOutcome =
      error instanceof Refused && error.until !== null
        ? { kind: 'held', until: error.until, why: error.message }
        : { kind: 'failed', code: codeOf(error), error: messageOf(error), retry: retryOf(error) }
    return { outcome, input: input && JSON.stringify(input) }
  }
}

async function executeByType(
  deps: StepDeps,
  state: FlowState,
  step: FlowStepsTable,
  input: Record<string, unknown>,
  job: Job,
): Promise<StepOutcome> {
  switch (step.type) {
    case 'tool_call':
      return toolCall(deps, state, step, input, job)
    case 'ai_decision':
      return aiDecision(deps, state, step, input)
    case 'conditional':
      return conditional(state, step)
    case 'wait_event':
      return waitEvent(deps, state, step)
    case 'delay':
      return delay(deps, state, step)
    case 'approval':
      return approval(deps, state, step)
    default:
      throw new InputError('unknown_step_type', `Steps of type "${step.type}" cannot be run.`)
  }
}

/** Static parameters and filled mappings, as the step's skill gets them. */
function inputOf(step: FlowStepsTable, scope: Scope): Record<string, unknown> {
  const filled = resolve(JSON.parse(step.param_mappings), scope)
  return { ...JSON.parse(step.input_params), ...(filled as Record<string, unknown>) }
}

/** The same execution of a step has the same cause, whatever crashed in between: effects happen once per cause. */
export const causeOf = (flowId: string, step: Pick<FlowStepsTable, 'position' | 'runs'>) =>
  `flow:${flowId}:${step.position}:${step.runs}`

async function toolCall(
  deps: StepDeps,
  state: FlowState,
  step: FlowStepsTable,
  input: Record<string, unknown>,
  job: Job,
): Promise<StepOutcome> {
  const { flow } = state
  const result = await deps.skills.act(step.skill ?? '', input, {
    org: job.org,
    cause: causeOf(flow.id, step),
    actor: 'ai',
    caseId: flow.case_id,
    flowId: flow.id,
    fence: flow.fence,
    depth: 1,
    log: job.log,
  })
  return { kind: 'done', result }
}

async function aiDecision(
  deps: StepDeps,
  state: FlowState,
  step: FlowStepsTable,
  input: Record<string, unknown>,
): Promise<StepOutcome> {
  const { decision: name } = DecisionSettings.parse(JSON.parse(step.settings))
  const decide = deps.decisions.get(name)
  if (!decide) throw new InputError('unknown_decision', `There is no decision "${name}".`)
  const result = await decide(input, {
    org: state.flow.org,
    flowId: state.flow.id,
    caseId: state.flow.case_id,
    customerId: state.flow.customer_id,
  })
  return { kind: 'done', result, by: 'ai' }
}

function conditional(state: FlowState, step: FlowStepsTable): StepOutcome {
  const { condition } = ConditionalSettings.parse(JSON.parse(step.settings))
  const verdict = holds(condition, scopeOf(state))
  return {
    kind: 'done',
    result: verdict,
    goto: verdict.holds ? step.on_success_goto : (step.on_fail_goto ?? step.position + 1),
  }
}

const eventType = z.enum(Object.keys(eventSchemas) as [EventType, ...EventType[]])
const WaitSettings = z.looseObject({
  event: eventType,
  correlation: z.string(),
  within: z.string(),
  waiting_for: z.string(),
  alternatives: z.array(z.object({ event: eventType, correlation: z.string(), goto: z.int() })),
})

async function waitEvent(deps: StepDeps, state: FlowState, step: FlowStepsTable): Promise<StepOutcome> {
  const scope = scopeOf(state)
  const settings = WaitSettings.parse(JSON.parse(step.settings))
  const waits = [{ ...settings, goto: null }, ...settings.alternatives].map((one) => ({
    type: one.event,
    correlation: String(resolve(one.correlation, scope)),
    goto: one.goto,
  }))
  for (const { type, correlation, goto } of waits) {
    const after = lastUsed(state, type)
    const found = await nextEventAbout(deps.store.read, state.flow.org, { type, subject: correlation, after })
    if (!found) continue
    const { type: _, ...payload } = found.event
    return {
      kind: 'done',
      result: { ...payload, eventId: found.id, occurredAt: found.occurredAt },
      event: { id: found.id, type, payload },
      goto,
    }
  }
  if (step.wait_until !== null) return parkedOrTimedOut(deps, step)
  return {
    kind: 'wait',
    status: 'waiting',
    waitingFor: settings.waiting_for,
    until: deps.clock.now() + durationOf(settings.within, scope),
    events: waits,
  }
}

/** Ids sort by time: an event is looked for that is younger than the flow and than the last one it used up. */
export function lastUsed(state: FlowState, type: EventType): string {
  return state.context.consumed?.[type] ?? `evt_${state.flow.id.slice(4)}`
}

function delay(deps: StepDeps, state: FlowState, step: FlowStepsTable): StepOutcome {
  const { for: span } = DelaySettings.parse(JSON.parse(step.settings))
  if (step.wait_until === null) {
    const until = deps.clock.now() + durationOf(span, scopeOf(state))
    return { kind: 'wait', status: 'waiting', waitingFor: `${step.title} to pass`, until }
  }
  return deps.clock.now() < step.wait_until ? { kind: 'parked' } : { kind: 'done', result: { waited: true } }
}

const ApprovalSettings = z.looseObject({
  policy: z.enum(['contacts', 'always']),
  role: z.string(),
  payload: z.record(z.string(), z.unknown()),
  editable: z.array(z.string()),
  within: z.string(),
})

/** What a person answered, as control.ts stored it. */
export const ApprovalAnswer = z.object({
  approved: z.boolean(),
  by: z.string(),
  at: z.number(),
  edit: z.record(z.string(), z.string()),
  note: z.string().nullable(),
})

function approval(deps: StepDeps, state: FlowState, step: FlowStepsTable): StepOutcome {
  const scope = scopeOf(state)
  const settings = ApprovalSettings.parse(JSON.parse(step.settings))
  if (step.user_response !== null) {
    const answer = ApprovalAnswer.parse(JSON.parse(step.user_response))
    if (!answer.approved) {
      const why = answer.note ? `: ${answer.note}` : ''
      return {
        kind: 'failed',
        code: 'rejected',
        error: `Rejected by ${answer.by}${why}`,
        retry: { when: 'never' },
        by: answer.by,
      }
    }
    const asked = AskedFor.parse(JSON.parse(step.result ?? '{}'))
    return {
      kind: 'done',
      result: {
        approved: true,
        by: answer.by,
        edited: Object.keys(answer.edit),
        payload: { ...asked.payload, ...answer.edit },
      },
      by: answer.by,
    }
  }
  if (step.wait_until !== null) return parkedOrTimedOut(deps, step)
  const payload = resolve(settings.payload, scope)
  const approvedBefore = state.steps.some(
    (other) => other.type === 'approval' && other.position !== step.position && wasApprovedByPerson(other),
  )
  if (settings.policy === 'contacts' && !deps.approvalNeeded(approvedBefore || wasApprovedEarlier(state))) {
    return {
      kind: 'done',
      result: { approved: true, by: 'policy', edited: [], payload },
      note: 'no approval needed',
    }
  }
  return {
    kind: 'wait',
    status: 'awaiting_user',
    waitingFor: `approval of "${step.title}" by an ${settings.role}`,
    until: deps.clock.now() + durationOf(settings.within, scope),
    result: { payload },
  }
}

const Approved = z.looseObject({ approved: z.literal(true), by: z.string() })

function wasApprovedByPerson(step: FlowStepsTable): boolean {
  if (step.status !== 'completed' || step.result === null) return false
  const approved = Approved.safeParse(JSON.parse(step.result))
  return approved.success && approved.data.by !== 'policy'
}

/** The same approval step may be passed again in a loop; its first answer is remembered in the context. */
const wasApprovedEarlier = (state: FlowState) => state.context.approvedOnce === true

function parkedOrTimedOut(deps: StepDeps, step: FlowStepsTable): StepOutcome {
  if (deps.clock.now() < (step.wait_until ?? 0)) return { kind: 'parked' }
  const settings = TimeoutSettings.parse(JSON.parse(step.settings))
  return {
    kind: 'failed',
    code: 'timeout',
    error: `Nothing came for "${step.title}" in time`,
    retry: { when: 'never' },
    goto: settings.on_timeout,
  }
}

function durationOf(text: string, scope: Scope): number {
  const filled = resolve(text, scope)
  const ms = durationMs(filled)
  if (ms === undefined)
    throw new InputError('bad_duration', `"${String(filled)}" is no duration like 90s, 5m, 24h or 14d.`)
  return ms
}

function codeOf(error: unknown): string {
  if (error instanceof VendorError || error instanceof InputError || error instanceof Refused)
    return error.code
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'unexpected'
}
