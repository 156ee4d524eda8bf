import type { Logger } from 'pino'
import type { Ai, AiAction, Prompts } from '../../ai/index.ts'
import type { Knowledge } from '../../knowledge/index.ts'
import type { Clock, Desk } from '../../ports/index.ts'
import type { Store } from '../../store/index.ts'

/** What the judging skills of outreach work with. */
export type OutreachDeps = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  desks: ReadonlyMap<string, Desk>
  ai: Ai
  prompts: Prompts
  knowledge: Knowledge
  note: (action: AiAction) => void | Promise<void>
  log: Logger
  company: { name: string; about: string; address: string | null; defaultCountry: string | null }
  /** Our own addresses and numbers: never taken for the customer's. */
  own: { addresses: string[]; phones: string[] }
}
