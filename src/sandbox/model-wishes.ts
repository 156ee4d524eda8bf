import { type Clauses, clausesOf, QUOTED } from './model-clauses.ts'

/** What one clause of a request asks for. `of`: the task by its words; null: the one spoken of before. */
export type Wish =
  | { kind: 'find'; search: string }
  | { kind: 'comment'; of: string | null; content: string }
  | { kind: 'update'; of: string | null; field: 'status' | 'priority' | 'title'; value: string }
  | { kind: 'create'; title: string; priority: string | null }
  | { kind: 'delete'; of: string | null }
  | { kind: 'ask'; ask: 'text' | 'confirm' | 'choice'; message: string; options: string[] }
  | { kind: 'approval'; role: 'agent' | 'manager' | 'admin' }
  | { kind: 'wait'; for: string }
  | { kind: 'knowledge'; query: string }
  | { kind: 'tell_team'; text: string }
  | { kind: 'comment_ticket'; ticket: string; text: string }
  | { kind: 'update_ticket'; ticket: string; status: string }
  | { kind: 'escalate'; ticket: string | null; reason: string }
  /** `ticket`: null for the one that the request is made about. */
  | { kind: 'mail'; ticket: string | null; text: string }
  | { kind: 'template'; template: string; ticket: string | null }
  | { kind: 'unknown'; words: string }

/** One clause on its way to a wish; what it is about has been taken out of `text`. */
type Clause = { text: string; of: string | null; ticket: string | null; said: Clauses['said'] }

const VERBS =
  /^(?:add|alert|ask|benenne?|bearbeite?|call|change|close|comment|complete|create|delete|ergänze?|erledige|erstelle?|erzeuge?|escalate|eskaliere?|e-?mail|find|finde|finish|flag|follow|frage?|füge?|get|hake|handle|hinterlasse?|inform|informiere?|kommentiere?|leave|lege?|let|locate|lösche?|löse?|look|lower|mail|make|mark|markiere?|move|note|notify|open|öffne|pause|post|prüfe?|put|raise|remove|rename|reopen|resolve|retitle|review|ring|rufe?|schließe?|schreibe?|search|set|setze?|start|stelle?|such|suche|tell|update|wait|warte?|write)\b/iu

/** What a request asks for, clause by clause and in its order. */
export function wishesOf(request: string): Wish[] {
  const { clauses, said } = clausesOf(request, (text) => VERBS.test(text))
  return clauses.map((text) => wishOf(text, said))
}

function wishOf(text: string, said: Clauses['said']): Wish {
  for (const read of WHOLE) {
    const wish = read({ text, of: null, ticket: null, said })
    if (wish) return wish
  }
  const about = withoutObject(text, said)
  for (const read of [...ABOUT_CUSTOMERS, ...(about.ticket === null ? ABOUT_TASKS : ABOUT_TICKETS)]) {
    const wish = read(about)
    if (wish) return wish
  }
  return { kind: 'unknown', words: said(text) }
}

const TASK = '(?:the |this |that |die |der |den |dieser |diese |zur |zu der )?(?:task|to-?do|aufgabe)'
const CALLED = '(?:\\s+(?:called|named|titled|with the title|namens|mit dem titel))?'
const NAMED_TASK = new RegExp(
  `(?:\\b(?:on|to|for|of|at|zu|bei|von)\\s+)?\\b${TASK}${CALLED}\\s+(${QUOTED})`,
  'iu',
)
const SAME_TASK = new RegExp(
  `\\s+(?:on|to|for|of|at|zu|bei|von)\\s+(?:it|this|that|ihr|ihm|${TASK})(?=\\s|:|$)|(?<=^\\p{L}+)\\s+(?:it|sie|ihn|es)(?=\\s|$)`,
  'iu',
)
const TICKET =
  /(?:\b(?:on|to|of|about|for|in|at|with|zu|zum|im|von|an|mit)\s+)?(?:(?:the|dem|das|des)\s+)?(?:\bticket\s+)?(?:\b((?:zendesk|hubspot|jira|zoho):[\w-]+)|(?<=ticket\s+)#?(\d+))/iu

/** Takes out of a clause which task or ticket it is about. */
function withoutObject(clause: string, said: Clauses['said']): Clause {
  const [ticketWords, ref, number] = TICKET.exec(clause) ?? []
  const [taskWords, task = null] = NAMED_TASK.exec(clause) ?? []
  const text = [ticketWords, taskWords, SAME_TASK].reduce<string>(
    (rest, part) => (part === undefined ? rest : rest.replace(part, ' ').replace(/\s+/g, ' ').trim()),
    clause,
  )
  const ticket = ref ?? (number === undefined ? null : `zendesk:${number}`)
  return { text, of: task === null ? null : said(task), ticket, said }
}

type Reader = (clause: Clause) => Wish | undefined
type Groups = Record<string, string | undefined>

/** A pattern, and what a clause that fits it asks for; undefined: it only looked so. */
function reads(pattern: RegExp, wish: (groups: Groups, clause: Clause) => Wish | undefined): Reader {
  return (clause) => {
    const match = pattern.exec(clause.text)
    return match ? wish(match.groups ?? {}, clause) : undefined
  }
}

/** Clauses whose object is what they end in. */
const WHOLE: Reader[] = [
  reads(
    /^(?:search|look|suche?|finde?)\b.*\b(?:knowledge(?: base)?|wissensdatenbank|wissen)\b\s*(?:for|about|nach|zu|:)?\s*(?<query>.+)$/iu,
    ({ query = '' }, { said }) => ({ kind: 'knowledge', query: said(query) }),
  ),
  reads(
    new RegExp(
      `^(?:find|search(?: for)?|look (?:for|up)|locate|get|finde|such(?:e)?(?: nach)?)\\s+(?:me\\s+)?(?:(?:the|a|all|my|die|eine|den|nach|der)\\s+)*(?:(?:tasks?|to-?dos?|aufgaben?)${CALLED}(?:\\s+(?:about|zu|zum thema|für|for))?\\s*:?\\s*(?<search>.+?)|(?<quoted>${QUOTED}))(?:\\s+heraus)?$`,
      'iu',
    ),
    ({ search, quoted }, { said }) => ({ kind: 'find', search: said(search ?? quoted ?? '') }),
  ),
  reads(
    /^(?:create|add|make|open|erstelle?|lege?|erzeuge?)\s+(?:(?:me|an?|another|new|eine|neue|weitere)\s+)*(?:(?<first>\p{L}+)[\s-](?:priority|prio)\s+)?(?:(?:new|neue)\s+)?(?:task|to-?do|aufgabe)\b(?:\s+(?:called|named|titled|to|for|with|namens|mit dem titel|mit))?\s*:?\s*(?<title>.+?)(?:\s+an)?$/iu,
    created,
  ),
  reads(/^(?:ask me|frage? mich)\b[\s,:]*(?<what>.+)$/iu, asked),
  reads(
    /^(?:get|wait for|ask for|let|hole?)\b.*?\b(?:(?<role>manager|admin)\b.*)?\b(?:approv\w*|freigabe)\b/iu,
    ({ role }) => ({ kind: 'approval', role: role === 'manager' || role === 'admin' ? role : 'agent' }),
  ),
  reads(
    /^(?:wait|pause|warte?)\s+(?:for\s+)?(?<count>\d+)\s*(?<unit>[smhdt])\p{L}*$/iu,
    ({ count, unit }) => ({
      kind: 'wait',
      for: `${count}${unit?.toLowerCase() === 't' ? 'd' : unit?.toLowerCase()}`,
    }),
  ),
  reads(
    /^(?:tell|notify|inform|let|informiere?)\s+(?:the\s+|das\s+)?team\b(?:\s+(?:know|that|about|of|dass|über))*\s*:?\s*(?<text>.+)$/iu,
    ({ text = '' }, { said }) => ({ kind: 'tell_team', text: said(text) }),
  ),
]

const PRIORITY_WORDS: Record<string, string> = {
  ...{ high: 'high', urgent: 'high', hoch: 'high', hohe: 'high', hoher: 'high', dringend: 'high' },
  ...{ normal: 'normal', medium: 'normal', normale: 'normal', normaler: 'normal', mittel: 'normal' },
  ...{ low: 'low', niedrig: 'low', niedrige: 'low', niedriger: 'low' },
}

function created({ first, title = '' }: Groups, { said }: Clause): Wish | undefined {
  const trailing =
    /[\s,]*\(?(?:(?:with|at|mit)\s+)?(?:(?<before>\p{L}+)[\s-](?:priority|priorität|prio)|(?:priority|priorität)\s*:?\s*(?<after>\p{L}+))\)?$/iu
  const { before, after } = trailing.exec(title)?.groups ?? {}
  const word = first ?? before ?? after
  const name = said(word !== undefined && word !== first ? title.replace(trailing, '') : title)
  const priority = word === undefined ? null : PRIORITY_WORDS[word.toLowerCase()]
  return priority === undefined || name === '' ? undefined : { kind: 'create', title: name, priority }
}

function asked({ what = '' }: Groups, { said }: Clause): Wish {
  const confirm =
    /^(?:whether|if|ob|to confirm(?: that)?|for (?:my |a )?(?:confirmation|ok|okay))\b[\s,:]*(?<of>.*)$/iu.exec(
      what,
    )
  if (confirm) {
    const of = said(confirm.groups?.of ?? '')
    return {
      kind: 'ask',
      ask: 'confirm',
      message: of === '' ? 'Go on?' : `Please confirm: ${of}.`,
      options: [],
    }
  }
  const choice =
    /^(?:to choose|which(?<which> [^:]*?)?|welche\p{L}*(?<welche> [^:]*?)?)\s*(?::|between|from|zwischen)\s*(?<list>.+)$/iu.exec(
      what,
    )
  if (choice) {
    const list =
      choice.groups?.list?.split(/\s*,\s*(?:or |and |oder |und )?|\s+(?:or|and|oder|und)\s+/iu) ?? []
    const message = question(`which${choice.groups?.which ?? choice.groups?.welche ?? ''}`)
    return { kind: 'ask', ask: 'choice', message, options: list.map(said).filter(Boolean) }
  }
  const thing = /^(?:for|nach)\s+(?<thing>.+)$/iu.exec(what)?.groups?.thing
  const message = thing === undefined ? question(said(what)) : `Please give ${said(thing)}.`
  return { kind: 'ask', ask: 'text', message, options: [] }
}

const question = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}?`.replace(/\?+$/, '?')

const COMMENT =
  /^(?:(?:add|leave|write|post|make|put)\s+(?:an?\s+|the\s+|this\s+)?(?:internal\s+|public\s+)?(?:comment|note)|comment|note|(?:füge?|schreibe?|hinterlasse?|ergänze?)\s+(?:einen\s+|den\s+|eine\s+|die\s+)?(?:interne\s+)?(?:kommentar|notiz)|kommentiere?)\s*(?:saying|that says|with(?: the text)?|mit(?: dem text)?|that|dass)?\s*:?\s*(?<content>.+?)(?:\s+hinzu)?$/iu
const STATUS_CHANGE =
  /^(?:mark|set|move|change|put|update|flag|markiere?|setze?|stelle?|ändere?)\b\s*(?<of>.*?)\s*(?:(?:the|its|their|den|ihren)\s+)?(?:status\s+)?(?:as|to|into|als|auf|in)\s+(?:be\s+)?(?<status>[\p{L} -]+)$/iu

const STATUS_WORDS: [RegExp, string][] = [
  [/^(?:complete[d]?|done|finished|closed|resolved|erledigt|fertig|abgeschlossen)$/iu, 'done'],
  [/^(?:working|work|in progress|in work|started|begun|begonnen|in arbeit|arbeit)$/iu, 'working'],
  [/^(?:to-? ?do|open|not started|new|offen|zu erledigen|unerledigt)$/iu, 'todo'],
]
const statusOf = (words: string) => STATUS_WORDS.find(([pattern]) => pattern.test(words.trim()))?.[1]

const PRONOUN = /^(?:it|this|that|them|sie|ihn|es|the|die|den)?(?:\s*(?:new\s+|neue\s+)?(?:task|aufgabe))?$/iu

/** The task that is named in the middle of a clause, where it was not taken out before. */
function namedIn(words: string | undefined, { of, said }: Clause): string | null {
  if (of !== null || words === undefined) return of
  const name = words
    .trim()
    .replace(/^(?:the|die|den|der)\s+/iu, '')
    .replace(/\s+(?:task|aufgabe)$/iu, '')
  return PRONOUN.test(words.trim()) || name === '' ? null : said(name)
}

const ABOUT_TASKS: Reader[] = [
  reads(COMMENT, ({ content = '' }, clause) => ({
    kind: 'comment',
    of: clause.of,
    content: clause.said(content),
  })),
  reads(
    /^(?:set|change|make|give|put|raise|lower|setze?|ändere?|stelle?)\b\s*(?<of>.*?)\s*(?:(?:its|the|a|die|ihre|eine|of)\s+)*(?:(?<before>\p{L}+)[\s-](?:priority|priorität)|(?:priority|priorität)\s*(?:of|to|on|as|auf|:)*\s*(?<after>\p{L}+))$/iu,
    ({ of, before, after }, clause) => {
      const value = PRIORITY_WORDS[(before ?? after ?? '').toLowerCase()]
      return value ? { kind: 'update', of: namedIn(of, clause), field: 'priority', value } : undefined
    },
  ),
  reads(STATUS_CHANGE, ({ of, status = '' }, clause) => {
    const value = statusOf(status)
    return value ? { kind: 'update', of: namedIn(of, clause), field: 'status', value } : undefined
  }),
  reads(
    /^(?:(?<done>complete|finish|close|schließe?|beende?|erledige)|(?<working>start|beginne?)|(?<todo>reopen))\b(?<of>.*?)(?:\s+ab)?$/iu,
    ({ done, working, of }, clause) => {
      const value = done ? 'done' : working ? 'working' : 'todo'
      return { kind: 'update', of: namedIn(of, clause), field: 'status', value }
    },
  ),
  reads(
    /^(?:rename|retitle|benenne?)\b\s*(?<of>.*?)\s*\b(?:to|into|as|in|zu)\s+(?<title>.+?)(?:\s+um)?$/iu,
    ({ of, title = '' }, clause) => ({
      kind: 'update',
      of: namedIn(of, clause),
      field: 'title',
      value: clause.said(title),
    }),
  ),
  reads(/^(?:delete|remove|lösche?)\b\s*(?<of>.*)$/iu, ({ of }, clause) => ({
    kind: 'delete',
    of: namedIn(of, clause),
  })),
  reads(/^(?:escalate|alert|eskaliere?)\b[\s:]*(?<reason>.*)$/iu, ({ reason = '' }, { said }) => ({
    kind: 'escalate',
    ticket: null,
    reason: said(reason) || 'Asked for in a request.',
  })),
]

const TICKET_STATUS: [RegExp, string][] = [
  [/^(?:solved|done|complete[d]?|resolved|closed|gelöst|erledigt)$/iu, 'solved'],
  [/^(?:open|offen)$/iu, 'open'],
  [/^(?:pending|waiting|wartend)$/iu, 'pending'],
  [/^(?:on-?hold|hold|on hold|angehalten)$/iu, 'hold'],
]

const ABOUT_TICKETS: Reader[] = [
  reads(COMMENT, ({ content = '' }, { ticket, said }) =>
    ticket === null ? undefined : { kind: 'comment_ticket', ticket, text: said(content) },
  ),
  reads(STATUS_CHANGE, ({ status = '' }, { ticket }) => {
    const value = TICKET_STATUS.find(([pattern]) => pattern.test(status.trim()))?.[1]
    return ticket === null || !value ? undefined : { kind: 'update_ticket', ticket, status: value }
  }),
  reads(/^(?:escalate|alert|eskaliere?)\b[\s:]*(?<reason>.*)$/iu, ({ reason = '' }, { ticket, said }) => ({
    kind: 'escalate',
    ticket,
    reason: said(reason.replace(/^(?:because|since|weil)\s+/iu, '')) || 'Asked for in a request.',
  })),
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

/** What reaches a customer, or has to do with what they are owed. */
const ABOUT_CUSTOMERS: Reader[] = [
  reads(MAIL, ({ text = '' }, { ticket, said }) => ({ kind: 'mail', ticket, text: said(text) })),
  ({ text, ticket }) => {
    const template = TEMPLATE_WORDS.find(([pattern]) => pattern.test(text))?.[1]
    const isAboutOne = ticket !== null || CUSTOMER.test(text)
    return template && isAboutOne ? { kind: 'template', template, ticket } : undefined
  },
]
