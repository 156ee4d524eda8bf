import { useState } from 'react'
import type { Step } from '../api.ts'
import { duration, words } from '../format.ts'
import { useNow } from '../hub-time.ts'
import { record } from '../narrow.ts'
import { toneOf } from '../parts/state.tsx'
import { Children } from './children.tsx'
import type { Execution } from './executions.ts'
import { type Scale, squeezedScale, trueScale } from './time-scale.ts'

const TICKS = [0, 0.25, 0.5, 0.75, 1]
const MARKS: Record<string, string> = {
  completed: '✓',
  failed: '✗',
  timed_out: '⊘',
  running: '▸',
  awaiting_user: '◆',
  waiting: '◔',
  cancelled: '■',
  skipped: '·',
  rolled_back: '↶',
}

/** States that their mark alone would not tell. */
const TOLD = ['skipped', 'rolled_back']

/** Every execution on one time axis; bars are work, hatched is waiting. */
export function Waterfall(props: {
  executions: Execution[]
  /** Null while the run goes on. */
  endedAt: number | null
  startedAt: number
  selected: string | null
  onSelect: (step: Step) => void
}) {
  const { executions, startedAt } = props
  const [isTrue, setTrue] = useState(false)
  const now = useNow()
  const to = Math.max(props.endedAt ?? now, ...executions.map((one) => one.to ?? one.from))
  const moments = executions.flatMap((one) => [
    one.from,
    one.to ?? to,
    ...one.waits.flatMap((wait) => [wait.from, wait.to ?? to]),
  ])
  const scale = isTrue ? trueScale(startedAt, to) : squeezedScale([startedAt, to, ...moments])
  const total = new Map<string, number>()
  for (const { step, nth } of executions) total.set(step.id, nth)

  return (
    <div className="waterfall">
      <div className="axis">
        <label className="switch">
          <input type="checkbox" checked={isTrue} onChange={(event) => setTrue(event.target.checked)} /> to
          scale
        </label>
        <div className="ticks" aria-hidden="true">
          {TICKS.map((tick) => (
            <span key={tick} style={{ left: `${tick * 100}%` }}>
              {tick === 0 ? '0' : duration(scale.momentAt(tick) - startedAt, 1)}
            </span>
          ))}
        </div>
      </div>
      <ol>
        {executions.map((one) => (
          <li key={one.key}>
            <button
              type="button"
              className={`wf-row ${one.step.type === 'conditional' ? 'minor' : ''}`}
              aria-pressed={props.selected === one.step.id}
              onClick={() => props.onSelect(one.step)}
            >
              <span className="wf-title">
                <span className={`mark tone-${toneOf(one.state)}`} aria-hidden="true">
                  {MARKS[one.state] ?? '·'}
                </span>
                <span className="wf-name">{one.step.title}</span>
                {(total.get(one.step.id) ?? 1) > 1 && (
                  <span className="badge" title="Which time this step was executed">
                    {one.nth}. of {total.get(one.step.id)}
                  </span>
                )}
                {one.attempts > 1 && <span className="badge">{one.attempts} attempts</span>}
                {TOLD.includes(one.state) && <span className="badge">{words(one.state)}</span>}
                <span className="visually-hidden">, {words(one.state)}</span>
              </span>
              <Bar execution={one} scale={scale} to={to} />
              <span className="wf-time">
                {answerOf(one) ?? duration(Math.max(0, (one.to ?? now) - one.from))}
              </span>
            </button>
            {one.nth === total.get(one.step.id) && <Children step={one.step} />}
          </li>
        ))}
      </ol>
    </div>
  )
}

/** Of a question, its answer says more than the few milliseconds it took. */
function answerOf({ step, nth, to }: Execution): string | null {
  if (step.type !== 'conditional' || to === null || nth !== step.runs) return null
  const { holds } = record(step.result)
  return holds === true ? 'yes' : holds === false ? 'no' : null
}

function Bar({ execution, scale, to }: { execution: Execution; scale: Scale; to: number }) {
  const place = (from: number, end: number | null) => {
    const left = scale.place(from)
    return { left: `${left * 100}%`, width: `${(scale.place(end ?? to) - left) * 100}%` }
  }
  return (
    <span className="wf-track" aria-hidden="true">
      <span
        className={`wf-bar tone-${execution.to === null ? 'busy' : toneOf(execution.state)} ${execution.to === null ? 'open' : ''}`}
        style={place(execution.from, execution.to)}
      />
      {execution.waits.map((wait) => (
        <span key={wait.from} className="wf-wait" style={place(wait.from, wait.to)} />
      ))}
    </span>
  )
}
