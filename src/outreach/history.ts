import type { Instant } from '../ports/index.ts'

export type HistoryComment = {
  id: string
  at: Instant
  author: 'customer' | 'agent' | 'system'
  public: boolean
  text: string
}

export type HistoryTicket = {
  /** Like zendesk:4711. */
  ref: string
  subject: string
  status: string
  priority: string | null
  createdAt: Instant
  comments: HistoryComment[]
}

/** A ticket as the prompts' sections show it. */
export type PackedTicket = {
  ticket: string
  subject: string
  status: string
  priority: string | null
  created_at: string
  comments: { comment: string; date: string; author: string; text: string }[]
}

export type PackedHistory = {
  tickets: PackedTicket[]
  /** What did not fit; `cut`: comments of which only the beginning is given. */
  left_out: { tickets: number; comments: number; cut: number }
}

export type HistoryBudget = { maxChars: number; maxCommentChars: number }

/** Together about 15,000 tokens: leaves room for knowledge and answer in a window of 32k. */
export const defaultHistoryBudget: HistoryBudget = { maxChars: 36_000, maxCommentChars: 4_000 }
export const currentTicketBudget: HistoryBudget = { maxChars: 24_000, maxCommentChars: 8_000 }

/**
 * As much history as the budget holds, newest ticket first, its newest comments first. Once something does
 * not fit, everything older is left out too, so that what is given has no holes; it is counted.
 */
export function packHistory(tickets: HistoryTicket[], budget = defaultHistoryBudget): PackedHistory {
  const packed: PackedTicket[] = []
  const leftOut = { tickets: 0, comments: 0, cut: 0 }
  let left = budget.maxChars
  let full = false
  for (const ticket of [...tickets].sort((a, b) => b.createdAt - a.createdAt)) {
    const head = headOf(ticket)
    const headSize = JSON.stringify(head).length
    if (full || headSize > left) {
      full = true
      leftOut.tickets += 1
      leftOut.comments += ticket.comments.length
      continue
    }
    left -= headSize
    for (const comment of [...ticket.comments].sort((a, b) => b.at - a.at)) {
      const cut = comment.text.length > budget.maxCommentChars
      const shown = {
        comment: comment.id,
        date: iso(comment.at),
        author: comment.author,
        text: cut ? comment.text.slice(0, budget.maxCommentChars) : comment.text,
      }
      const size = JSON.stringify(shown).length + 1
      if (full || size > left) {
        full = true
        leftOut.comments += 1
        continue
      }
      left -= size
      if (cut) leftOut.cut += 1
      head.comments.push(shown)
    }
    packed.push(head)
  }
  return { tickets: packed, left_out: leftOut }
}

function headOf(ticket: HistoryTicket): PackedTicket {
  return {
    ticket: ticket.ref,
    subject: ticket.subject.slice(0, 300),
    status: ticket.status,
    priority: ticket.priority,
    created_at: iso(ticket.createdAt),
    comments: [],
  }
}

function iso(at: Instant): string {
  return new Date(at).toISOString()
}
