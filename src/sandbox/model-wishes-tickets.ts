import { COMMENT, type Reader, reads, STATUS_CHANGE } from './model-wish.ts'

const TICKET_STATUS: [RegExp, string][] = [
  [/^(?:solved|done|complete[d]?|resolved|closed|gelöst|erledigt)$/iu, 'solved'],
  [/^(?:open|offen)$/iu, 'open'],
  [/^(?:pending|waiting|wartend)$/iu, 'pending'],
  [/^(?:on-?hold|hold|on hold|angehalten)$/iu, 'hold'],
]

/** What is written to a ticket at its desk. */
export const ticketWishes: Reader[] = [
  reads(COMMENT, ({ content = '' }, { ticket, said }) =>
    ticket === null ? undefined : { kind: 'comment_ticket', ticket, text: said(content) },
  ),
  reads(STATUS_CHANGE, ({ status = '' }, { ticket }) => {
    const value = TICKET_STATUS.find(([pattern]) => pattern.test(status.trim()))?.[1]
    return ticket === null || !value ? undefined : { kind: 'update_ticket', ticket, status: value }
  }),
]

/** Somebody else's words: what the template would write is another thing. */
const MAIL =
  /^(?:(?:send|write)\s+(?:an?\s+)?e?-?mail|e?-?mail|write|maile?|schreibe?)\b.*?\b(?:customer|guest|kund\p{L}*|gast)\b[\s:,]*(?:saying|that|dass|:)*\s*(?<text>.+)$/iu
const CUSTOMER = /\b(?:customer|guest|caller|kund\p{L}*|gast|gästin|refund|erstattung)\b|\bback$/iu

/** What a template does, in the words that ask for it. */
const TEMPLATE_WORDS: [RegExp, string][] = [
  [/^(?:follow[\s-]?up|hake?\b.*nach|(?:e-?mail|mail|write|schreibe?)\b)/iu, 'follow_up_no_reply'],
  [/^(?:(?:call|ring|phone)\b|rufe?\b)/iu, 'callback_request'],
  [/^(?:review|check|prüfe?)\b.*(?:refund|erstattung)/iu, 'refund_review'],
  [/^(?:resolve|handle|solve|löse?|bearbeite?)\b/iu, 'resolve_ticket'],
]

/** What reaches people: a customer by a mail or a template, the team by an escalation. */
export const peopleWishes: Reader[] = [
  reads(/^(?:escalate|alert|eskaliere?)\b[\s:]*(?<reason>.*)$/iu, ({ reason = '' }, { ticket, said }) => ({
    kind: 'escalate',
    ticket,
    reason: said(reason.replace(/^(?:because|since|weil)\s+/iu, '')) || 'Asked for in a request.',
  })),
  reads(MAIL, ({ text = '' }, { ticket, said }) => ({ kind: 'mail', ticket, text: said(text) })),
  ({ text, ticket }) => {
    const template = TEMPLATE_WORDS.find(([pattern]) => pattern.test(text))?.[1]
    const isAboutOne = ticket !== null || CUSTOMER.test(text)
    return template && isAboutOne ? { kind: 'template', template, ticket } : undefined
  },
]
