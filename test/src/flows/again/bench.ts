import { type Person, replayFlow } from '../../../../src/flows/index.ts'
import { qb } from '../../../../src/store/index.ts'
import { getSteps } from '../../../../src/store/rows/flow-steps.ts'
import { getFlow } from '../../../../src/store/rows/flows.ts'
import { ORG } from '../../../contracts/rows.ts'
import type { FlowBench } from '../bench.ts'

export const ADA: Person = { actor: 'user:ada', role: 'agent' }

/** A flow of the bench by its id, with its steps. */
export async function flowBy({ store }: FlowBench, id: string) {
  const flow = await getFlow(store.read, ORG, id)
  if (!flow) throw new Error(`there is no flow ${id}`)
  const steps = await getSteps(store.read, flow)
  const step = (name: string) => {
    const found = steps.find((one) => one.name === name)
    if (!found) throw new Error(`there is no step ${name}`)
    return { ...found, answer: found.result === null ? undefined : JSON.parse(found.result) }
  }
  return { ...flow, steps, step }
}

/** Runs a replay of the bench's flow, or of another, as far as it goes. */
export async function replay(
  bench: FlowBench,
  request: { from: string | number; input?: Record<string, unknown>; again?: number[]; of?: string },
) {
  const { of = bench.id(), from, input = {}, again = [] } = request
  const flow = await replayFlow(bench, ORG, of, { from, input, again }, ADA)
  await bench.settle()
  return flowBy(bench, flow.id)
}

export const flowCount = async ({ store }: FlowBench) =>
  (await store.read.all(qb.selectFrom('flows').select('id'))).length

/** A tool_call as branches have it. */
export const inside = (name: string, skill: string, input: Record<string, unknown>) =>
  ({ name, type: 'tool_call', title: `Do ${name}`, skill, input }) as const
