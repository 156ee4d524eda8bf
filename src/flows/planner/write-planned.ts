import { InputError } from '../../ops/errors.ts'
import type { FlowsTable, Tx } from '../../store/index.ts'
import { spend } from '../../store/rows/flow-family.ts'
import type { OrgId } from '../../work/index.ts'
import { compileSteps } from '../compile.ts'
import { insertPlan } from '../create.ts'
import { writeFlowLog } from '../log.ts'
import type { Plan, PlannerDeps, PlanRequest } from './index.ts'

/** Past it a planned flow is reported to a person. */
const DEADLINE_MS = 30 * 86_400_000

/** The flow of a plan, with what planning it cost and what its log begins with. Throws InputError 409. */
export async function writePlanned(
  deps: PlannerDeps,
  tx: Tx,
  org: OrgId,
  request: PlanRequest,
  made: Plan,
): Promise<FlowsTable> {
  const inserted = await insertPlan(
    deps,
    tx,
    {
      template: null,
      version: null,
      title: made.view.title,
      deadlineMs: DEADLINE_MS,
      bounds: {},
      steps: compileSteps(made.steps),
    },
    startOf(deps, org, request, made),
  )
  if (!inserted) throw new InputError('conflict', 'A flow like it is already running.', { status: 409 })
  const usd = made.asked.runs.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0)
  const tokens = made.asked.runs.reduce(
    (sum, { inputTokens, outputTokens }) => sum + (inputTokens ?? 0) + (outputTokens ?? 0),
    0,
  )
  await spend(tx, inserted.id, usd, tokens)
  const log = { org, flowId: inserted.id, stepId: null, actor: 'ai', at: deps.clock.now() }
  const { effects, steps } = made.view
  await writeFlowLog(tx, {
    ...log,
    id: deps.newId('log'),
    type: 'plan_created',
    message: `planned ${steps.length} steps: ${effects.reads} look up, ${effects.writes} change, ${effects.contacts} reach a customer`,
    metadata: { effects, rounds: made.asked.runs.length },
  })
  if (made.repairs.length > 0) {
    await writeFlowLog(tx, {
      ...log,
      id: deps.newId('log'),
      type: 'params_repaired',
      message: `put right in the plan: ${made.repairs.map(({ step, param }) => `${step}.${param}`).join(', ')}`,
      metadata: { repairs: made.repairs },
    })
  }
  return inserted
}

function startOf(deps: PlannerDeps, org: OrgId, request: PlanRequest, made: Plan) {
  const { ticket } = made.about
  const { title: _title, steps: _steps, ...figures } = made.view
  return {
    org,
    params: {},
    settings: deps.settings,
    requestedBy: request.by,
    requestedFrom: request.from,
    request: request.message,
    ticket: ticket?.ref ?? null,
    customerId: ticket?.customer_id ?? null,
    // A ticket of people has no takeover to fear: a person asked for this.
    fence: ticket?.to_ai === 1 ? ticket.fence : null,
    planning: { prompt: made.asked.prompt, runId: made.asked.runs.at(-1)?.id ?? null },
    context: {
      original_intent: request.message,
      available_skills: made.availableSkills,
      suggestions: made.suggestions,
      asked_by_role: request.role,
      plan: figures,
    },
  }
}
