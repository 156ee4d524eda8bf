import { words } from '../format.ts'

export type Tone = 'good' | 'bad' | 'warn' | 'you' | 'busy' | 'calm'
type Look = { word: string; mark: string; tone: Tone }

const FLOW: Record<string, Look> = {
  pending: { word: 'starting', mark: '▸', tone: 'busy' },
  running: { word: 'running', mark: '▸', tone: 'busy' },
  awaiting_user: { word: 'needs you', mark: '◆', tone: 'you' },
  waiting: { word: 'waiting', mark: '◔', tone: 'calm' },
  completed: { word: 'completed', mark: '✓', tone: 'good' },
  resolved: { word: 'resolved', mark: '✓', tone: 'good' },
  escalated: { word: 'escalated', mark: '▲', tone: 'warn' },
  taken_over: { word: 'taken over', mark: '■', tone: 'calm' },
  cancelled: { word: 'cancelled', mark: '■', tone: 'calm' },
  failed: { word: 'failed', mark: '✗', tone: 'bad' },
  declined: { word: 'declined', mark: '■', tone: 'calm' },
  rolled_back: { word: 'rolled back', mark: '↶', tone: 'calm' },
}

const OTHER: Record<string, Look> = {
  ...FLOW,
  pending: { word: 'not yet', mark: '·', tone: 'calm' },
  timed_out: { word: 'no answer', mark: '⊘', tone: 'warn' },
  on: { word: 'on', mark: '✓', tone: 'good' },
  paused: { word: 'paused', mark: '■', tone: 'calm' },
  skipped: { word: 'skipped', mark: '·', tone: 'calm' },
  done: { word: 'done', mark: '✓', tone: 'good' },
  trying: { word: 'trying', mark: '▸', tone: 'busy' },
  in_doubt: { word: 'in doubt', mark: '?', tone: 'warn' },
  refused: { word: 'refused', mark: '⊘', tone: 'warn' },
  open: { word: 'open', mark: '◆', tone: 'you' },
  assigned: { word: 'claimed', mark: '▸', tone: 'busy' },
  dismissed: { word: 'dismissed', mark: '■', tone: 'calm' },
  pending_ai_call: { word: 'pending_ai_call', mark: '◔', tone: 'calm' },
  processing: { word: 'processing', mark: '▸', tone: 'busy' },
  sending: { word: 'sending', mark: '▸', tone: 'busy' },
  sent: { word: 'sent', mark: '✓', tone: 'busy' },
  delivered: { word: 'delivered', mark: '✓', tone: 'good' },
  received: { word: 'received', mark: '✓', tone: 'good' },
  bounced: { word: 'bounced', mark: '✗', tone: 'bad' },
  complained: { word: 'complained', mark: '✗', tone: 'bad' },
  delivery_delayed: { word: 'delayed', mark: '⊘', tone: 'warn' },
  answered: { word: 'answered', mark: '✓', tone: 'good' },
  queued: { word: 'queued', mark: '◔', tone: 'calm' },
  ringing: { word: 'ringing', mark: '▸', tone: 'busy' },
  'in-progress': { word: 'talking', mark: '▸', tone: 'busy' },
  ended: { word: 'ended', mark: '■', tone: 'calm' },
  emergency: { word: 'emergency', mark: '‼', tone: 'bad' },
  high: { word: 'high', mark: '▲', tone: 'warn' },
  normal: { word: 'normal', mark: '=', tone: 'busy' },
  low: { word: 'low', mark: '▽', tone: 'calm' },
}

const TICKET: Record<string, Look> = {
  new: { word: 'new', mark: '○', tone: 'warn' },
  open: { word: 'open', mark: '●', tone: 'busy' },
  pending: { word: 'pending', mark: '◐', tone: 'calm' },
  hold: { word: 'on hold', mark: '◔', tone: 'calm' },
  solved: { word: 'solved', mark: '✓', tone: 'good' },
  closed: { word: 'closed', mark: '■', tone: 'calm' },
}

const TASK: Record<string, Look> = {
  todo: { word: 'to do', mark: '○', tone: 'calm' },
  working: { word: 'working', mark: '▸', tone: 'busy' },
  done: { word: 'done', mark: '✓', tone: 'good' },
}

const LOOKS = { flow: FLOW, ticket: TICKET, task: TASK, other: OTHER }

/** A state as a word with a mark and a colour; the colour never stands alone. */
export function State({ state, of = 'other' }: { state: string; of?: keyof typeof LOOKS }) {
  const look = LOOKS[of][state] ?? { word: words(state), mark: '·', tone: 'calm' as const }
  return (
    <span className={`state tone-${look.tone}`}>
      <span aria-hidden="true">{look.mark}</span> {look.word}
    </span>
  )
}

/** A flow that has ended says what came of it rather than that it ended. */
export function FlowState({ flow }: { flow: { status: string; outcome: string | null } }) {
  const ended = flow.status === 'completed' || (flow.status === 'cancelled' && flow.outcome === 'taken_over')
  return <State of="flow" state={ended && flow.outcome ? flow.outcome : flow.status} />
}

export const toneOf = (state: string): Tone => OTHER[state]?.tone ?? 'calm'
