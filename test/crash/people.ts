import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import type { HubClient } from '../../src/sandbox/hub-client.ts'

/** What people do while a hub dies and comes back: each asks first what came of the last time. */

const Listed = z.object({ data: z.array(z.looseObject({ id: z.string(), status: z.string() })) })
const Asked = z.looseObject({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  prompt_type: z.string().nullable(),
  prompt_options: z.array(z.looseObject({ value: z.string() })).nullable(),
})
const Names = z.object({ data: z.array(z.looseObject({ name: z.string() })) })

/** Saves a template whose parameters are texts, unless it is there. */
export async function saveOnce({ call }: HubClient, name: string, steps: StepInput[], params: string[]) {
  const { data } = Names.parse(await call('GET', '/ai/flow-templates'))
  if (data.some((one) => one.name === name)) return
  const described = params.map((param) => [param, { type: 'string', description: 'Any' }])
  await call('POST', '/ai/flow-templates', {
    name,
    title: name,
    steps,
    params: Object.fromEntries(described),
  })
}

/** Answers what a flow asks: the first of several, yes, "Well done", approved. */
export async function answer(api: HubClient, flowId: string) {
  const { steps } = await api.flow(flowId)
  const step = steps.find(({ status }) => status === 'awaiting_user')
  if (!step) return
  const { id, type, prompt_type, prompt_options } = Asked.parse(step)
  const said = { choice: prompt_options?.[0]?.value, confirm: 'yes', text: 'Well done' }[prompt_type ?? '']
  await api.respond(flowId, id, type === 'approval' ? 'approve' : (said ?? ''))
}

export async function resolveEscalations({ call }: HubClient) {
  const { data } = Listed.parse(await call('GET', '/escalations'))
  for (const { id, status } of data) {
    if (status === 'open') await call('POST', `/escalations/${id}/resolve`, { outcome: 'looked at' })
  }
}
