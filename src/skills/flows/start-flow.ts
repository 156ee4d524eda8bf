import { z } from 'zod'
import { defineSkill } from '../define.ts'

export const startFlow = defineSkill({
  name: 'start_flow',
  title: 'Start a flow from a template',
  description:
    'Starts a flow of its own and does not wait for its end; a step of type sub_flow does. The same cause starts one flow.',
  effect: 'write',
  input: z.object({
    template: z.string().describe('The name of a template, like resolve_ticket'),
    params: z.record(z.string(), z.unknown()).default({}).describe("The template's parameters"),
  }),
  output: z.object({ flowId: z.string(), title: z.string() }),
  starts: ({ template }) => template,
  ticketOf: ({ params: { ticket } }) => (typeof ticket === 'string' ? ticket : null),
  async run({ template, params }, act) {
    const { id, title } = await act.hub.startFlow(act.org, {
      template,
      params,
      by: act.actor,
      from: act.flowId ? `flow ${act.flowId}` : act.cause,
      key: `effect:${act.effectId}`,
      depth: act.depth,
    })
    return { flowId: id, title }
  },
  // The effect's own id makes the flow one: started before, it is looked up.
  recheck: async () => ({ kind: 'repeat' }),
  undo: async () => ({
    kind: 'impossible',
    why: 'The flow that was started goes its own way; cancel it there.',
  }),
})
