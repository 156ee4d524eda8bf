import type { HistoryTicket, PackedChunk, Profile, Reading } from '../../../src/outreach/index.ts'
import type { CallTurn } from '../../../src/ports/index.ts'

export const noon = Date.UTC(2026, 2, 2, 12)

/** A ticket of one customer; comments as text, the first one oldest, a minute apart. */
export function ticket(comments: string[], fields: Partial<HistoryTicket> = {}): HistoryTicket {
  return {
    ref: 'zendesk:4711',
    subject: 'Trip to Lisbon',
    status: 'open',
    priority: null,
    createdAt: noon,
    comments: comments.map((text, index) => ({
      id: `c${index + 1}`,
      at: noon + index * 60_000,
      author: 'customer',
      public: true,
      text,
    })),
    ...fields,
  }
}

export const emptyProfile: Profile = {
  language: 'en',
  constraints: [],
  open_wishes: [],
  past_friction: [],
  tone: [],
  promises: [],
  missing: [],
  recommendations: [],
}

export function claim(quote: string, fields: { ticket?: string; comment?: string; text?: string } = {}) {
  return {
    text: fields.text ?? 'Something about the customer.',
    evidence: {
      ticket: fields.ticket ?? 'zendesk:4711',
      comment: fields.comment ?? 'c1',
      date: '2020-01-01',
      quote,
    },
  }
}

export function chunk(text: string, id = 'k1'): PackedChunk & { id: string } {
  return { id, chunk_id: id, title: 'Lumen Lisbon', headings: [], text }
}

export function reading(fields: Partial<Reading>): Reading {
  return {
    phone: null,
    phone_quote: null,
    consents_to_ai_call: 'unclear',
    consent_words: null,
    refuses_call: false,
    wants_human: false,
    opts_out: false,
    opt_out_words: null,
    question: null,
    language: 'en',
    sentiment: 'neutral',
    ...fields,
  }
}

/** `AI: …` and `C: …` lines as turns. */
export function turns(...lines: string[]): CallTurn[] {
  return lines.map((line, index) => ({
    speaker: line.startsWith('AI:') ? 'assistant' : 'customer',
    text: line.replace(/^(?:AI|C):\s*/, ''),
    atS: index * 5,
  }))
}
