import { useState } from 'react'
import { flowApi, type Schedule } from '../flow-api.ts'
import { words } from '../format.ts'
import { SLOW, useChanges } from '../live.ts'
import { Problem } from '../parts/notes.tsx'
import { Paged } from '../parts/paged.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction } from '../use-data.ts'
import { usePages } from '../use-pages.ts'
import { wallTime } from './next-times.ts'
import { ScheduleForm } from './schedule-form.tsx'
import { StarterActions } from './starter-actions.tsx'
import { Triggers } from './triggers.tsx'

/** What starts flows by itself: the clock, and events. */
export function SchedulesPage({ template }: { template: string | null }) {
  const schedules = usePages('schedules', flowApi.schedules)
  const [isAdding, setAdding] = useState(template !== null)
  useChanges(schedules.reload, ({ kind }) => kind === 'flow', SLOW)
  return (
    <>
      <div className="page-head">
        <h1>Schedules</h1>
        {!isAdding && (
          <button type="button" className="primary" onClick={() => setAdding(true)}>
            Add a schedule …
          </button>
        )}
      </div>
      {isAdding && (
        <ScheduleForm
          template={template}
          onDone={() => {
            setAdding(false)
            schedules.reload()
          }}
        />
      )}
      <Paged
        list={schedules}
        empty="No schedules. One starts a template at the times that you say."
        more="Show older schedules"
      >
        {(rows) => (
          <ul className="rows" aria-label="Schedules">
            {rows.map((row) => (
              <ScheduleRow key={row.id} row={row} reload={schedules.reload} />
            ))}
          </ul>
        )}
      </Paged>
      <Triggers />
    </>
  )
}

function ScheduleRow({ row, reload }: { row: Schedule; reload: () => void }) {
  const { busy, error, run } = useAction()
  const act = (what: () => Promise<unknown>) => void run(what).then(reload)
  return (
    <li className="row schedule-row">
      <State state={row.enabled ? 'on' : 'paused'} />
      <span className="what">
        <strong dir="auto">{row.name}</strong>
        <span>
          <a href={link.template(row.template)}>{row.template}</a> <code>{row.cron}</code>{' '}
          <span className="faint">
            {row.zone} · missed: {words(row.missed)}
          </span>
        </span>
        <Troubles row={row} />
        <Problem error={error} />
      </span>
      <span className="what">
        <NextTime row={row} />
        <span>
          <span className="faint">last: </span>
          {row.last_flow_id ? (
            <a href={link.run(row.last_flow_id)}>
              {row.last_due_at === null ? 'by hand' : <Time at={row.last_due_at} />}
            </a>
          ) : (
            'never'
          )}
        </span>
      </span>
      <StarterActions
        isOn={row.enabled}
        busy={busy}
        onSwitch={() => act(() => flowApi.switchSchedule(row.id, !row.enabled))}
        onRemove={() => act(() => flowApi.removeSchedule(row.id))}
      >
        <button type="button" disabled={busy} onClick={() => act(() => flowApi.runSchedule(row.id))}>
          Run now
        </button>
      </StarterActions>
    </li>
  )
}

function NextTime({ row }: { row: Schedule }) {
  const [next, ...later] = row.next_times
  if (!next) return <span className="faint">next: not while it is paused</span>
  const title = later.map(({ at }) => wallTime(at, row.zone)).join('\n')
  return (
    <span title={`then\n${title}`}>
      <span className="faint">next: </span>
      <Time at={next.at} only="relative" /> <span className="faint">· {wallTime(next.at, row.zone)}</span>
    </span>
  )
}

/** What keeps it from starting, what went wrong the last time, what was left out. */
function Troubles({ row }: { row: Schedule }) {
  const all = [row.problem && `The next start would fail: ${row.problem}`, row.last_error, row.last_note]
  return all.map(
    (one) =>
      one && (
        <span key={one} className={one === row.last_note ? 'faint' : 'problem'} dir="auto">
          {one}
        </span>
      ),
  )
}
