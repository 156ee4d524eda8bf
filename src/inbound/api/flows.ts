import { z } from 'zod'
import {
  cancelFlow,
  contextOf,
  contextView,
  flowStatuses,
  isFinal,
  needFlow,
  type Person,
  promptOf,
  retryFlow,
} from '../../flows/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { logsOfFlow } from '../../store/rows/flow-logs.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { type ListedFlow, listFlows } from '../../store/rows/flows.ts'
import type { Caller } from '../auth.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { childrenShown, type ShownChild } from './flow-children.ts'
import { needOneOf, planBody, planFromMessage } from './flow-plan.ts'
import { runOfFlow } from './run.ts'
import { FlowInList, FlowLog, FlowRun, OneFlow } from './shapes/flow.ts'
import { pageShape } from './shapes/parts.ts'
import { PlanPreview, StartedFlow } from './shapes/plan.ts'

const id = z.object({ id: z.string() })

export function flowRoutes(deps: ApiDeps): Route[] {
  const { store, org } = deps
  const shown = (flowId: string) => shownFlow(deps, flowId)
  return [
    defineRoute({
      method: 'get',
      path: '/ai/flows',
      summary: 'List flows, newest first',
      scope: 'read',
      query: pageQuery.extend({
        status: z.enum(flowStatuses).optional().describe('What they have come to'),
        ticket: z.string().optional().describe('Like zendesk:4711'),
        template: z.string().optional().describe('Flows of this template'),
        parent: z
          .string()
          .optional()
          .describe('Branches and sub-flows of this flow, or `any`; without it none is listed'),
      }),
      answer: pageShape(FlowInList),
      async run({ query: { limit, cursor, status, ticket, template, parent } }) {
        const rows = await listFlows(store.read, org, {
          limit: limit + 1,
          ...(parent === 'any' ? {} : { parent: parent ?? null }),
          ...(cursor ? { before: cursor } : {}),
          ...(status ? { status } : {}),
          ...(ticket ? { ticket } : {}),
          ...(template ? { template } : {}),
        })
        return pageOf(rows, limit, (row) => row.id, listedFlow)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flows',
      summary: 'Start a flow from a template, or have a message planned; with preview, only show the plan',
      scope: 'write',
      status: 201,
      else: { status: 200, when: ({ preview }) => preview, answer: PlanPreview },
      body: z.object({
        template: z.string().min(1).optional().describe('By its name; or a message'),
        params: z.record(z.string(), z.unknown()).default({}).describe("The template's, by name"),
        ...planBody,
      }),
      answer: StartedFlow,
      async run({ body: { template, params, message, ...planned }, caller }) {
        needOneOf({ template, message })
        if (message !== undefined) {
          const { flowId, plan } = await planFromMessage(deps, { message, ...planned }, personOf(caller))
          return flowId === null ? { success: true, plan } : { ...(await shown(flowId)), plan }
        }
        const flow = await deps.startFlow(template ?? '', params, caller.actor, 'api')
        return shown(flow.id)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flows/:id',
      summary: 'One flow with its steps',
      scope: 'read',
      params: id,
      answer: OneFlow,
      run: ({ params }) => shown(params.id),
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flows/:id/run',
      summary: 'One flow with everything that it did: profile, mails, calls, desk writes, alerts, effects',
      scope: 'read',
      params: id,
      answer: FlowRun,
      run: ({ params }) => runOfFlow(deps, params.id),
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flows/:id/logs',
      summary: "A flow's audit log, oldest first",
      scope: 'read',
      params: id,
      query: pageQuery,
      answer: pageShape(FlowLog),
      async run({ params, query: { limit, cursor } }) {
        await needFlow(store.read, org, params.id)
        const rows = await logsOfFlow(store.read, org, params.id, limit + 1, cursor)
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          ({ metadata, org: _, ...row }) => ({ ...row, metadata: JSON.parse(metadata) }),
        )
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/cancel',
      summary: 'End a flow',
      scope: 'write',
      params: id,
      body: z.object({ reason: z.string().min(1).default('cancelled by a person').describe('For its log') }),
      answer: OneFlow,
      async run({ params, body, caller }) {
        await needFlow(store.read, org, params.id)
        const ended = await store.write((tx) =>
          cancelFlow(deps, tx, org, params.id, { ...body, outcome: 'cancelled', actor: caller.actor }),
        )
        if (!ended) throw new InputError('conflict', 'The flow has ended already.', { status: 409 })
        return shown(params.id)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/retry',
      summary: 'Take a failed flow up again at the step that failed',
      scope: 'write',
      params: id,
      answer: OneFlow,
      async run({ params, caller }) {
        await retryFlow(deps, org, params.id, caller.actor)
        return shown(params.id)
      },
    }),
  ]
}

/** What everything that is done to one flow answers. Throws InputError 404. */
export async function shownFlow({ store, org }: Pick<ApiDeps, 'store' | 'org'>, flowId: string) {
  const flow = await needFlow(store.read, org, flowId)
  const steps = await getSteps(store.read, flow)
  const shown = showFlow(flow, steps, await childrenShown(store.read, flow.id, steps))
  const context = contextView({ flow, steps, context: contextOf(flow) })
  return { success: true, flow: { ...shown, context, planning_prompt: flow.planning_prompt } }
}

/** Who may do what on a flow: a token that may act is an agent's, one with every scope an admin's. */
export const personOf = ({ actor, scope }: Caller): Person => ({
  actor,
  role: scope === 'admin' ? 'admin' : 'agent',
})

/** A flow in a list: what it knows may be large, and is for whoever looks at it alone. */
export function listedFlow(flow: ListedFlow) {
  const { context: _, ...listed } = showFlow(flow)
  return listed
}

/** `waiting_until`: what is under way has until the flow's deadline. What it was planned with is long: left out. */
export function showFlow<Flow extends FlowsTable>(
  flow: Flow,
  steps?: FlowStepsTable[],
  children?: ReadonlyMap<string, ShownChild[]>,
) {
  const { org: _, planning_prompt: __, context, bounds, waiting_until, ...rest } = flow
  return {
    ...rest,
    waiting_until: waiting_until ?? (isFinal(flow.status) ? null : flow.deadline_at),
    context: JSON.parse(context) as unknown,
    bounds: JSON.parse(bounds) as unknown,
    ...(steps
      ? { steps: steps.map((step) => ({ ...showStep(step), children: children?.get(step.id) ?? [] })) }
      : {}),
  }
}

export function showStep({ org: _, ...step }: FlowStepsTable) {
  const parsed = (text: string | null) => (text === null ? null : (JSON.parse(text) as unknown))
  return {
    ...step,
    input_params: parsed(step.input_params),
    param_mappings: parsed(step.param_mappings),
    settings: parsed(step.settings),
    input: parsed(step.input),
    result: parsed(step.result),
    user_response: parsed(step.user_response),
    repairs: parsed(step.repairs),
    ...decisionView(step),
    ...promptView(step),
  }
}

const Judged = z.looseObject({ question: z.string().optional(), condition: z.unknown().optional() })

/** What is decided by, and what was decided, under the names that clients know. */
function decisionView({
  type,
  settings,
  description,
  result,
}: Pick<FlowStepsTable, 'type' | 'settings' | 'description' | 'result'>) {
  const { question, condition } = Judged.parse(JSON.parse(settings))
  const isDecision = type === 'ai_decision'
  return {
    condition: condition ?? null,
    ai_decision_prompt: isDecision ? (question ?? description) : null,
    ai_decision_result: isDecision && result !== null ? (JSON.parse(result) as unknown) : null,
  }
}

/** What is asked, under the names that clients know. */
function promptView(step: Pick<FlowStepsTable, 'prompt'>) {
  const prompt = promptOf(step)
  if (!prompt) return { prompt: null, prompt_type: null, prompt_message: null, prompt_options: null }
  return { prompt, prompt_type: prompt.type, prompt_message: prompt.message, prompt_options: prompt.options }
}
