import { useState } from 'react'
import { api, type Run } from '../api.ts'
import { useChanges } from '../live.ts'
import { Loading, Problem } from '../parts/notes.tsx'
import { link, type RunTab, runTabs } from '../router.ts'
import { useData } from '../use-data.ts'
import { ConversationTab } from './conversation-tab.tsx'
import { DeskTab } from './desk-tab.tsx'
import { EffectsTab } from './effects-tab.tsx'
import { KeepDialog } from './keep-dialog.tsx'
import { LogTab } from './log-tab.tsx'
import { ProfileTab } from './profile-tab.tsx'
import { Questions } from './questions.tsx'
import { RunHead } from './run-head.tsx'
import { StepsTab } from './steps-tab.tsx'
import { Suggestions } from './suggestions.tsx'

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
  const below = new Set(loaded.data?.flow.steps?.flatMap(({ children }) => children.map((child) => child.id)))
  useChanges(
    loaded.reload,
    ({ kind, id: changed }) => kind !== 'flow' || changed === id || below.has(changed),
  )
  const [isKeeping, setKeeping] = useState(false)
  const run = loaded.data
  if (!run) return <Loading error={loaded.error} />
  return (
    <article className="run">
      <RunHead run={run} reload={loaded.reload} keep={() => setKeeping(true)} />
      <Problem error={loaded.error} />
      <Questions run={run} onAnswered={loaded.reload} />
      <Suggestions run={run} keep={() => setKeeping(true)} />
      {isKeeping && <KeepDialog run={run} onClose={() => setKeeping(false)} />}
      <nav className="tabs" aria-label="Parts of the run">
        {tabsOf(run, tab).map((one) => (
          <a key={one} href={link.run(id, one)} {...(one === tab ? { 'aria-current': 'page' as const } : {})}>
            {TABS[one]} <Counted howMany={countOf(run, one)} />
          </a>
        ))}
      </nav>
      <Tab run={run} tab={tab} step={step} reload={loaded.reload} />
    </article>
  )
}

/** A run that is about no customer has nothing to show of one. */
const tabsOf = ({ customer }: Run, shown: RunTab) =>
  runTabs.filter((one) => customer !== null || one === shown || (one !== 'profile' && one !== 'conversation'))

function Tab(props: { run: Run; tab: RunTab; step: string | null; reload: () => void }) {
  const { run, tab, step } = props
  switch (tab) {
    case 'steps':
      return <StepsTab run={run} chosen={step} reload={props.reload} />
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
