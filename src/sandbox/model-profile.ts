import type { ProfileTask, Ticket } from './model-sections.ts'
import {
  constraintTopics,
  exactSentences,
  frictionWords,
  isInjection,
  languageOf,
  politeWords,
  promiseWords,
  wishWords,
} from './model-words.ts'
import { bestChunks } from './relevance.ts'

type Said = { ticket: Ticket; comment: Ticket['comments'][number]; quote: string }
type Claim = { text: string; evidence: { ticket: string; comment: string; date: string; quote: string } }

/** A profile whose quotes really stand in the tickets given, and whose recommendations were really retrieved. */
export function profileOf(sections: ProfileTask) {
  const current = sections.current_ticket ? [sections.current_ticket] : []
  const earlier = sections.ticket_history?.tickets ?? []
  const here = said(current, 'customer')
  const before = said(earlier, 'customer')
  const asked = [sections.current_ticket?.subject ?? '', ...here.map(({ quote }) => quote)].join('\n')

  const wishes = here.filter(({ quote }) => wishWords.test(quote))
  const openWishes = (wishes.length > 0 ? wishes : here.filter(isTelling)).slice(0, 3)
  const constraints = constraintTopics.flatMap(([label, words]) => {
    const found = [...here, ...before].find(({ quote }) => words.test(quote))
    return found ? [claim(`${label}: "${short(found.quote)}".`, found)] : []
  })
  const friction = before.filter(({ quote }) => frictionWords.test(quote)).slice(0, 4)
  const promises = said([...current, ...earlier], 'agent').filter(({ quote }) => promiseWords.test(quote))
  const polite = [...here, ...before].find(({ quote }) => politeWords.test(quote))

  return {
    language:
      languageOf(asked) ??
      languageOf(before.map(({ quote }) => quote).join('\n')) ??
      sections.customer.language ??
      null,
    constraints,
    open_wishes: openWishes.map((wish) => claim(`Wants: "${short(wish.quote)}".`, wish)),
    past_friction: friction.map((each) => claim(`Was unhappy: "${short(each.quote)}".`, each)),
    tone: polite ? [claim('Writes politely and expects the same.', polite)] : [],
    promises: promises.slice(0, 3).map((each) => claim(`We said: "${short(each.quote)}".`, each)),
    missing: missingIn(asked),
    recommendations: bestChunks(sections.knowledge, asked, 3).map((chunk) => ({
      text: chunk.title,
      chunk_id: chunk.chunk_id,
      reason: openWishes[0]
        ? `It is close to what they asked for: "${short(openWishes[0].quote)}".`
        : 'It is close to what they wrote about.',
    })),
  }
}

/** Every sentence of these authors, newest ticket first, oldest comment first within it. */
function said(tickets: Ticket[], author: string): Said[] {
  return tickets.flatMap((ticket) =>
    ticket.comments.toReversed().flatMap((comment) =>
      comment.author === author
        ? exactSentences(comment.text)
            .filter((quote) => !isInjection(quote))
            .map((quote) => ({ ticket, comment, quote }))
        : [],
    ),
  )
}

/** Not a greeting or a name alone. */
function isTelling({ quote }: Said): boolean {
  return quote.length > 20
}

function claim(text: string, { ticket, comment, quote }: Said): Claim {
  return { text, evidence: { ticket: ticket.ticket, comment: comment.comment, date: comment.date, quote } }
}

function short(quote: string): string {
  const words = quote.replace(/[.!?…]+$/, '').replaceAll('"', "'")
  return words.length <= 120 ? words : `${words.slice(0, 117).replace(/\s+\S*$/, '')}…`
}

function missingIn(text: string): string[] {
  const has = (topic: string) =>
    constraintTopics.some(([label, words]) => label === topic && words.test(text))
  return [
    ...(has('When') ? [] : ['For which dates is it?']),
    ...(has('How many they are') ? [] : ['How many people will come?']),
  ]
}
