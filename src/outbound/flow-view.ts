import { z } from 'zod'
import type { Tone, View } from '../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../store/index.ts'

/** More steps than these are folded: what is before and after the present one says the most. */
const STEPS_AROUND = 6
const TEXT_MAX = 600
const OPTIONS_MAX = 10

/** What of a prompt its card shows. */
const Prompt = z.looseObject({
  type: z.string(),
  message: z.string(),
  options: z.array(z.looseObject({ label: z.string() })),
  why: z.string(),
  otherwise: z.string(),
})
const ForApproval = z.looseObject({ payload: z.record(z.string(), z.unknown()) })
const Answered = z.looseObject({ by: z.string(), at: z.number() })

/** A flow with its steps, and who asks a person at this moment: itself, or a branch or a sub-flow of it. */
export type FlowOnCard = {
  flow: FlowsTable
  steps: readonly FlowStepsTable[]
  asking: { flow: FlowsTable; step: FlowStepsTable } | null
  publicUrl: string
}

/** A flow as the team sees it in chat: how it stands, what it asks of whom until when, and its steps. */
export function viewOfFlowSteps({ flow, steps, asking, publicUrl }: FlowOnCard): View {
  const { word, tone } = asking ? stateOfQuestion(asking.step) : stateOf(flow)
  return {
    tone,
    title: `${word} · ${flow.title}`,
    lines: [...(asking ? questionLines(asking.step) : []), ...stepLines(flow, steps)],
    fields: [
      { label: 'State', value: flow.outcome && !asking ? `${word}: ${flow.outcome}` : word },
      ...(asking ? waitingFields(asking.flow) : []),
      ...(!asking && flow.waiting_for ? [{ label: 'Waiting for', value: flow.waiting_for }] : []),
      ...(flow.last_error && !asking ? [{ label: 'Why', value: flow.last_error }] : []),
      { label: 'Asked for by', value: flow.requested_by },
    ],
    links: [
      { label: asking ? 'Answer' : 'Open run', url: `${publicUrl}/#/runs/${asking?.flow.id ?? flow.id}` },
    ],
  }
}

/** One line more under the card: an edited message calls nobody. */
export function viewOfPing(
  { flow, step }: NonNullable<FlowOnCard['asking']>,
  moment: 'reminded' | 'delegated',
  publicUrl: string,
): View {
  const what = moment === 'reminded' ? 'Still waiting' : 'Handed on'
  return {
    tone: 'warning',
    title: `${what} · ${flow.waiting_for ?? step.title}`,
    lines: [deadlineLine(flow, step)].filter((line) => line !== null),
    fields: [],
    links: [{ label: 'Answer', url: `${publicUrl}/#/runs/${flow.id}` }],
  }
}

function stateOfQuestion(step: FlowStepsTable): { word: string; tone: Tone } {
  const why = promptIn(step)?.why
  if (why === undefined) return { word: 'Needs approval', tone: 'warning' }
  return { word: why === 'bound' ? 'Paused at a bound' : 'Needs an answer', tone: 'warning' }
}

function stateOf({ status }: FlowsTable): { word: string; tone: Tone } {
  switch (status) {
    case 'completed':
      return { word: 'Done', tone: 'success' }
    case 'failed':
      return { word: 'Failed', tone: 'danger' }
    case 'cancelled':
      return { word: 'Cancelled', tone: 'neutral' }
    default:
      return { word: status === 'waiting' ? 'Waiting' : 'Running', tone: 'info' }
  }
}

function questionLines(step: FlowStepsTable): string[] {
  const prompt = promptIn(step)
  if (!prompt) return payloadLines(step)
  const labels = prompt.options.slice(0, OPTIONS_MAX).map(({ label }) => label)
  const more = prompt.options.length - labels.length
  return [
    clipped(prompt.message),
    ...(labels.length > 0 ? [`${labels.join(' / ')}${more > 0 ? ` / … ${more} more` : ''}`] : []),
    `Without an answer ${prompt.otherwise}.`,
  ]
}

/** What goes out once it is approved, as far as a card has room. */
function payloadLines(step: FlowStepsTable): string[] {
  const asked = ForApproval.safeParse(JSON.parse(step.result ?? 'null'))
  if (!asked.success) return []
  return Object.entries(asked.data.payload)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => clipped(`${name}: ${value}`))
}

const waitingFields = ({ waiting_for, waiting_until }: FlowsTable) => [
  ...(waiting_for ? [{ label: 'Waiting for', value: waiting_for }] : []),
  ...(waiting_until === null ? [] : [{ label: 'Until', value: timeText(waiting_until) }]),
]

function deadlineLine({ waiting_until }: FlowsTable, step: FlowStepsTable): string | null {
  if (waiting_until === null) return null
  const otherwise = promptIn(step)?.otherwise
  return `Until ${timeText(waiting_until)}${otherwise ? `; without an answer ${otherwise}` : ''}.`
}

/** `✓ done (0:03)`, `▸ now`, `⏸ waiting`, `· next`, folded around the present step. */
function stepLines(flow: FlowsTable, steps: readonly FlowStepsTable[]): string[] {
  const first = Math.max(0, Math.min(flow.position, steps.length) - STEPS_AROUND)
  const last = Math.min(steps.length, flow.position + STEPS_AROUND)
  const before = first > 0 ? [`✓ … ${first} before`] : []
  const after = last < steps.length ? [`· … ${steps.length - last} more`] : []
  return [...before, ...steps.slice(first, last).map(stepLine), ...after]
}

const MARKS: Record<string, string> = {
  completed: '✓',
  running: '▸',
  awaiting_user: '⏸',
  waiting: '⏸',
  failed: '✗',
  cancelled: '✗',
  skipped: '–',
  rolled_back: '↶',
}

function stepLine(step: FlowStepsTable): string {
  return `${MARKS[step.status] ?? '·'} ${step.title}${answerText(step) ?? durationText(step)}`
}

function answerText({ user_response }: FlowStepsTable): string | null {
  const answer = Answered.safeParse(JSON.parse(user_response ?? 'null'))
  return answer.success ? `, by ${answer.data.by}, ${timeText(answer.data.at)}` : null
}

function durationText({ status, started_at, completed_at }: FlowStepsTable): string {
  if (status !== 'completed' || started_at === null || completed_at === null) return ''
  const seconds = Math.round((completed_at - started_at) / 1_000)
  if (seconds >= 3_600) return ` (${(seconds / 3_600).toFixed(1)} h)`
  return ` (${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')})`
}

const promptIn = ({ prompt }: FlowStepsTable) =>
  prompt === null ? undefined : Prompt.parse(JSON.parse(prompt))

const clipped = (text: string) => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text)

const times = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})
const timeText = (at: number) => `${times.format(at)} UTC`
