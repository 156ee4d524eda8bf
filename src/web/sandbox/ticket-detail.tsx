import { api } from '../api.ts'
import { useChanges } from '../live.ts'
import { Problem, Said } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { FlowState, State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction, useData } from '../use-data.ts'
import { type SandboxTicket, sandbox } from './world.ts'

/** One ticket as its agents see it, with what can be done to it. */
export function TicketDetail({ ticket, reload }: { ticket: SandboxTicket; reload: () => void }) {
  const { busy, error, run } = useAction()
  const act = (what: () => Promise<unknown>) => void run(what).then(reload)
  const ended = ticket.status === 'closed'
  return (
    <Panel
      title={<span dir="auto">{ticket.subject}</span>}
      aside={<State of="ticket" state={ticket.status} />}
      className="ticket"
    >
      <p className="faint">
        Ticket {ticket.id} · <span dir="auto">{ticket.requester}</span> · {ticket.assignee ?? 'nobody'} ·{' '}
        {ticket.group ?? 'no group'}
        {ticket.tags.length > 0 && <> · {ticket.tags.join(', ')}</>}
      </p>
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={busy || ended || ticket.withAi}
          onClick={() => act(() => sandbox.assign(ticket.id))}
        >
          Assign to AI
        </button>
        <button
          type="button"
          disabled={busy || ended || !ticket.withAi}
          onClick={() => act(() => sandbox.take(ticket.id))}
        >
          Take away from AI
        </button>
      </div>
      <Problem error={error} />
      <Runs ticket={ticket.id} />
      <ol className="comments">
        {ticket.comments.map((comment) => (
          <li key={comment.id} className={comment.public ? '' : 'internal'}>
            <p>
              <strong dir="auto">{comment.author}</strong>{' '}
              {!comment.public && <span className="badge">internal note</span>} <Time at={comment.at} />
            </p>
            <Said>{comment.text}</Said>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function Runs({ ticket }: { ticket: string }) {
  const runs = useData(ticket, () => api.flows({ ticket: `zendesk:${ticket}`, limit: '3' }))
  useChanges(runs.reload, ({ kind }) => kind === 'flow' || kind === 'ticket')
  if (!runs.data || runs.data.data.length === 0) return null
  return (
    <ul className="plain runs-of">
      {runs.data.data.map((row) => (
        <li key={row.id}>
          <FlowState flow={row} /> <a href={link.run(row.id)}>Open the run</a>{' '}
          <span className="faint" dir="auto">
            {row.completed_at === null ? row.waiting_for : ''}
          </span>
        </li>
      ))}
    </ul>
  )
}
