import { z } from 'zod'
import { deleteStep, type EditDeps, insertStep } from '../../flows/index.ts'
import type { OrgId } from '../../work/index.ts'
import { defineRoute, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { personOf, shownFlow } from './flows.ts'
import { OneFlow } from './shapes/flow.ts'

/** Steps that people put into a flow, or take out of it. */
export function flowStepRoutes(deps: Pick<ApiDeps, 'store'> & { org: OrgId; editing: EditDeps }): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/ai/flows/:id/steps',
      summary: 'Put a step into a flow, behind the one that runs; gotos and mappings are kept right',
      scope: 'write',
      status: 201,
      params: z.object({ id: z.string() }),
      body: z.object({
        after: z.int().min(0).describe('The position behind which it is put'),
        step: z
          .looseObject({ type: z.string(), title: z.string().min(1) })
          .describe('As templates write steps, or as plans do, with params and mappings'),
      }),
      answer: OneFlow,
      async run({ params: { id }, body, caller }) {
        await insertStep(deps.editing, deps.org, id, body, personOf(caller))
        return shownFlow(deps, id)
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/ai/flows/:id/steps/:stepId',
      summary: 'Take a step that has not begun out of a flow',
      scope: 'write',
      params: z.object({ id: z.string(), stepId: z.string() }),
      answer: OneFlow,
      async run({ params: { id, stepId }, caller }) {
        await deleteStep(deps.editing, deps.org, { flowId: id, stepId }, personOf(caller))
        return shownFlow(deps, id)
      },
    }),
  ]
}
