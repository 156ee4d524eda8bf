import type { Logger } from 'pino'
import type { Events } from '../events/index.ts'
import type {
  ChatSurface,
  Clock,
  Desk,
  DeskTicket,
  Mailer,
  SearchHit,
  VoiceProvider,
} from '../ports/index.ts'
import type { Store, Tx } from '../store/index.ts'
import type { OrgId } from '../work/index.ts'

/** A piece of work that needs a person. `cause` makes it one: raising it again under the same cause is a no-op. */
export type NewEscalation = {
  cause: string
  priority: 'emergency' | 'high' | 'normal' | 'low'
  source: string
  reason: string
  brief: string
  ticket?: string | null
  customerId?: string | null
  callId?: string | null
  flowId?: string | null
}

/** A flow that somebody asks for. `depth`: how many flows' doings led to it. */
export type NewFlow = {
  template: string
  params: Record<string, unknown>
  by: string
  from: string
  key: string
  depth: number
}

/** What an event follows from: an effect, and how many flows stand above that. */
export type Caused = { cause: string; depth: number }

/** What skills may use of the hub. Composed in app.ts; those above the skills are reached by functions given here. */
export type SkillHub = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  events: Events
  desks: ReadonlyMap<string, Desk>
  mailer: Mailer | null
  voice: VoiceProvider | null
  chats: readonly ChatSurface[]
  settings: {
    companyName: string
    publicUrl: string
    /** Where a voice provider reports to. */
    callWebhookUrl: string
    recordCalls: boolean
    mailFrom: { email: string; name?: string } | null
    /** The address whose replies reach us; a flow's signed address is made from it. */
    replyTo: (flowId: string) => string
  }
  log: Logger
  escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string>
  /** Takes an open escalation out of people's queue. Throws InputError 409 where somebody finished it otherwise. */
  dismissEscalation: (org: OrgId, id: string, reason: string) => Promise<void>
  /** Puts a call into the caller's queue. */
  queueCall: (tx: Tx, org: OrgId, call: { id: string; caseId: string; runAt?: number }) => Promise<void>
  /** Starts a flow from a template; under the same key it is the same flow. Throws InputError. */
  startFlow: (org: OrgId, request: NewFlow) => Promise<{ id: string; title: string }>
  /** Tells our mirror what one of our own writes made of a ticket. */
  recordOwnWrite: (tx: Tx, org: OrgId, desk: Desk, ticket: DeskTicket, by: Caused) => Promise<void>
  /** Brings our mirror of a ticket in step with the desk, whose webhook may be late or lost. */
  refreshTicket: (org: OrgId, ref: string) => Promise<void>
  searchKnowledge: (org: OrgId, text: string, limit: number) => Promise<SearchHit[]>
}
