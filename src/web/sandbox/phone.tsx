import { clockOf } from '../format.ts'
import { Empty } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { moods } from './choices.ts'
import type { World } from './world.ts'

/** The calls as the customers had them, newest first. */
export function Phone({ calls }: { calls: World['calls'] }) {
  return (
    <Panel title="Phone" aside={<span className="count">{calls.length}</span>}>
      {calls.length === 0 && <Empty>Nobody has been called yet.</Empty>}
      <ul className="pick bounded">
        {calls.map((call, index) => (
          <li key={call.id}>
            <details open={index === 0}>
              <summary>
                <span className="pick-title">
                  <strong dir="auto">{call.customerName}</strong> <span className="mono">{call.to}</span>
                </span>
                <span className="faint">
                  <State state={call.status} /> · {moods[call.mood]}
                  {call.durationS > 0 && <> · {clockOf(call.durationS)}</>} ·{' '}
                  <Time at={call.createdAt} only="relative" />
                </span>
              </summary>
              <ol className="transcript">
                {call.turns.map((turn) => (
                  <li key={turn.atS} className={turn.role === 'bot' ? 'out' : 'in'}>
                    <span className="mono faint">{clockOf(turn.atS)}</span>
                    <span className="speaker">{turn.role === 'bot' ? 'AI assistant' : 'Customer'}</span>
                    <span dir="auto">{turn.text}</span>
                  </li>
                ))}
              </ol>
              {call.turns.length === 0 && <Empty>{call.endedReason ?? 'Nothing has been said yet.'}</Empty>}
            </details>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
