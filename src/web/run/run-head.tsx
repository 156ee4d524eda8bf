import type { Run } from '../api.ts'
import { actorName, duration, words } from '../format.ts'
import { useNow } from '../hub-time.ts'
import { record, text } from '../narrow.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { LinkOut } from '../parts/link-out.tsx'
import { Said } from '../parts/notes.tsx'
import { FlowState } from '../parts/state.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { RunActions } from './run-actions.tsx'

/** What the run is, what it waits for, and what can be done with all of it. */
export function RunHead({ run, reload, keep }: { run: Run; reload: () => void; keep: () => void }) {
  const { flow, ticket } = run
  return (
    <header className="run-head">
      <div className="run-title">
        <FlowState flow={flow} />
        <h1 dir="auto">{(flow.template !== null && ticket?.subject) || flow.title}</h1>
      </div>
      {flow.completed_at === null && flow.waiting_for && (
        <p className="run-now">
          <span className="waiting-for" dir="auto" title={flow.waiting_for}>
            Waiting for {flow.waiting_for}
          </span>{' '}
          {flow.waiting_until !== null && (
            <span>
              until <Deadline at={flow.waiting_until} />
            </span>
          )}
        </p>
      )}
      {flow.last_error && (
        <p className="problem" dir="auto">
          {flow.status === 'cancelled' ? 'Ended: ' : ''}
          {flow.last_error}
        </p>
      )}
      <About run={run} />
      <Request run={run} />
      <RunActions run={run} reload={reload} keep={keep} />
    </header>
  )
}

function About({ run: { flow, ticket, customer } }: { run: Run }) {
  const now = useNow()
  return (
    <p className="run-about">
      {customer && (
        <span>
          <strong dir="auto">{customer.name}</strong>
          {customer.organization && (
            <span className="faint" dir="auto">
              , {customer.organization}
            </span>
          )}
        </span>
      )}
      {ticket && (
        <span>
          <LinkOut href={ticket.url}>{ticket.ref}</LinkOut> <span className="faint">({ticket.status})</span>
        </span>
      )}
      <span>
        run <CopyId id={flow.id} />
      </span>
      <Origin flow={flow} />
      <span>
        started <Time at={flow.created_at} />
      </span>
      <span className="faint">
        {flow.completed_at === null ? 'for ' : 'took '}
        {duration(Math.max(0, (flow.completed_at ?? now) - flow.created_at))}
      </span>
      {flow.spent_usd > 0 && <span className="faint">cost {flow.spent_usd.toFixed(3)} USD</span>}
    </p>
  )
}

/** What made it: a template or a plan, for whom; and the run that it is part of, repeats or undoes. */
function Origin({ flow }: Pick<Run, 'flow'>) {
  return (
    <>
      {flow.template ? (
        <span>
          <a href={link.template(flow.template, flow.template_version ?? undefined)}>
            {words(flow.template)}
          </a>
        </span>
      ) : (
        flow.parent_flow_id === null && flow.undo_of === null && <span>planned</span>
      )}
      {flow.requested_by !== 'system' && <span className="faint">for {actorName(flow.requested_by)}</span>}
      {flow.parent_flow_id && (
        <span>
          {flow.branch ? `branch ${words(flow.branch)} of ` : 'part of '}
          <a href={link.run(flow.parent_flow_id)}>another run</a>
        </span>
      )}
      {flow.replay_of && (
        <span>
          replay of <a href={link.run(flow.replay_of)}>an earlier run</a>
        </span>
      )}
      {flow.undo_of && (
        <span>
          undoes <a href={link.run(flow.undo_of)}>an earlier run</a>
        </span>
      )}
    </>
  )
}

/** The words that a planned run began with. */
function Request({ run: { flow } }: { run: Run }) {
  const asked = text(record(flow.context).original_intent) ?? ''
  if (flow.template !== null || flow.parent_flow_id !== null || asked === '') return null
  return <Said className="request">{asked}</Said>
}
