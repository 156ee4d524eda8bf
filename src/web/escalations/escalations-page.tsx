import { useState } from 'react'
import { api, type Escalation } from '../api.ts'
import { actorName } from '../format.ts'
import { useChanges } from '../live.ts'
import { Empty, Loading, Problem } from '../parts/notes.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useData } from '../use-data.ts'

const FILTERS: [string, string][] = [
  ['', 'All'],
  ['open', 'Open'],
  ['assigned', 'Claimed'],
  ['resolved', 'Resolved'],
  ['dismissed', 'Dismissed'],
]
const PAGE = 25

/** Work that needs a person. */
export function EscalationsPage() {
  const [status, setStatus] = useState('')
  const [limit, setLimit] = useState(PAGE)
  const found = useData(`${status}:${limit}`, () => api.escalations({ status, limit: String(limit) }))
  useChanges(found.reload, ({ kind }) => kind === 'escalation' || kind === 'flow')
  return (
    <>
      <h1 className="visually-hidden">Escalations</h1>
      <div className="toolbar" role="toolbar" aria-label="Escalations by state">
        {FILTERS.map(([value, label]) => (
          <button
            key={value}
            type="button"
            className="chip"
            aria-pressed={status === value}
            onClick={() => {
              setStatus(value)
              setLimit(PAGE)
            }}
          >
            {label}
          </button>
        ))}
      </div>
      {found.data ? (
        <>
          <Problem error={found.error} />
          {found.data.data.length === 0 ? (
            <Empty>No escalations. They come from runs that need a person.</Empty>
          ) : (
            <ul className="rows" aria-label="Escalations">
              {found.data.data.map((row) => (
                <EscalationRow key={row.id} row={row} />
              ))}
            </ul>
          )}
          {found.data.nextCursor && limit < 200 && (
            <button type="button" className="more" onClick={() => setLimit(Math.min(200, limit + PAGE))}>
              Show older escalations
            </button>
          )}
        </>
      ) : (
        <Loading error={found.error} />
      )}
    </>
  )
}

function EscalationRow({ row }: { row: Escalation }) {
  return (
    <li>
      <a className="row escalation-row" href={link.escalation(row.id)}>
        <span className="states">
          <State state={row.priority} /> <State state={row.status} />
        </span>
        <span className="what">
          <strong dir="auto">{row.reason}</strong>
          <span className="faint">
            {row.ticket ?? 'no ticket'}
            {row.assigned_to && <> · {actorName(row.assigned_to)}</>}
          </span>
        </span>
        <span className="when">
          <Time at={row.created_at} />
        </span>
      </a>
    </li>
  )
}
