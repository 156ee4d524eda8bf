import type { CallTurn } from '../ports/index.ts'
import type { CallVerdict } from './call-outcome.ts'

/** Zendesk takes 64 KB per comment; people read less. */
const MAX_NOTE_CHARS = 16_000

/** The internal note for a call that settled the ticket: summary, the words it rests on, promises, transcript. */
export function successNote(input: {
  verdict: CallVerdict
  turns: CallTurn[]
  /** Connected seconds. */
  durationS: number
  recordingUrl: string | null
}): string {
  const { verdict } = input
  const head = [
    `Resolved by a call of the AI assistant (${clock(input.durationS)}, ${Math.round(verdict.confidence * 100)} % sure).`,
    verdict.summary,
    list(
      'Rests on',
      verdict.quotes.map((quote) => `“${quote}”`),
    ),
    list(
      'Promised',
      verdict.promises.map(({ text, quote }) => `${text} (“${quote}”)`),
    ),
    verdict.nextStep ? `Next step: ${verdict.nextStep}` : '',
    input.recordingUrl ? `Recording: ${input.recordingUrl}` : '',
  ].filter((part) => part !== '')
  const beginning = head.join('\n\n').slice(0, MAX_NOTE_CHARS / 2)
  return `${beginning}\n\n${transcript(input.turns, MAX_NOTE_CHARS - beginning.length - 2)}`
}

/** Whole turns, from the beginning; the rest is counted. */
export function transcript(turns: CallTurn[], maxChars: number): string {
  const title = 'Transcript:'
  const lines: string[] = []
  let left = maxChars - title.length - 60
  for (const turn of turns) {
    const line = `[${clock(turn.atS)}] ${turn.speaker === 'assistant' ? 'AI' : 'Customer'}: ${turn.text}`
    left -= line.length + 1
    if (left < 0) break
    lines.push(line)
  }
  const missing = turns.length - lines.length
  return [title, ...lines, ...(missing > 0 ? [`… ${missing} more turns in the conversation`] : [])].join('\n')
}

function list(title: string, items: string[]): string {
  return items.length === 0 ? '' : [`${title}:`, ...items.map((item) => `- ${item}`)].join('\n')
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
