import { z } from 'zod'
import type { SearchHit } from '../ports/index.ts'
import {
  currentTicketBudget,
  type HistoryTicket,
  type PackedHistory,
  type PackedTicket,
  packHistory,
} from './history.ts'
import { guessLanguage } from './language.ts'

export { checkProfile, type Dropped } from './check-profile.ts'

const EvidenceSchema = z.object({
  ticket: z.string().describe('As given, like zendesk:4711'),
  comment: z.string().describe('Id of the comment, as given'),
  date: z.string().describe('Date of the comment, as given'),
  quote: z.string().describe('Copied letter by letter from that comment, at most 200 characters'),
})

export const ClaimSchema = z.object({
  text: z.string().describe('One plain sentence in English'),
  evidence: EvidenceSchema,
})

/** What a model says of a customer; property names are those of the prompt. Trusted only after `checkProfile`. */
export const ProfileSchema = z.object({
  language: z.string().nullable().describe('BCP 47 code of the language the customer writes in'),
  constraints: z.array(ClaimSchema),
  open_wishes: z.array(ClaimSchema),
  past_friction: z.array(ClaimSchema),
  tone: z.array(ClaimSchema),
  promises: z.array(ClaimSchema),
  missing: z.array(z.string()).describe('What must be asked, as short questions'),
  recommendations: z.array(
    z.object({
      text: z.string(),
      chunk_id: z.string().describe('Copied from the knowledge section'),
      reason: z.string().describe('Why it suits this customer'),
    }),
  ),
})

export type Claim = z.infer<typeof ClaimSchema>
export type Profile = z.infer<typeof ProfileSchema>
export type Recommendation = Profile['recommendations'][number]

export const claimSections = ['constraints', 'open_wishes', 'past_friction', 'tone', 'promises'] as const
export type ClaimSection = (typeof claimSections)[number]

/** A chunk as the prompts' `knowledge` sections show it. */
export type PackedChunk = { chunk_id: string; title: string; headings: string[]; text: string }

export function packChunks(hits: Pick<SearchHit, 'id' | 'title' | 'headings' | 'text'>[]): PackedChunk[] {
  return hits.map(({ id, title, headings, text }) => ({ chunk_id: id, title, headings, text }))
}

export type ProfileInput = {
  customer: {
    name: string
    language: string | null
    timeZone: string | null
    organization: string | null
    tags: string[]
    ticketsTotal: number
    ticketsOpen: number
  }
  current: HistoryTicket
  /** Other tickets, in any order. */
  history: HistoryTicket[]
  knowledge: PackedChunk[]
  previous: Profile | null
}

export type ProfileSections = {
  customer: Record<string, unknown>
  current_ticket: PackedTicket | null
  ticket_history: PackedHistory
  knowledge: PackedChunk[]
  previous_profile: Profile | null
}

/** The sections of the `customer_profile` prompt, bounded. The current ticket has a budget of its own. */
export function profileSections(input: ProfileInput): ProfileSections {
  const { customer } = input
  return {
    customer: {
      name: customer.name,
      language: customer.language,
      time_zone: customer.timeZone,
      organization: customer.organization,
      tags: customer.tags,
      tickets_total: customer.ticketsTotal,
      tickets_open: customer.ticketsOpen,
    },
    current_ticket: packHistory([input.current], currentTicketBudget).tickets[0] ?? null,
    ticket_history: packHistory(input.history),
    knowledge: input.knowledge,
    previous_profile: input.previous,
  }
}

/**
 * A profile without a model: the customer's own first words on the current ticket as their wish, nothing
 * guessed, nothing recommended. Its claims pass `checkProfile`.
 */
export function fallbackProfile(input: Pick<ProfileInput, 'customer' | 'current' | 'history'>): Profile {
  const written = [input.current, ...input.history]
    .flatMap((ticket) => ticket.comments)
    .filter((comment) => comment.author === 'customer')
  const firstWords = [...input.current.comments]
    .sort((a, b) => a.at - b.at)
    .find((comment) => comment.author === 'customer' && comment.text.trim() !== '')
  const wish: Claim[] = firstWords
    ? [
        {
          text: `Wrote about "${input.current.subject.slice(0, 200)}"; not yet read by a model.`,
          evidence: {
            ticket: input.current.ref,
            comment: firstWords.id,
            date: new Date(firstWords.at).toISOString(),
            quote: beginning(firstWords.text, 200),
          },
        },
      ]
    : []
  return {
    language: input.customer.language ?? guessLanguage(written.map((comment) => comment.text).join('\n')),
    constraints: [],
    open_wishes: wish,
    past_friction: [],
    tone: [],
    promises: [],
    missing: [],
    recommendations: [],
  }
}

/** At most `max` characters, ending with a whole word. */
function beginning(text: string, max: number): string {
  const trimmed = text.trim()
  if (trimmed.length <= max) return trimmed
  const cut = trimmed.slice(0, max)
  const space = cut.search(/\s\S*$/)
  return space > 0 ? cut.slice(0, space) : cut
}
