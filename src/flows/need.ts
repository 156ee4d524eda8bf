import { InputError } from '../ops/errors.ts'
import type { Executor, FlowsTable } from '../store/index.ts'
import { activeFlowsOfTicket, getFlow } from '../store/rows/flows.ts'
import type { OrgId } from '../work/index.ts'

/** Throws InputError 404 `unknown_flow`. */
export async function needFlow(read: Executor, org: OrgId, id: string): Promise<FlowsTable> {
  const flow = await getFlow(read, org, id)
  if (flow) return flow
  throw new InputError('unknown_flow', `There is no flow ${id}.`, { status: 404 })
}

export const conflict = (message: string) => new InputError('conflict', message, { status: 409 })

/** Throws InputError 409 where the ticket has an unfinished flow of this template: there may be one. Plans are of none. */
export async function needNoRival(
  read: Executor,
  { org, template, ticket }: Pick<FlowsTable, 'org' | 'template' | 'ticket'>,
): Promise<void> {
  if (template === null || ticket === null) return
  const unfinished = await activeFlowsOfTicket(read, org, ticket)
  if (unfinished.some((flow) => flow.template === template))
    throw conflict(`${ticket} already has an unfinished flow "${template}".`)
}
