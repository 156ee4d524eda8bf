import type { HistoryTicket } from './history.ts'
import type { Claim, ClaimSection, Profile } from './profile.ts'
import { plain, standsIn } from './quote.ts'

/** A quote shorter than this proves nothing, unless it is the whole comment. */
const MIN_QUOTE_CHARS = 8
const MAX_PER_SECTION = 20
const MAX_TEXT_CHARS = 500

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
