import { z } from 'zod'
import type { SearchHit } from '../ports/index.ts'
import { type HistoryTicket, type PackedHistory, type PackedTicket, packHistory } from './history.ts'
import { guessLanguage } from './language.ts'
import { plain, standsIn } from './quote.ts'

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

/** A quote shorter than this proves nothing, unless it is the whole comment. */
const MIN_QUOTE_CHARS = 8
const MAX_PER_SECTION = 20
const MAX_TEXT_CHARS = 500

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
    current_ticket: packHistory([input.current]).tickets[0] ?? null,
    ticket_history: packHistory(input.history),
    knowledge: input.knowledge,
    previous_profile: input.previous,
  }
}

export type Dropped = { section: ClaimSection | 'recommendations'; text: string; why: string }

/**
 * Keeps what can be shown to be so: a claim whose quote stands in the comment it names, a recommendation
 * whose chunk was retrieved. `sources` are the tickets and chunks the model was given. The evidence's date
 * is taken from the comment, whatever the model says.
 */
export function checkProfile(
  profile: Profile,
  sources: { tickets: HistoryTicket[]; chunkIds: Iterable<string> },
): { profile: Profile; dropped: Dropped[] } {
  const comments = new Map(
    sources.tickets.flatMap((ticket) =>
      ticket.comments.map((comment) => [keyOf(ticket.ref, comment.id), comment] as const),
    ),
  )
  const chunkIds = new Set(sources.chunkIds)
  const dropped: Dropped[] = []

  const keepClaims = (section: ClaimSection): Claim[] =>
    profile[section].slice(0, MAX_PER_SECTION).flatMap((claim) => {
      const { evidence } = claim
      const comment = comments.get(keyOf(evidence.ticket, evidence.comment))
      const why = !comment
        ? `There is no comment ${evidence.comment} in ${evidence.ticket}`
        : mistakeOfQuote(evidence.quote, comment.text)
      if (!comment || why) {
        dropped.push({ section, text: claim.text, why: why ?? '' })
        return []
      }
      const date = new Date(comment.at).toISOString()
      return [{ text: claim.text.slice(0, MAX_TEXT_CHARS), evidence: { ...evidence, date } }]
    })

  const recommendations = profile.recommendations.slice(0, MAX_PER_SECTION).filter((recommendation) => {
    if (chunkIds.has(recommendation.chunk_id)) return true
    const why = `Chunk ${recommendation.chunk_id} was not retrieved`
    dropped.push({ section: 'recommendations', text: recommendation.text, why })
    return false
  })

  return {
    profile: {
      language: profile.language,
      constraints: keepClaims('constraints'),
      open_wishes: keepClaims('open_wishes'),
      past_friction: keepClaims('past_friction'),
      tone: keepClaims('tone'),
      promises: keepClaims('promises'),
      missing: profile.missing.slice(0, MAX_PER_SECTION).map((text) => text.slice(0, MAX_TEXT_CHARS)),
      recommendations,
    },
    dropped,
  }
}

function mistakeOfQuote(quote: string, comment: string): string | null {
  if (!standsIn(quote, comment)) return 'The quote does not stand in that comment'
  const short = plain(quote).length < MIN_QUOTE_CHARS && plain(quote) !== plain(comment)
  return short ? 'The quote is too short to show anything' : null
}

function keyOf(ticket: string, comment: string): string {
  return `${ticket}\n${comment}`
}

export type ProfileChange = { section: string; text: string }

/**
 * What is new and what is gone since the last profile. A claim is the same when it rests on the same words of
 * the same comment: models word the same thing differently every time.
 */
export function profileChanges(
  before: Profile | null,
  after: Profile,
): { added: ProfileChange[]; removed: ProfileChange[] } {
  const old = before ? itemsOf(before) : new Map<string, ProfileChange>()
  const fresh = itemsOf(after)
  return {
    added: [...fresh].filter(([key]) => !old.has(key)).map(([, change]) => change),
    removed: [...old].filter(([key]) => !fresh.has(key)).map(([, change]) => change),
  }
}

function itemsOf(profile: Profile): Map<string, ProfileChange> {
  const claims = claimSections.flatMap((section) =>
    profile[section].map(({ text, evidence }): [string, ProfileChange] => [
      [section, evidence.ticket, evidence.comment, plain(evidence.quote)].join('\n'),
      { section, text },
    ]),
  )
  return new Map([
    ...claims,
    ...profile.missing.map((text): [string, ProfileChange] => [
      `missing\n${plain(text)}`,
      { section: 'missing', text },
    ]),
    ...profile.recommendations.map(({ text, chunk_id }): [string, ProfileChange] => [
      `recommendations\n${chunk_id}`,
      { section: 'recommendations', text },
    ]),
  ])
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
