import { z } from 'zod'
import { delegate, respond } from '../../flows/index.ts'
import { defineRoute, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { personOf, shownFlow } from './flows.ts'
import { OneFlow } from './shapes/flow.ts'

const stepId = z.object({ id: z.string(), stepId: z.string() })

/** An answer as buttons send it; for an approval `approve` or `reject`, and in `edit` the fields that were changed. */
const Answer = z.object({
  response: z
    .object({
      value: z.union([z.string(), z.number(), z.boolean()]),
      label: z.string().optional(),
      edit: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
      note: z.string().max(2_000).nullable().default(null),
    })
    .describe('`value` is the answer; an approval may bring `edit` and `note`'),
})

const Delegation = z.object({
  to: z.string().describe('Who is asked from now on, like user:ada; managers and admins may still answer'),
  note: z.string().max(2_000).nullable().default(null).describe('For whoever is asked now'),
})

/** What people answer that flows ask. */
export function flowPromptRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/steps/:stepId/respond',
      summary:
        'Answer what a step asks: a choice, a text, yes or no; an approval with approve (and edits) or reject',
      scope: 'write',
      params: stepId,
      body: Answer,
      answer: OneFlow,
      async run({ params, body: { response }, caller }) {
        await respond(
          deps,
          deps.org,
          { flowId: params.id, stepId: params.stepId },
          response,
          personOf(caller),
        )
        return shownFlow(deps, params.id)
      },
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/steps/:stepId/delegate',
      summary: 'Hand what a step asks to somebody, who is asked from now on',
      scope: 'write',
      params: stepId,
      body: Delegation,
      answer: OneFlow,
      async run({ params, body, caller }) {
        await delegate(deps, deps.org, { flowId: params.id, stepId: params.stepId }, body, personOf(caller))
        return shownFlow(deps, params.id)
      },
    }),
  ]
}
