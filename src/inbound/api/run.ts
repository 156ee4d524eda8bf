import { needFlow } from '../../flows/index.ts'
import { listCalls } from '../../store/rows/calls.ts'
import { chatMessagesOf, listEscalations, modelRunsOf } from '../../store/rows/cases.ts'
import { consentsOf, getCustomer, latestProfile } from '../../store/rows/customers.ts'
import { deskWritesOf } from '../../store/rows/desk-writes.ts'
import { effectsOfFlow } from '../../store/rows/effects.ts'
import { flowsBelow } from '../../store/rows/flow-children.ts'
import { logsOfFlow } from '../../store/rows/flow-logs.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { messagesOfFlow } from '../../store/rows/messages.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import type { ApiDeps } from './deps.ts'
import { childrenShown } from './flow-children.ts'
import { showFlow } from './flows.ts'
import { parsedColumns } from './show.ts'

const LOGS_SHOWN = 500

/** Everything about one run and the flows below it, for its page: read-only, out of rows that are indexed by the flow. */
export async function runOfFlow({ store, org }: ApiDeps, flowId: string) {
  const { read } = store
  const flow = await needFlow(read, org, flowId)
  const family = [flowId, ...(await flowsBelow(read, flowId))]
  const ofFamily = async <Row>(rowsOf: (id: string) => Promise<Row[]>) =>
    (await Promise.all(family.map(rowsOf))).flat()
  const [steps, logs, effects, messages, calls, escalations, models, alerts] = await Promise.all([
    getSteps(read, flow),
    logsOfFlow(read, org, flowId, LOGS_SHOWN),
    ofFamily((id) => effectsOfFlow(read, org, id)),
    ofFamily((id) => messagesOfFlow(read, org, id)),
    ofFamily((id) => listCalls(read, org, { flowId: id, limit: 20 })),
    ofFamily((id) => listEscalations(read, org, { flowId: id, limit: 20 })),
    modelRunsOf(read, org, flow.case_id),
    chatMessagesOf(read, org, `case:${flow.case_id}`),
  ])
  const ticket = flow.ticket ? await getTicket(read, org, flow.ticket) : undefined
  const deskWrites = flow.ticket ? await deskWritesOf(read, org, flow.ticket) : []
  const consents = flow.customer_id ? await consentsOf(read, org, flow.customer_id) : []
  const customer = flow.customer_id ? await getCustomer(read, org, flow.customer_id) : undefined
  const profile = flow.customer_id ? await latestProfile(read, org, flow.customer_id) : undefined
  return {
    flow: showFlow(flow, steps, await childrenShown(read, flowId, steps)),
    ticket: ticket ? parsedColumns(ticket, ['tags']) : null,
    customer: customer ? parsedColumns(customer, ['tags']) : null,
    consents: consents.map((row) => parsedColumns(row, [])),
    profile: profile ? parsedColumns(profile, ['profile', 'dropped', 'changes', 'sources']) : null,
    messages: messages.map((row) => parsedColumns(row, ['meta'])),
    calls: calls.map((row) => parsedColumns(row, ['context_pack'])),
    deskWrites: deskWrites.map((row) => parsedColumns(row, [])),
    effects: effects.map((row) => parsedColumns(row, ['input', 'answer'])),
    escalations: escalations.map((row) => parsedColumns(row, [])),
    alerts: alerts.map((row) => parsedColumns(row, [])),
    modelRuns: models.map((row) => parsedColumns(row, [])),
    logs: logs.map((row) => parsedColumns(row, ['metadata'])),
  }
}
