import type { Instant } from '../ports/index.ts'

export type BriefInput = {
  /** Like zendesk:4711. */
  ticketRef: string
  customerName: string
  /** Whole sentences; the first one is the headline. */
  why: string[]
  /** The customer's words that show it. */
  quotes: string[]
  /** In the order it happened. */
  tried: { what: string; at: Instant; result: string }[]
  /** With the words, and where they were said, like "call, 3:50". */
  promised: { text: string; quote: string; where: string }[]
  nextStep: string
}

export type Brief = {
  /** Enough on a lock screen. */
  title: string
  /** For a chat card: short lines, plain text. */
  lines: string[]
  /** For the desk, as an internal note: everything. */
  note: string
}

const MAX_NOTE_CHARS = 6_000

/** What a person needs to take over without asking: why, what was tried, what was promised, what to do. */
export function escalationBrief(input: BriefInput): Brief {
  const [headline = 'A person is needed', ...otherReasons] = input.why.map((reason) => clip(reason, 300))
  const done = input.tried.map(({ what, result }) => `${what}: ${result}`)
  const promises = input.promised.map(({ text, where }) => `${clip(text, 200)} (${where})`)
  const none = 'nothing'
  const lines = [
    `Why: ${[headline, ...otherReasons].join(' ')}`,
    ...input.quotes.slice(0, 2).map((quote) => `“${clip(quote, 200)}”`),
    `AI tried: ${done.join(' · ') || none}`,
    `Promised: ${promises.join(' · ') || none}`,
    `Next: ${clip(input.nextStep, 300)}`,
  ]
  const note = [
    'Handed over to a person by the AI assistant.',
    section('Why', [headline, ...otherReasons, ...input.quotes.map((quote) => `“${clip(quote, 400)}”`)]),
    section(
      'What was tried (UTC)',
      input.tried.map(({ what, at, result }) => `${stamp(at)} ${what}: ${result}`),
    ),
    section(
      'What was promised',
      input.promised.map(({ text, quote, where }) => `${clip(text, 300)} (${where}: “${clip(quote, 300)}”)`),
    ),
    section('Next step', [clip(input.nextStep, 500)]),
  ].join('\n\n')
  return {
    title: clip(`${input.ticketRef} · ${input.customerName}: ${headline}`, 200),
    lines: lines.map((line) => clip(line, 600)),
    note: clip(note, MAX_NOTE_CHARS),
  }
}

function section(title: string, lines: string[]): string {
  return [`${title}:`, ...(lines.length > 0 ? lines : ['Nothing']).map((line) => `- ${line}`)].join('\n')
}

function stamp(at: Instant): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).trimEnd()}…`
}
