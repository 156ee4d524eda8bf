import { z } from 'zod'
import { type Plan, type Planner, ShownPlan } from '../../flows/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Role } from '../../skills/index.ts'
import type { OrgId } from '../../work/index.ts'

/** What of `POST /ai/flows` is about a request in words. */
export const planBody = {
  message: z.string().trim().min(1).optional().describe('What is to be done, in words; it is planned'),
  ticket: z.string().optional().describe('What the message is about, like zendesk:4711'),
  confirm: z
    .boolean()
    .default(true)
    .describe('Whether a person is asked before the first write or contact; contacts keep their approvals'),
  preview: z.boolean().default(false).describe('Answer the plan and start nothing'),
  plan: ShownPlan.optional().describe(
    'The plan of a preview, to be started as it was shown: title, planned_steps and suggestions; checked again',
  ),
}

type Request = {
  message: string
  ticket?: string | undefined
  confirm: boolean
  preview: boolean
  plan?: ShownPlan | undefined
}

/** Plans a message and, unless only a preview is wanted, starts the flow. @returns its id and the plan as shown. */
export async function planFromMessage(
  deps: { planner: Planner; org: OrgId },
  { message, ticket, confirm, preview, plan: shown }: Request,
  caller: { actor: string; role: Role },
) {
  const request = { message, ticket, confirm, shown, by: caller.actor, role: caller.role, from: 'api' }
  if (preview) {
    const plan = await deps.planner.plan(deps.org, request)
    return { flowId: null, plan: { ...showPlan(plan), planned_steps: plan.steps } }
  }
  const { flow, plan } = await deps.planner.start(deps.org, request)
  return { flowId: flow.id, plan: showPlan(plan) }
}

/** A plan with its effects, its cost and what was put right in it. */
export const showPlan = ({ view, suggestions, repairs }: Plan) => ({ ...view, suggestions, repairs })

/** Throws InputError unless there is one of the two. */
export function needOneOf(body: { template?: string | undefined; message?: string | undefined }): void {
  if ((body.template === undefined) !== (body.message === undefined)) return
  throw new InputError('bad_input', 'Give either a template or a message.', {
    issues: [{ path: 'message', message: 'what is to be done, in words; or template with its params' }],
  })
}
