import { QUOTED } from './model-clauses.ts'
import {
  type Clause,
  COMMENT,
  type Groups,
  type Reader,
  reads,
  STATUS_CHANGE,
  type Wish,
} from './model-wish.ts'

export const CALLED = '(?:\\s+(?:called|named|titled|with the title|namens|mit dem titel))?'

/** Tasks that are looked for or made; read before anything is taken out of the clause. */
export const newTaskWishes: Reader[] = [
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
]

/** What is done with a task that is known, or named on the way. */
export const taskWishes: Reader[] = [
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
