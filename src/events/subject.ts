import type { HubEvent } from './schemas.ts'

/** The case an event belongs to, which its logs carry: the ticket, where there is one. */
export function caseOf(event: HubEvent): string | null {
  if ('ticket' in event && event.ticket) return event.ticket
  if (event.type === 'desk_notified') return `${event.desk}:${event.ticketId}`
  return null
}

/**
 * What a waiting flow correlates on. A reply belongs to the flow that asked; a call's end to the call;
 * what happens to a ticket to the ticket.
 */
export function subjectOf(event: HubEvent): string | null {
  switch (event.type) {
    case 'inbound_email':
    case 'mail_bounced':
      return event.flowId
    case 'call_ended':
    case 'call_failed':
    case 'missed_call':
      return event.callId
    case 'flow_completed':
    case 'flow_failed':
    case 'flow_cancelled':
    case 'flow_input_required':
    case 'flow_input_closed':
      return event.flowId
    case 'escalation_created':
    case 'escalation_assigned':
    case 'escalation_resolved':
      return event.escalationId
    case 'new_customer':
    case 'customer_opted_out':
      return event.customerId
    case 'call_reported':
      return event.call.providerCallId
    case 'mail_received':
    case 'mail_status':
      return event.providerId
    case 'ignored':
      return null
    default:
      return caseOf(event)
  }
}
