import type { Clauses } from './model-clauses.ts'

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
export type Clause = { text: string; of: string | null; ticket: string | null; said: Clauses['said'] }

export type Reader = (clause: Clause) => Wish | undefined
export type Groups = Record<string, string | undefined>

/** A pattern, and what a clause that fits it asks for; undefined: it only looked so. */
export function reads(pattern: RegExp, wish: (groups: Groups, clause: Clause) => Wish | undefined): Reader {
  return (clause) => {
    const match = pattern.exec(clause.text)
    return match ? wish(match.groups ?? {}, clause) : undefined
  }
}

/** `content`: what is to be said, on a task or a ticket. */
export const COMMENT =
  /^(?:(?:add|leave|write|post|make|put)\s+(?:an?\s+|the\s+|this\s+)?(?:internal\s+|public\s+)?(?:comment|note)|comment|note|(?:füge?|schreibe?|hinterlasse?|ergänze?)\s+(?:einen\s+|den\s+|eine\s+|die\s+)?(?:interne\s+)?(?:kommentar|notiz)|kommentiere?)\s*(?:saying|that says|with(?: the text)?|mit(?: dem text)?|that|dass)?\s*:?\s*(?<content>.+?)(?:\s+hinzu)?$/iu
/** `of`: whose `status`, where that stands in the middle. */
export const STATUS_CHANGE =
  /^(?:mark|set|move|change|put|update|flag|markiere?|setze?|stelle?|ändere?)\b\s*(?<of>.*?)\s*(?:(?:the|its|their|den|ihren)\s+)?(?:status\s+)?(?:as|to|into|als|auf|in)\s+(?:be\s+)?(?<status>[\p{L} -]+)$/iu
