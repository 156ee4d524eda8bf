import type { Clock, Instant } from '../ports/index.ts'
import type { FlowsTable, Tx } from '../store/index.ts'
import { blankRun, insertStep } from '../store/rows/flow-steps.ts'
import { insertFlow } from '../store/rows/flows.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { type FlowBounds, ownBounds } from './bounds.ts'
import { type CompiledStep, compileSteps } from './compile.ts'
import { durationMs, type TemplateDefinition } from './definition.ts'
import { writeFlowLog } from './log.ts'
import { resolve } from './mappings.ts'
import { checkParams, filled } from './params.ts'
import { runFlowWork } from './run-work.ts'

export type CreateDeps = { clock: Clock; newId: (prefix: string) => string; queue: WorkQueue }

export type StartFlow = {
  org: OrgId
  params: Record<string, unknown>
  /** Names and times that the hub's configuration gives to every flow. */
  settings: Record<string, unknown>
  requestedBy: string
  requestedFrom: string
  caseId?: string
  ticket?: string | null
  customerId?: string | null
  fence?: number | null
  /** What else the flow's context begins with. */
  context?: Record<string, unknown>
  /** In the words of whoever asked; the parameters where nobody wrote any. */
  request?: string
  planning?: { prompt: string | null; runId: string | null }
  parent?: { flowId: string; stepId: string; runs: number; branch: string | null; depth: number }
  replayOf?: string
  undoOf?: string
  /** How many flows' doings led here, where it is nobody's branch or sub-flow. */
  depth?: number
  /** At most one flow is ever started under it. */
  key?: string
}

/** A flow before it has rows: what a template, a plan, a branch or a replay compiles to. */
export type FlowPlan = {
  template: string | null
  version: number | null
  title: string
  deadlineMs: number
  /** In place of it, a time. */
  deadlineAt?: Instant
  bounds: Partial<FlowBounds>
  steps: readonly (CompiledStep & Partial<Pick<StepRow, RuntimeColumn>>)[]
  /** Where it begins: 0, but for a replay. */
  from?: number
}

type StepRow = Parameters<typeof insertStep>[0]
type RuntimeColumn = 'status' | 'runs' | 'input' | 'result' | 'user_response' | 'started_at' | 'completed_at'

/** How often a step that failed is tried again by itself, where it says nothing else about retries. */
const MAX_RETRIES = 3
/** What starts itself, as a sub-flow or by events and triggers, ends here. */
export const DEPTH_MAX = 5

const compiled = new WeakMap<TemplateDefinition, CompiledStep[]>()

/**
 * Makes a flow of a template: its steps become rows, so that a running flow keeps the version it started with.
 * Throws InputError for a missing or wrong parameter.
 * @returns undefined when the ticket already has an unfinished flow of this template, or the key a flow.
 */
export async function createFlow(
  deps: CreateDeps,
  tx: Tx,
  template: TemplateDefinition,
  start: StartFlow,
): Promise<FlowsTable | undefined> {
  return insertPlan(deps, tx, planOf(template, start.params), {
    ...start,
    params: filled(template, start.params),
  })
}

/** What a template compiles to with these parameters. Throws InputError as `createFlow` does. */
export function planOf(template: TemplateDefinition, params: Record<string, unknown>): FlowPlan {
  checkParams(template, params)
  const steps = compiled.get(template) ?? compileSteps(template.steps)
  compiled.set(template, steps)
  return {
    template: template.name,
    version: template.version,
    title: String(resolve(template.title, { params: filled(template, params) })).slice(0, 255),
    deadlineMs: msOf(template.deadline, template.name),
    bounds: ownBounds(template.bounds),
    steps,
  }
}

/** Writes a flow with its steps and first log line, and puts it into the queue. @returns undefined: see createFlow. */
export async function insertPlan(
  deps: CreateDeps,
  tx: Tx,
  plan: FlowPlan,
  start: StartFlow,
): Promise<FlowsTable | undefined> {
  const now = deps.clock.now()
  const id = deps.newId('flw')
  const { parent, planning } = start
  const from = plan.from ?? 0
  const flow: FlowsTable = {
    id,
    org: start.org,
    template: plan.template,
    template_version: plan.version,
    title: plan.title,
    original_request: start.request ?? JSON.stringify(start.params),
    status: 'pending',
    context: JSON.stringify({
      ...start.context,
      params: start.params,
      settings: start.settings,
      flow: { id },
    }),
    position: from,
    total_steps: plan.steps.length,
    completed_steps: plan.steps.filter(({ status }) => status === 'completed').length,
    steps_executed: 0,
    retry_count: 0,
    max_retries: MAX_RETRIES,
    last_error: null,
    outcome: null,
    requested_by: start.requestedBy,
    requested_from: start.requestedFrom,
    case_id: start.caseId ?? start.ticket ?? id,
    ticket: start.ticket ?? null,
    customer_id: start.customerId ?? null,
    fence: start.fence ?? null,
    waiting_for: 'its first step',
    waiting_until: null,
    deadline_at: plan.deadlineAt ?? now + plan.deadlineMs,
    planning_prompt: planning?.prompt ?? null,
    model_run_id: planning?.runId ?? null,
    entered_at: null,
    entered_runs: 0,
    bounds: JSON.stringify(plan.bounds),
    spent_usd: 0,
    spent_tokens: 0,
    steps_below: 0,
    parent_flow_id: parent?.flowId ?? null,
    parent_step_id: parent?.stepId ?? null,
    parent_runs: parent?.runs ?? null,
    branch: parent?.branch ?? null,
    depth: parent?.depth ?? start.depth ?? 0,
    replay_of: start.replayOf ?? null,
    undo_of: start.undoOf ?? null,
    fingerprint: null,
    start_key: start.key ?? null,
    waited_ms: 0,
    started_at: null,
    paused_at: null,
    completed_at: null,
    created_at: now,
    updated_at: now,
  }
  if ((await tx.run(insertFlow(flow))) === 0) return undefined
  for (const [position, step] of plan.steps.entries()) {
    await tx.run(insertStep({ ...freshStep(deps.newId('stp'), flow, position), ...step }))
  }
  const of = plan.template ? ` from template ${plan.template} v${plan.version}` : ''
  await writeFlowLog(tx, {
    id: deps.newId('log'),
    org: start.org,
    flowId: id,
    stepId: null,
    type: 'flow_created',
    message: `"${flow.title}"${of}, asked for by ${start.requestedBy}`,
    metadata: { params: start.params },
    actor: start.requestedBy,
    at: now,
  })
  await deps.queue.add(tx, runFlowWork, { flowId: id }, { org: start.org, caseId: flow.case_id, unique: id })
  return flow
}

/** What of a step's row its definition says nothing about. */
export function freshStep(
  id: string,
  flow: Pick<FlowsTable, 'id' | 'org' | 'updated_at' | 'parent_step_id'>,
  position: number,
) {
  return {
    id,
    org: flow.org,
    flow_id: flow.id,
    position,
    parent_step_id: flow.parent_step_id,
    status: 'pending',
    runs: 0,
    attempts: 0,
    ...blankRun,
    started_at: null,
    created_at: flow.updated_at,
    updated_at: flow.updated_at,
  }
}

function msOf(duration: string, template: string): number {
  const ms = durationMs(duration)
  if (ms === undefined) throw new Error(`template ${template}: "${duration}" is no duration`)
  return ms
}
