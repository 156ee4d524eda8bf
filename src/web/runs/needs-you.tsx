import { api } from '../api.ts'
import { words } from '../format.ts'
import { useChanges } from '../live.ts'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction, useData } from '../use-data.ts'
import { headingOf } from './heading.ts'

const SHOWN = '10'

/** What waits for a person, oldest first: approvals, open escalations, failed runs and work that gave up. */
export function NeedsYou() {
  const waiting = useData('needs-you', async () => {
    const [approvals, escalations, failed, dead] = await Promise.all([
      api.flows({ status: 'awaiting_user', parent: 'any', limit: SHOWN }),
      api.escalations({ status: 'open', limit: SHOWN }),
      api.flows({ status: 'failed', limit: SHOWN }),
      api.dead(),
    ])
    return { approvals, escalations, failed, dead }
  })
  const { busy, error, run } = useAction()
  useChanges(waiting.reload)
  if (!waiting.data) return <Problem error={waiting.error} />
  const { approvals, escalations, failed, dead } = waiting.data
  const total = [approvals, escalations, failed, dead].reduce((sum, { data }) => sum + data.length, 0)
  if (total === 0) return null
  const act = (what: () => Promise<unknown>) => void run(what).then(waiting.reload)
  return (
    <Panel title={`Needs you now (${total})`} className="needs-you">
      <Problem error={error} />
      <ul className="rows flat">
        {approvals.data.toReversed().map((row) => (
          <li key={row.id}>
            <a className="row need" href={link.run(row.id)}>
              <span className="state tone-you">
                <span aria-hidden="true">◆</span> asks
              </span>
              <span dir="auto">
                {row.customer_name && `${row.customer_name}: `}
                {headingOf(row)}
                {row.waiting_for && <span className="faint"> · {row.waiting_for}</span>}
              </span>
              <span className="when faint">
                since <Time at={row.updated_at} only="relative" />
                {row.waiting_until !== null && (
                  <>
                    , until <Time at={row.waiting_until} only="relative" />
                  </>
                )}
              </span>
            </a>
          </li>
        ))}
        {escalations.data.toReversed().map((row) => (
          <li key={row.id}>
            <a className="row need" href={link.escalation(row.id)}>
              <State state={row.priority} />
              <span dir="auto">escalation: {row.reason}</span>
              <span className="when faint">
                <Time at={row.created_at} only="relative" />
              </span>
            </a>
          </li>
        ))}
        {failed.data.map((row) => (
          <li key={row.id} className="row need">
            <State state="failed" />
            <a href={link.run(row.id)} dir="auto">
              {headingOf(row)}: {row.last_error}
            </a>
            <button type="button" disabled={busy} onClick={() => act(() => api.retry(row.id))}>
              Retry
            </button>
          </li>
        ))}
        {dead.data.map((row) => (
          <li key={row.id} className="row need">
            <span className="state tone-bad">
              <span aria-hidden="true">✗</span> gave up
            </span>
            <span dir="auto">
              {words(row.kind)}, {row.attempts} attempts: {row.last_error}
            </span>
            <button type="button" disabled={busy} onClick={() => act(() => api.replay(row.id))}>
              Run again
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
