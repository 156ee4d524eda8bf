import { dialCall } from './calls/dial-call.ts'
import { placeCall } from './calls/place-call.ts'
import { postChat } from './chat/post-chat.ts'
import { createEscalation } from './escalations/create-escalation.ts'
import { dismissEscalation } from './escalations/dismiss-escalation.ts'
import { startFlow } from './flows/start-flow.ts'
import { searchKnowledge } from './knowledge/search-knowledge.ts'
import { sendEmail } from './mail/send-email.ts'
import { commentTicket } from './tickets/comment-ticket.ts'
import { handOverTicket } from './tickets/hand-over-ticket.ts'
import { restoreTicket } from './tickets/restore-ticket.ts'
import { updateTicket } from './tickets/update-ticket.ts'

/** The skills that act. Deciders add those that judge (see outreach/). */
export const actingSkills = [
  updateTicket,
  commentTicket,
  handOverTicket,
  sendEmail,
  placeCall,
  dialCall,
  postChat,
  createEscalation,
  dismissEscalation,
  restoreTicket,
  startFlow,
  searchKnowledge,
] as const
