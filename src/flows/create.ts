import { InputError } from '../ops/errors.ts'
import type { Clock } from '../ports/index.ts'
import type { FlowStepsTable, FlowsTable, Tx } from '../store/index.ts'
import { insertStep } from '../store/rows/flow-steps.ts'
import { insertFlow } from '../store/rows/flows.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { durationMs, type StepDefinition, type TemplateDefinition } from './definition.ts'
import { writeFlowLog } from './log.ts'
import { hasMapping, mapPaths, resolve } from './mappings.ts'
import { runFlowWork } from './run-work.ts'

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
}

/** A position one past the last step: the flow is over when it gets there. */
const END = 'end'
const MAX_RETRIES = 3

/**
 * Makes a flow of a template: its steps become rows, so that a running flow keeps the version it started with.
 * Names in gotos and mappings become positions. Throws InputError for a missing or wrong parameter.
 * @returns undefined when the ticket already has an unfinished flow of this template.
 */
export async function createFlow(
  deps: { clock: Clock; newId: (prefix: string) => string; queue: WorkQueue },
  tx: Tx,
  template: TemplateDefinition,
  start: StartFlow,
): Promise<FlowsTable | undefined> {
  checkParams(template, start.params)
  const now = deps.clock.now()
  const id = deps.newId('flw')
  const flow: FlowsTable = {
    id,
    org: start.org,
    template: template.name,
    template_version: template.version,
    title: String(resolve(template.title, { params: start.params })),
    original_request: JSON.stringify(start.params),
    status: 'pending',
    context: JSON.stringify({ params: start.params, settings: start.settings, flow: { id } }),
    position: 0,
    total_steps: template.steps.length,
    completed_steps: 0,
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
    deadline_at: now + deadlineOf(template),
    planning_prompt: null,
    model_run_id: null,
    started_at: null,
    paused_at: null,
    completed_at: null,
    created_at: now,
    updated_at: now,
  }
  if ((await tx.run(insertFlow(flow))) === 0) return undefined
  const positions = new Map(template.steps.map((step, index) => [step.name, index]))
  positions.set(END, template.steps.length)
  for (const [position, step] of template.steps.entries()) {
    await tx.run(insertStep(stepRow(deps.newId('stp'), flow, position, step, positions)))
  }
  await writeFlowLog(tx, {
    id: deps.newId('log'),
    org: start.org,
    flowId: id,
    stepId: null,
    type: 'flow_created',
    message: `"${flow.title}" from template ${template.name} v${template.version}, asked for by ${start.requestedBy}`,
    metadata: { params: start.params },
    actor: start.requestedBy,
    at: now,
  })
  await deps.queue.add(tx, runFlowWork, { flowId: id }, { org: start.org, caseId: flow.case_id, unique: id })
  return flow
}

function checkParams(template: TemplateDefinition, params: Record<string, unknown>) {
  const issues = Object.entries(template.params)
    .filter(([name, { type }]) => typeof params[name] !== type)
    .map(([name, { type, description }]) => ({ path: name, message: `must be a ${type}: ${description}` }))
  const unknown = Object.keys(params)
    .filter((name) => !(name in template.params))
    .map((name) => ({ path: name, message: `is not a parameter of ${template.name}` }))
  if (issues.length + unknown.length > 0) {
    throw new InputError('bad_params', `The parameters of ${template.name} do not fit.`, {
      issues: [...issues, ...unknown],
    })
  }
}

function deadlineOf(template: TemplateDefinition): number {
  const ms = durationMs(template.deadline)
  if (ms === undefined) throw new Error(`template ${template.name}: "${template.deadline}" is no duration`)
  return ms
}

function stepRow(
  id: string,
  flow: FlowsTable,
  position: number,
  step: StepDefinition,
  positions: ReadonlyMap<string, number>,
): FlowStepsTable {
  const positionOf = (name: string | undefined) => {
    if (name === undefined) return null
    const found = positions.get(name)
    if (found === undefined)
      throw new InputError('bad_goto', `Step "${step.name}" goes to "${name}", which is not there.`)
    return found
  }
  /** `steps.profile.result` → `steps.2.result`. */
  const byPosition = (path: string) => {
    const [root, name, ...rest] = path.split('.')
    if (root !== 'steps' || name === undefined || /^\d+$/.test(name)) return path
    return ['steps', positionOf(name), ...rest].join('.')
  }
  const { name, type, title, description, on_success, on_fail, ...rest } = step
  const { input, onTimeout, onError, settings } = splitSettings(rest)
  const params = Object.entries(input)
  return {
    id,
    org: flow.org,
    flow_id: flow.id,
    position,
    parent_step_id: null,
    type,
    name,
    skill: step.type === 'tool_call' ? step.skill : null,
    title,
    description: description ?? null,
    input_params: JSON.stringify(Object.fromEntries(params.filter(([, value]) => !hasMapping(value)))),
    param_mappings: JSON.stringify(
      mapPaths(Object.fromEntries(params.filter(([, value]) => hasMapping(value))), byPosition),
    ),
    settings: JSON.stringify({
      ...(mapPaths(settings, byPosition) as object),
      on_timeout: positionOf(onTimeout),
      ...(step.type === 'wait_event'
        ? {
            alternatives: step.alternatives.map((one) => ({
              ...(mapPaths(one, byPosition) as object),
              goto: positionOf(one.goto),
            })),
          }
        : {}),
      on_error: Object.fromEntries(Object.entries(onError).map(([code, to]) => [code, positionOf(to)])),
    }),
    on_success_goto: positionOf(on_success),
    on_fail_goto: positionOf(on_fail),
    status: 'pending',
    runs: 0,
    attempts: 0,
    input: null,
    result: null,
    error: null,
    user_response: null,
    wait_until: null,
    started_at: null,
    completed_at: null,
    created_at: flow.created_at,
    updated_at: flow.created_at,
  }
}

type WithoutCommon<Step> = Step extends unknown
  ? Omit<Step, 'name' | 'type' | 'title' | 'description' | 'on_success' | 'on_fail'>
  : never

/** What has a column or needs positions of its own, and the rest, which is the step type's business. */
function splitSettings(step: WithoutCommon<StepDefinition>) {
  const { on_error: onError = {}, ...rest } = step
  const onTimeout = 'on_timeout' in rest ? rest.on_timeout : undefined
  const input = 'input' in rest ? rest.input : {}
  const settings = Object.fromEntries(
    Object.entries(rest).filter(([key]) => key !== 'on_timeout' && key !== 'input' && key !== 'skill'),
  )
  return { input, onTimeout, onError, settings }
}
