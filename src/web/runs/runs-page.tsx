import { useState } from 'react'
import { api, type FlowRow } from '../api.ts'
import { duration } from '../format.ts'
import { useNow } from '../hub-time.ts'
import { useChanges } from '../live.ts'
import { Empty, Loading, Problem } from '../parts/notes.tsx'
import { FlowState } from '../parts/state.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useData } from '../use-data.ts'
import { FiguresStrip } from './figures-strip.tsx'
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
const PAGE = 25

/** All runs, live: newest first, by state, a page at a time. */
export function RunsPage() {
  const [status, setStatus] = useState('')
  const [pages, setPages] = useState(1)
  const runs = useData(`${status}:${pages}`, () => loadPages(status, pages))
  useChanges(runs.reload, ({ kind }) => kind === 'flow' || kind === 'ticket')
  const choose = (next: string) => {
    setStatus(next)
    setPages(1)
  }
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
            onClick={() => choose(value)}
          >
            {label}
          </button>
        ))}
      </div>
      {runs.data ? (
        <>
          <Problem error={runs.error} />
          <RunList rows={runs.data.rows} />
          {runs.data.more && (
            <button type="button" className="more" onClick={() => setPages(pages + 1)}>
              Show older runs
            </button>
          )}
        </>
      ) : (
        <Loading error={runs.error} />
      )}
    </>
  )
}

/** All pages that are shown are loaded again, so that a change on any of them is seen. */
async function loadPages(status: string, pages: number) {
  const rows: FlowRow[] = []
  let cursor: string | undefined
  for (let page = 0; page < pages; page += 1) {
    const answer = await api.flows({ status, limit: String(PAGE), ...(cursor ? { cursor } : {}) })
    rows.push(...answer.data)
    if (!answer.nextCursor) return { rows, more: false }
    cursor = answer.nextCursor
  }
  return { rows, more: true }
}

function RunList({ rows }: { rows: FlowRow[] }) {
  if (rows.length === 0) {
    return <Empty>No runs. One starts when a ticket is assigned to AI at the desk.</Empty>
  }
  return (
    <ul className="rows" aria-label="Runs">
      {rows.map((row) => (
        <li key={row.id}>
          <a className="row run-row" href={link.run(row.id)}>
            <FlowState flow={row} />
            <span className="what">
              <strong dir="auto">{row.ticket_subject ?? row.title}</strong>
              <span className="faint" dir="auto">
                {row.customer_name ?? 'customer not known yet'} · {row.ticket ?? row.title}
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
        {row.steps_executed} steps in {duration(row.completed_at - row.created_at)}
      </span>
      {row.last_error && <span dir="auto">{row.last_error}</span>}
    </span>
  )
}
