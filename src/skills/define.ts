import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Tx } from '../store/index.ts'
import type { OrgId } from '../work/index.ts'
import type { SkillHub } from './hub.ts'

/** `read` changes nothing outside; `write` changes something at a vendor; `contact` reaches a customer. */
export type EffectClass = 'read' | 'write' | 'contact'

export type Channel = 'email' | 'call' | 'sms' | 'whatsapp'

/** Why and for whom a skill runs. */
export type Occasion = {
  org: OrgId
  /** What caused it: a flow step's run, a rule's run, a request. Part of the idempotency key. */
  cause: string
  /** `system`, `ai` or `user:<who>`. */
  actor: string
  caseId: string | null
  flowId: string | null
  /** The fence under which this was prepared; null where no ticket is involved. */
  fence: number | null
  depth: number
  log: Logger
}

/** An occasion with what the run may use. `effectId` identifies this one effect, at vendors too. */
export type Act = Occasion & { hub: SkillHub; effectId: string; attempt: number }

/**
 * What a vendor says of an effect whose answer was lost: it happened; repeating it is safe, whether it happened
 * or not; it surely did not happen, so that it is as if it had never been tried; or nobody can tell.
 */
export type Recheck<Output> =
  | { kind: 'done'; output: Output }
  | { kind: 'repeat' }
  | { kind: 'not_done' }
  | { kind: 'unknown' }

/**
 * A named, typed thing that the hub can do; the only way in which anything acts on the world.
 * Methods, not function properties: a list of skills then holds skills of any input, and `input` parses each.
 */
export type Skill<Input = unknown, Output = unknown> = {
  name: string
  title: string
  /** For whoever must choose between this skill and its neighbour: what it does, and what it does not. */
  description: string
  effect: EffectClass
  /** Not for plans, rules and outside agents: a step that only makes sense inside a template of the hub's own. */
  internal?: boolean
  /** It reads what its own flow did so far: all of that has to be in the store before it runs. */
  looksAtItsFlow?: true
  /** Who may have it run; an agent where nothing is said. */
  role?: Role
  /** About what one run costs beside the model, in US dollars: shown with a plan. */
  costUsd?: number
  /** The prompt with which it asks the model: what that costs is told from earlier runs. */
  asks?: string
  /** Names that people and models use for an input, and what it is called here. */
  aliases?: Readonly<Record<string, string>>
  /** Inputs that are never guessed at, beside ids, amounts and recipients, which are known by their names. */
  exact?: readonly string[]
  input: z.ZodType<Input>
  output: z.ZodType<Output>
  /** Which ticket's fence guards it. */
  ticketOf?(input: Input): string | null
  /** Whom a contact, or a write that leads to one, reaches, by which channel: the policy is asked about a contact. */
  reaches?(input: Input): { channel: Channel; customerId: string }
  /** Whether a write with this input is read by the customer: to outside agents it is as good as a contact. */
  isSeenByCustomer?(input: Input): boolean
  /** The template of which it starts a flow: what that does is what this does, to outside agents. */
  starts?(input: Input): string
  /** What must still be so, asked in the transaction of every try that nothing of the effect can have come before. */
  check?(tx: Tx, input: Input, act: Act): Promise<void>
  /** Rows that must be there once the effect is being tried, in the same transaction. */
  begin?(tx: Tx, input: Input, act: Act): Promise<void>
  run(input: Input, act: Act): Promise<Output>
  /** Asked after a crash or a lost answer. Without it a contact is never repeated and a write is in doubt. */
  recheck?(input: Input, act: Act & { triedAt: number }): Promise<Recheck<Output>>
  /** Rows that must be there once the effect is done, in the same transaction. */
  record?(tx: Tx, input: Input, output: Output, act: Act): Promise<void>
  /** How what it did is taken back. Without it, a write or a contact cannot be undone. */
  undo?(input: Input, output: Output, about: { org: OrgId; hub: SkillHub; effectId: string }): Promise<Undo>
}

/** Roles of people, each with what the ones before it may do. */
export const roles = ['agent', 'manager', 'admin'] as const
export type Role = (typeof roles)[number]

/** A skill with the input that takes an effect back, or why nothing does. */
export type Undo =
  | { kind: 'skill'; skill: string; input: Record<string, unknown>; title: string }
  | { kind: 'impossible'; why: string }

/** Ties input, output and code of a skill together. */
export function defineSkill<Input, Output>(skill: Skill<Input, Output>): Skill<Input, Output> {
  return skill
}

/** A judgement that a flow may ask for by name: the model decides by schema, code checks it and falls back. */
export type Decision = (
  input: Record<string, unknown>,
  about: { org: string; flowId: string; caseId: string; customerId: string | null },
) => Promise<unknown>
