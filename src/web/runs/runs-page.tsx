import { useState } from 'react'
import { api, type FlowRow } from '../api.ts'
import { actorName, count, duration, words } from '../format.ts'
import { useNow } from '../hub-time.ts'
import { useChanges } from '../live.ts'
import { Paged } from '../parts/paged.tsx'
import { FlowState } from '../parts/state.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { usePages } from '../use-pages.ts'
import { FiguresStrip } from './figures-strip.tsx'
import { headingOf } from './heading.ts'
import { NeedsYou } from './needs-you.tsx'

const FILTERS: [string, string][] = [
  ['', 'All'],
  ['awaiting_user', 'Needs you'],
  ['running', 'Running'],
  ['waiting', 'Waiting'],
  ['completed', 'Completed'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
]

/** All runs, live: newest first, by state, a page at a time. */
export function RunsPage() {
  const [status, setStatus] = useState('')
  const runs = usePages(status, (page) => api.flows({ status, ...page }))
  useChanges(runs.reload, ({ kind }) => kind === 'flow' || kind === 'ticket')
  return (
    <>
      <h1 className="visually-hidden">Runs</h1>
      <FiguresStrip />
      <NeedsYou />
      <div className="toolbar" role="toolbar" aria-label="Runs by state">
        {FILTERS.map(([value, label]) => (
          <button
            key={value}
            type="button"
            className="chip"
            aria-pressed={status === value}
            onClick={() => setStatus(value)}
          >
            {label}
          </button>
        ))}
      </div>
      <Paged
        list={runs}
        empty={
          <>
            No runs. One starts when a ticket is assigned to AI at the desk, or as a{' '}
            <a href={link.newFlow()}>new flow</a>.
          </>
        }
        more="Show older runs"
      >
        {(rows) => <RunList rows={rows} />}
      </Paged>
    </>
  )
}

function RunList({ rows }: { rows: FlowRow[] }) {
  return (
    <ul className="rows" aria-label="Runs">
      {rows.map((row) => (
        <li key={row.id}>
          <a className="row run-row" href={link.run(row.id)}>
            <FlowState flow={row} />
            <span className="what">
              <strong dir="auto">{headingOf(row)}</strong>
              <span className="faint" dir="auto">
                {aboutRun(row)}
              </span>
            </span>
            <Now row={row} />
            <span className="when">
              <Time at={row.created_at} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function aboutRun({
  ticket,
  customer_name: customer,
  template,
  requested_by,
  undo_of,
  replay_of,
}: FlowRow): string {
  const made = undo_of ? 'undoes a run' : replay_of ? 'replay' : template ? words(template) : 'planned'
  if (ticket) return `${customer ?? 'customer not known yet'} · ${ticket} · ${made}`
  return requested_by === 'system' ? made : `${made} · for ${actorName(requested_by)}`
}

/** What it waits for and until when; else how long it took, or why it failed. */
function Now({ row }: { row: FlowRow }) {
  const now = useNow()
  if (row.waiting_for && row.completed_at === null) {
    return (
      <span className="now">
        <span dir="auto">{row.waiting_for}</span>
        {row.waiting_until !== null && (
          <span className="faint">
            until <Deadline at={row.waiting_until} />
          </span>
        )}
      </span>
    )
  }
  if (row.completed_at === null) {
    return <span className="now faint">for {duration(Math.max(0, now - row.created_at))}</span>
  }
  return (
    <span className="now faint">
      <span>
        {count(row.steps_executed, 'step')} in {duration(row.completed_at - row.created_at)}
      </span>
      {row.last_error && <span dir="auto">{row.last_error}</span>}
    </span>
  )
}
