import { z } from 'zod'
import type { ShownFlow } from '../../src/sandbox/hub-client.ts'
import type { TestHub } from '../hub.ts'

const Started = z.object({ flow: z.looseObject({ id: z.string() }) })

/** Starts a flow from a template as a person would, and lets it go as far as it goes now. */
export async function start(
  hub: TestHub,
  template: string,
  params: Record<string, unknown>,
): Promise<ShownFlow> {
  const { flow } = Started.parse(await hub.api.call('POST', '/ai/flows', { template, params }))
  await hub.settle()
  return hub.api.flow(flow.id)
}

export async function stepOf(hub: TestHub, flowId: string, name: string) {
  const step = (await hub.api.flow(flowId)).steps.find((one) => one.name === name)
  if (!step) throw new Error(`the flow has no step ${name}`)
  return step
}

export async function flowsStarted(hub: TestHub): Promise<number> {
  return z.object({ data: z.array(z.unknown()) }).parse(await hub.api.call('GET', '/ai/flows')).data.length
}
