import { Problem } from '../parts/notes.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { useAction } from '../use-data.ts'
import { type Clock, sandbox } from './world.ts'

const JUMPS: [string, number][] = [
  ['+15 min', 900_000],
  ['+1 h', 3_600_000],
  ['+1 day', 86_400_000],
]

/** Simulated time and how to let it pass; what becomes due on the way is done. */
export function ClockBar({ clock, reload }: { clock: Clock; reload: () => void }) {
  const { busy, error, run } = useAction()
  const jump = (act: () => Promise<unknown>) => void run(act).then(reload)
  return (
    <div className="clock-bar panel">
      <span>
        Sandbox time <Time at={clock.now} only="absolute" />
      </span>
      <span className="faint">
        {clock.nextDueAt === null ? (
          'nothing is due'
        ) : (
          <>
            next is due <Deadline at={clock.nextDueAt} />
          </>
        )}
      </span>
      <span className="actions">
        <button
          type="button"
          disabled={busy || clock.nextDueAt === null}
          onClick={() => jump(sandbox.advanceToNext)}
        >
          Skip to what is due next
        </button>
        {JUMPS.map(([label, ms]) => (
          <button key={label} type="button" disabled={busy} onClick={() => jump(() => sandbox.advance(ms))}>
            {label}
          </button>
        ))}
      </span>
      <Problem error={error} />
    </div>
  )
}
