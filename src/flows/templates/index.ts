import { TemplateDefinition } from '../definition.ts'
import { callbackRequest } from './callback-request.ts'
import { followUpNoReply } from './follow-up-no-reply.ts'
import { refundReview } from './refund-review.ts'
import { resolveTicket } from './resolve-ticket.ts'

/** The templates that come with the hub, by name. */
export const templates: ReadonlyMap<string, TemplateDefinition> = new Map(
  [resolveTicket, followUpNoReply, callbackRequest, refundReview].map((template) => [
    template.name,
    TemplateDefinition.parse(template),
  ]),
)
