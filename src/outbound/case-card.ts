import { z } from 'zod'
import type { View } from '../ports/index.ts'
import { defineSkill } from '../skills/index.ts'
import type { CallsTable, EscalationsTable, FlowsTable, Store, TicketsTable } from '../store/index.ts'
import { listCalls } from '../store/rows/calls.ts'
import { listEscalations } from '../store/rows/cases.ts'
import { getCustomer } from '../store/rows/customers.ts'
import { getFlow } from '../store/rows/flows.ts'
import { getTicket } from '../store/rows/tickets.ts'

type Deps = { store: Store; publicUrl: string }

/** The name of a case's one message: everything about a ticket is told in it. */
export const cardOfCase = (caseId: string) => `case:${caseId}`

const PRIORITY_TONE: Record<string, View['tone']> = {
  emergency: 'danger',
  high: 'danger',
  normal: 'warning',
  low: 'info',
}

const OUTCOMES: Record<string, string> = {
  resolved: 'Resolved by AI',
  escalated: 'Needs a person',
  failed: 'Failed',
  taken_over: 'Taken over by a person',
}

/** What the team sees of a case: ticket and link, customer, outcome, summary, what to do next. */
export function caseView(about: {
  flow: FlowsTable
  ticket: TicketsTable | undefined
  customerName: string | null
  call: CallsTable | undefined
  escalation: EscalationsTable | undefined
  publicUrl: string
}): View {
  const { flow, ticket, call, escalation } = about
  const outcome = flow.outcome ?? flow.status
  const word = OUTCOMES[outcome] ?? outcome
  const reference = ticket?.ref ?? flow.id
  const headline = escalation ? `${escalation.priority.toUpperCase()} · ${word}` : word
  return {
    tone: escalation
      ? (PRIORITY_TONE[escalation.priority] ?? 'warning')
      : outcome === 'resolved'
        ? 'success'
        : 'info',
    title: `${headline} · ${reference}${about.customerName ? ` · ${about.customerName}` : ''}`,
    ...(ticket ? { titleUrl: ticket.url } : {}),
    lines: [
      ...(ticket ? [ticket.subject] : []),
      ...(call?.summary ? [call.summary] : []),
      ...(escalation ? escalation.brief.split('\n') : []),
    ],
    fields: [
      { label: 'Outcome', value: word },
      ...(escalation ? [{ label: 'State', value: stateOf(escalation) }] : []),
      ...(call ? [{ label: 'Call', value: callText(call) }] : []),
      {
        label: 'Next',
        value: escalation ? nextOf(escalation) : outcome === 'resolved' ? 'Nothing' : 'See the run',
      },
    ],
    links: [{ label: 'Open run', url: `${about.publicUrl}/#/runs/${flow.id}` }],
  }
}

function stateOf(escalation: EscalationsTable): string {
  return escalation.assigned_to ? `${escalation.status}, ${escalation.assigned_to}` : escalation.status
}

function nextOf(escalation: EscalationsTable): string {
  if (escalation.status === 'resolved' || escalation.status === 'dismissed') return 'Nothing'
  return escalation.brief.match(/^Next: (.+)$/m)?.[1] ?? 'Claim it and take over'
}

function callText(call: CallsTable): string {
  const seconds = Math.round(call.duration_s ?? 0)
  const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  return call.status === 'completed'
    ? `${call.outcome ?? 'ended'}, ${length}`
    : `${call.status}: ${call.reason ?? ''}`
}

/** The view of a flow's case as it stands now. @returns undefined when there is no such flow. */
export async function viewOfFlow(
  { store, publicUrl }: Deps,
  org: string,
  flowId: string,
): Promise<View | undefined> {
  const flow = await getFlow(store.read, org, flowId)
  if (!flow) return undefined
  const [ticket, customer, calls, escalations] = await Promise.all([
    flow.ticket ? getTicket(store.read, org, flow.ticket) : undefined,
    flow.customer_id ? getCustomer(store.read, org, flow.customer_id) : undefined,
    listCalls(store.read, org, { flowId, limit: 1 }),
    listEscalations(store.read, org, { flowId, limit: 1 }),
  ])
  return caseView({
    flow,
    ticket,
    customerName: customer?.name ?? null,
    call: calls[0],
    escalation: escalations[0],
    publicUrl,
  })
}

export function writeCard(deps: Deps) {
  return defineSkill({
    name: 'write_card',
    title: "Write the team's card",
    description: 'Composes the one message about a case that the team sees. Posts nothing: post_chat does.',
    effect: 'read',
    looksAtItsFlow: true,
    internal: true,
    input: z.object({ flowId: z.string() }),
    output: z.object({ card: z.string(), view: z.custom<View>((value) => typeof value === 'object') }),
    async run({ flowId }, act) {
      const view = await viewOfFlow(deps, act.org, flowId)
      if (!view) throw new Error(`there is no flow ${flowId}`)
      return { card: cardOfCase(act.caseId ?? flowId), view }
    },
  })
}
