import { z } from 'zod'
import { currentTicketBudget, type HistoryTicket, packHistory } from './history.ts'
import type { FoundPhone } from './phone.ts'
import type { PackedChunk, Profile } from './profile.ts'

export const mailKinds = [
  'ask_phone',
  'announce_call',
  'clarify_phone',
  'reminder',
  'continue_by_email',
  'follow_up',
  'refund_decision',
] as const
export type MailKind = (typeof mailKinds)[number]

/** What a model writes of a mail; greeting included, footer and unsubscribe line not. */
export const DraftSchema = z.object({
  subject: z.string().trim().min(1).max(200).describe('Short and specific, no price, no "Re:"'),
  paragraphs: z.array(z.string().max(2_000)).min(2).max(12).describe('Plain text; the first is the greeting'),
  cited_chunk_ids: z.array(z.string()).describe('Every chunk of the knowledge section that was used'),
})

export type Draft = z.infer<typeof DraftSchema>

/** What the conversation so far leaves open. */
export type Situation = {
  /** On file or given, E.164. */
  phone: string | null
  /** What a reply left to choose from. */
  candidates: FoundPhone[]
  /** Why we ask again; of `clarify_phone` only. */
  why: 'several' | 'invalid' | 'unconfirmed' | 'no_consent' | 'no_number' | null
  /** What the customer asked; of `continue_by_email`. */
  question: string | null
  /** What a person decided about a refund; of `refund_decision`. The amount has its currency with it. */
  decision: { granted: boolean; amount: string | null; reason: string | null } | null
}

export const noSituation: Situation = {
  phone: null,
  candidates: [],
  why: null,
  question: null,
  decision: null,
}

export type DraftInput = {
  kind: MailKind
  /** BCP 47. */
  language: string
  company: string
  customerName: string
  profile: Profile
  ticket: HistoryTicket
  knowledge: PackedChunk[]
  situation: Situation
}

/** The sections of the `email_draft` prompt, bounded. */
export function draftSections(input: DraftInput) {
  const { situation } = input
  return {
    task: { kind: input.kind, language: input.language, company: input.company, ticket: input.ticket.ref },
    customer: { name: input.customerName, language: input.language },
    profile: input.profile,
    ticket: packHistory([input.ticket], currentTicketBudget).tickets[0] ?? null,
    knowledge: input.knowledge,
    situation: {
      phone: situation.phone,
      candidates: situation.candidates.map(({ e164 }) => e164),
      why: situation.why,
      question: situation.question,
      decision: situation.decision,
    },
  }
}

/** What of a draft's input, beside ticket and knowledge, may be repeated in it, for `lockNumbers`. */
export function givenOf(input: Pick<DraftInput, 'customerName' | 'company' | 'situation'>): string[] {
  const { phone, candidates, question, decision } = input.situation
  return [
    input.customerName,
    input.company,
    ...[phone, question, decision?.amount, decision?.reason].filter((text) => typeof text === 'string'),
    ...candidates.flatMap(({ e164, quote }) => [e164, quote]),
  ]
}
