import type { EventType, HubEvent } from '../../events/index.ts'
import type { Store } from '../../store/index.ts'
import { callOfProvider, getCall } from '../../store/rows/calls.ts'
import { getEscalation } from '../../store/rows/cases.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { getFlow } from '../../store/rows/flows.ts'
import type { OrgId } from '../../work/index.ts'
import { parsedColumns } from '../api/show.ts'
import { CALLS, ESCALATIONS, flowChannel } from './channels.ts'
import { type FlowMessage, messageOfState } from './flow-messages.ts'

/** A domain event as followers hear of it: on which channel, and what is sent, read when somebody listens there. */
export type Announcement = {
  channel: string
  read(store: Store, org: OrgId): Promise<FlowMessage | undefined>
}

const ESCALATION_EVENTS: Partial<Record<EventType, string>> = {
  escalation_created: 'EscalationCreated',
  escalation_assigned: 'EscalationAssigned',
  escalation_resolved: 'EscalationResolved',
}

const CALL_EVENTS: Partial<Record<EventType, string>> = {
  call_ended: 'CallEnded',
  call_failed: 'CallFailed',
  missed_call: 'CallMissed',
}

/** @returns undefined for what nobody can follow. What the engine itself does to a flow is not told by events. */
export function announcementOf(event: HubEvent): Announcement | undefined {
  const escalation = ESCALATION_EVENTS[event.type]
  if (escalation && 'escalationId' in event) return aboutEscalation(escalation, event.escalationId)
  const call = CALL_EVENTS[event.type]
  if (call && 'callId' in event) return aboutCall(call, event.callId)
  switch (event.type) {
    case 'call_reported':
      return event.call.state === 'ended' ? undefined : aboutLiveCall(event)
    case 'flow_cancelled':
      return aboutFlow(event.flowId)
    case 'flow_input_required':
      return event.moment === 'delegated' ? aboutFlow(event.flowId, 'delegated') : undefined
    default:
      return undefined
  }
}

const aboutEscalation = (name: string, id: string): Announcement => ({
  channel: ESCALATIONS,
  async read(store, org) {
    const row = await getEscalation(store.read, org, id)
    return row && { event: name, data: { escalation: parsedColumns(row, []) } }
  },
})

const aboutCall = (name: string, id: string): Announcement => ({
  channel: CALLS,
  async read(store, org) {
    const row = await getCall(store.read, org, id)
    return row && { event: name, data: { call: parsedColumns(row, ['context_pack']) } }
  },
})

/** The call is under way: `state` is what the provider says at this moment. */
const aboutLiveCall = ({ provider, call }: Extract<HubEvent, { type: 'call_reported' }>): Announcement => ({
  channel: CALLS,
  async read(store, org) {
    const row = await callOfProvider(store.read, org, { provider, ...call })
    return (
      row && {
        event: 'CallUpdated',
        data: { call: parsedColumns(row, ['context_pack']), state: call.state },
      }
    )
  },
})

const aboutFlow = (id: string, moment?: 'delegated'): Announcement => ({
  channel: flowChannel(id),
  async read(store, org) {
    const flow = await getFlow(store.read, org, id)
    return flow && messageOfState(flow, await getSteps(store.read, flow), moment)
  },
})
