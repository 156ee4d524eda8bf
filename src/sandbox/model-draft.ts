import { fill } from './caller-phrases.ts'
import { type DraftPhrases, draftPhrases } from './model-draft-phrases.ts'
import type { Chunk, DraftTask } from './model-sections.ts'
import { bestChunks, PRICE, tellingStatements } from './relevance.ts'

export type Draft = { subject: string; paragraphs: string[]; cited_chunk_ids: string[] }

/** A mail of the kind asked for, in the language asked for; its numbers are copied from the chunks it cites. */
export function draftOf(sections: DraftTask): Draft {
  const language = (sections.task.language ?? 'en').toLowerCase().split('-')[0] ?? 'en'
  const words = draftPhrases[language] ?? draftPhrases.en
  if (!words) throw new Error('The sandbox has no English phrases')
  const subject = sections.ticket?.subject ?? ''
  const places = { name: sections.customer.name, subject: withoutMarks(subject) }
  const greeting = fill(words.greeting, places)
  const { situation } = sections

  switch (sections.task.kind) {
    case 'clarify_phone': {
      const clarify = words.clarify[situation?.why ?? ''] ?? words.clarify.invalid ?? ''
      const candidates = (situation?.candidates ?? []).join(words.or)
      return mail(fill(words.subject.clarify, places), [greeting, fill(clarify, { candidates })], [])
    }
    case 'reminder':
      return mail(fill(words.subject.reminder, places), [greeting, fill(words.reminder, places)], [])
    case 'continue_by_email': {
      const question = situation?.question ?? subject
      const [chunk] = bestChunks(sections.knowledge, question, 1)
      const answer = chunk ? [line(chunk, words, question)] : []
      const paragraphs = [greeting, words.inWriting, ...answer, words.colleague]
      return mail(fill(words.subject.help, places), paragraphs, chunk ? [chunk.chunk_id] : [])
    }
    case 'follow_up':
      return mail(fill(words.subject.reminder, places), [greeting, fill(words.followUp, places)], [])
    case 'refund_decision': {
      const { granted = false, amount, reason } = situation?.decision ?? {}
      const told = fill(granted ? words.refund.granted : words.refund.declined, { amount: amount ?? '' })
      const why = reason ? [fill(words.refund.because, { reason })] : []
      return mail(fill(words.subject.help, places), [greeting, told, ...why, words.refund.questions], [])
    }
    case 'announce_call': {
      const last4 = (situation?.phone ?? '').replace(/\D/g, '').slice(-4)
      return withHelp(sections, words, places, fill(words.announce, { last4 }))
    }
    default:
      return withHelp(sections, words, places, words.askPhone)
  }
}

function withHelp(
  sections: DraftTask,
  words: DraftPhrases,
  places: { name: string; subject: string },
  request: string,
): Draft {
  const chunks = recommended(sections)
  const help = chunks.map((chunk) => line(chunk, words, askedIn(sections))).join(' ')
  const paragraphs = [
    fill(words.greeting, places),
    fill(words.thanks, places),
    chunks.length > 0 ? `${words.suits} ${help}` : words.nothingYet,
    request,
  ]
  const cited = chunks.map(({ chunk_id }) => chunk_id)
  return mail(fill(words.subject.help, places), paragraphs, cited)
}

/** What the profile recommends, where it was retrieved, else what is closest to the ticket; then what it costs. */
function recommended(sections: DraftTask): Chunk[] {
  const { profile, knowledge } = sections
  const wanted = profile?.recommendations.map(({ chunk_id }) => chunk_id) ?? []
  const found = wanted.flatMap((id) => knowledge.find((chunk) => chunk.chunk_id === id) ?? [])
  const asked = askedIn(sections)
  const rooms = found.length > 0 ? found.slice(0, 2) : bestChunks(knowledge, asked, 2)
  const priced = knowledge.filter((chunk) => PRICE.test(chunk.text) && !rooms.includes(chunk))
  return [...rooms, ...bestChunks(priced, asked, 1)]
}

function askedIn({ ticket }: DraftTask): string {
  const said = (ticket?.comments ?? []).filter(({ author }) => author === 'customer')
  return [ticket?.subject ?? '', ...said.map(({ text }) => text)].join('\n')
}

/** The knowledge is in English; in a mail of another language its sentence stands as the quote that it is. */
function line(chunk: Chunk, words: DraftPhrases, asked: string): string {
  const [sentence] = tellingStatements(chunk.text, asked)
  if (!sentence) return `${chunk.title}.`
  return `${chunk.title}: ${fill(words.quoted, { sentence })}`
}

function mail(subject: string, paragraphs: string[], cited: string[]): Draft {
  return {
    subject: subject.trim(),
    paragraphs: paragraphs.filter((text) => text !== ''),
    cited_chunk_ids: cited,
  }
}

/** A ticket's subject inside a sentence. */
function withoutMarks(subject: string): string {
  return subject.replace(/^(re|aw|fwd?):\s*/i, '').replace(/[.!?]+$/, '')
}
