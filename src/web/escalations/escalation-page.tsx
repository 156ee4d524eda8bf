import { useState } from 'react'
import { api, type Escalation } from '../api.ts'
import { actorName, words } from '../format.ts'
import { useChanges } from '../live.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { Fact } from '../parts/fact.tsx'
import { Loading, Problem, Said } from '../parts/notes.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction, useData } from '../use-data.ts'

/** One escalation: why, what was tried, what was promised; claim, resolve or dismiss it. */
export function EscalationPage({ id }: { id: string }) {
  const loaded = useData(id, () => api.escalation(id))
  useChanges(loaded.reload, ({ kind }) => kind === 'escalation')
  const row = loaded.data
  if (!row) return <Loading error={loaded.error} />
  return (
    <article className="panel escalation">
      <header>
        <h1 dir="auto">{row.reason}</h1>
        <p>
          <State state={row.priority} /> <State state={row.status} />
        </p>
      </header>
      <dl className="facts">
        <Fact name="escalation">
          <CopyId id={row.id} />
        </Fact>
        {row.ticket && <Fact name="ticket">{row.ticket}</Fact>}
        {row.flow_id && (
          <Fact name="run">
            <a href={link.run(row.flow_id)}>open the run</a>
          </Fact>
        )}
        <Fact name="raised by">{words(row.source)}</Fact>
        <Fact name="raised">
          <Time at={row.created_at} />
        </Fact>
        {row.assigned_to && <Fact name="claimed by">{actorName(row.assigned_to)}</Fact>}
        {row.resolved_at !== null && (
          <Fact name={row.status}>
            <Time at={row.resolved_at} />
          </Fact>
        )}
        {row.outcome && <Fact name="outcome">{words(row.outcome)}</Fact>}
        {row.note && <Fact name="note">{row.note}</Fact>}
      </dl>
      <h2>Brief</h2>
      <Said className="letter">{row.brief}</Said>
      <Actions row={row} reload={loaded.reload} />
    </article>
  )
}

function Actions({ row, reload }: { row: Escalation; reload: () => void }) {
  const { busy, error, run } = useAction()
  const [asked, setAsked] = useState<'resolve' | 'dismiss' | null>(null)
  const [said, setSaid] = useState('')
  if (row.status === 'resolved' || row.status === 'dismissed') return null
  const act = (what: () => Promise<unknown>) =>
    void run(what).then(() => {
      setAsked(null)
      reload()
    })
  const finish = () =>
    act(() =>
      asked === 'resolve' ? api.resolve(row.id, said.trim() || null) : api.dismiss(row.id, said.trim()),
    )
  return (
    <>
      <Problem error={error} />
      <div className="actions">
        {row.status === 'open' && (
          <button
            type="button"
            className="primary"
            disabled={busy}
            onClick={() => act(() => api.claim(row.id))}
          >
            Claim
          </button>
        )}
        {asked === null ? (
          <>
            <button type="button" disabled={busy} onClick={() => setAsked('resolve')}>
              Resolve …
            </button>
            <button type="button" disabled={busy} onClick={() => setAsked('dismiss')}>
              Dismiss …
            </button>
          </>
        ) : (
          <span className="inline-form">
            <input
              aria-label={asked === 'resolve' ? 'Note' : 'Reason'}
              placeholder={asked === 'resolve' ? 'What was done? (optional)' : 'Reason (needed)'}
              value={said}
              onChange={(event) => setSaid(event.target.value)}
            />
            <button
              type="button"
              className={asked === 'resolve' ? 'primary' : 'danger'}
              disabled={busy || (asked === 'dismiss' && said.trim() === '')}
              onClick={finish}
            >
              {asked === 'resolve' ? 'Resolve' : 'Dismiss'}
            </button>
            <button type="button" className="quiet" onClick={() => setAsked(null)}>
              Back
            </button>
          </span>
        )}
      </div>
    </>
  )
}
