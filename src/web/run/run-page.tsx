import { useState } from 'react'
import { api, type Run } from '../api.ts'
import { duration } from '../format.ts'
import { useNow } from '../hub-time.ts'
import { useChanges } from '../live.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { LinkOut } from '../parts/link-out.tsx'
import { Loading, Problem } from '../parts/notes.tsx'
import { FlowState } from '../parts/state.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { link, type RunTab, runTabs } from '../router.ts'
import { useAction, useData } from '../use-data.ts'
import { Approval } from './approval.tsx'
import { ConversationTab } from './conversation-tab.tsx'
import { DeskTab } from './desk-tab.tsx'
import { EffectsTab } from './effects-tab.tsx'
import { LogTab } from './log-tab.tsx'
import { ProfileTab } from './profile-tab.tsx'
import { StepsTab } from './steps-tab.tsx'

const TABS: Record<RunTab, string> = {
  steps: 'Steps',
  profile: 'Profile',
  conversation: 'Conversation',
  desk: 'Desk & alerts',
  effects: 'Effects & model',
  log: 'Log',
}

/** One run and everything that it did. */
export function RunPage({ id, tab, step }: { id: string; tab: RunTab; step: string | null }) {
  const loaded = useData(id, () => api.run(id))
  useChanges(loaded.reload, (change) => change.kind !== 'flow' || change.id === id)
  const run = loaded.data
  if (!run) return <Loading error={loaded.error} />
  const waiting = run.flow.steps?.find((one) => one.status === 'awaiting_user')
  return (
    <article className="run">
      <RunHead run={run} reload={loaded.reload} />
      <Problem error={loaded.error} />
      {waiting && (
        <Approval key={`${waiting.id}:${waiting.runs}`} run={run} step={waiting} onAnswered={loaded.reload} />
      )}
      <nav className="tabs" aria-label="Parts of the run">
        {runTabs.map((one) => (
          <a key={one} href={link.run(id, one)} {...(one === tab ? { 'aria-current': 'page' as const } : {})}>
            {TABS[one]} <Counted howMany={countOf(run, one)} />
          </a>
        ))}
      </nav>
      <Tab run={run} tab={tab} step={step} />
    </article>
  )
}

function Tab({ run, tab, step }: { run: Run; tab: RunTab; step: string | null }) {
  switch (tab) {
    case 'steps':
      return <StepsTab run={run} chosen={step} />
    case 'profile':
      return <ProfileTab run={run} />
    case 'conversation':
      return <ConversationTab run={run} />
    case 'desk':
      return <DeskTab run={run} />
    case 'effects':
      return <EffectsTab run={run} />
    case 'log':
      return <LogTab run={run} />
  }
}

function countOf(run: Run, tab: RunTab): number {
  switch (tab) {
    case 'steps':
      return run.flow.steps_executed
    case 'conversation':
      return run.messages.filter(({ channel }) => channel === 'email').length + run.calls.length
    case 'desk':
      return run.deskWrites.length + run.alerts.length + run.escalations.length
    case 'effects':
      return run.effects.length + run.modelRuns.length
    case 'log':
      return run.logs.length
    case 'profile':
      return 0
  }
}

const Counted = ({ howMany }: { howMany: number }) =>
  howMany > 0 ? <span className="count">{howMany}</span> : null

function RunHead({ run, reload }: { run: Run; reload: () => void }) {
  const { flow, ticket, customer } = run
  const now = useNow()
  return (
    <header className="run-head">
      <div className="run-title">
        <FlowState flow={flow} />
        <h1 dir="auto">{ticket?.subject ?? flow.title}</h1>
      </div>
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
        <span>
          started <Time at={flow.created_at} />
        </span>
        <span className="faint">
          {flow.completed_at === null ? 'for ' : 'took '}
          {duration(Math.max(0, (flow.completed_at ?? now) - flow.created_at))}
        </span>
      </p>
      {flow.completed_at === null && flow.waiting_for && (
        <p className="run-now">
          Waiting for <span dir="auto">{flow.waiting_for}</span>
          {flow.waiting_until !== null && (
            <>
              {' '}
              until <Deadline at={flow.waiting_until} />
            </>
          )}
        </p>
      )}
      {flow.last_error && (
        <p className="problem" dir="auto">
          {flow.status === 'cancelled' ? 'Ended: ' : ''}
          {flow.last_error}
        </p>
      )}
      <RunActions run={run} reload={reload} />
    </header>
  )
}

function RunActions({ run: { flow }, reload }: { run: Run; reload: () => void }) {
  const { busy, error, run } = useAction()
  const [isSure, setSure] = useState(false)
  if (flow.status === 'completed' || flow.status === 'cancelled') return null
  if (flow.status === 'failed') {
    return (
      <div className="actions">
        <button type="button" disabled={busy} onClick={() => void run(() => api.retry(flow.id)).then(reload)}>
          Retry from the step that failed
        </button>
        <Problem error={error} />
      </div>
    )
  }
  const cancel = () => void run(() => api.cancel(flow.id, 'cancelled in the console')).then(reload)
  return (
    <div className="actions">
      {isSure ? (
        <>
          <button type="button" className="danger" disabled={busy} onClick={cancel}>
            Yes, end this run
          </button>
          <button type="button" className="quiet" onClick={() => setSure(false)}>
            Go on
          </button>
        </>
      ) : (
        <button type="button" className="quiet" onClick={() => setSure(true)}>
          Cancel run …
        </button>
      )}
      <Problem error={error} />
    </div>
  )
}
