import { type Clauses, clausesOf, QUOTED } from './model-clauses.ts'
import type { Clause, Wish } from './model-wish.ts'
import { otherWishes } from './model-wishes-other.ts'
import { CALLED, newTaskWishes, taskWishes } from './model-wishes-tasks.ts'
import { peopleWishes, ticketWishes } from './model-wishes-tickets.ts'

/** With what a new clause begins; elsewhere a comma or an "and" belongs to what is said. */
const VERBS =
  /^(?:add|alert|ask|benenne?|bearbeite?|call|change|close|comment|complete|create|delete|ergänze?|erledige|erstelle?|erzeuge?|escalate|eskaliere?|e-?mail|find|finde|finish|flag|follow|frage?|füge?|get|hake|handle|hinterlasse?|inform|informiere?|kommentiere?|leave|lege?|let|locate|lösche?|löse?|look|lower|mail|make|mark|markiere?|move|note|notify|open|öffne|pause|post|prüfe?|put|raise|remove|rename|reopen|resolve|retitle|review|ring|rufe?|schließe?|schreibe?|search|set|setze?|start|stelle?|such|suche|tell|update|wait|warte?|write)\b/iu

/** What a request asks for, clause by clause and in its order. */
export function wishesOf(request: string): Wish[] {
  const { clauses, said } = clausesOf(request, (text) => VERBS.test(text))
  return clauses.map((text) => wishOf(text, said))
}

function wishOf(text: string, said: Clauses['said']): Wish {
  for (const read of [...otherWishes, ...newTaskWishes]) {
    const wish = read({ text, of: null, ticket: null, said })
    if (wish) return wish
  }
  const about = withoutObject(text, said)
  for (const read of [...peopleWishes, ...(about.ticket === null ? taskWishes : ticketWishes)]) {
    const wish = read(about)
    if (wish) return wish
  }
  return { kind: 'unknown', words: said(text) }
}

const TASK = '(?:the |this |that |die |der |den |dieser |diese |zur |zu der )?(?:task|to-?do|aufgabe)'
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
