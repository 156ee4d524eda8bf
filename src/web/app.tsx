import { type ReactNode, useState } from 'react'
import { AnalyticsPage } from './analytics/analytics-page.tsx'
import { EscalationPage } from './escalations/escalation-page.tsx'
import { EscalationsPage } from './escalations/escalations-page.tsx'
import { useChanges, useConnected } from './live.ts'
import { NewFlowPage } from './new-flow/new-flow-page.tsx'
import { Empty } from './parts/notes.tsx'
import { link, type Route, useRoute } from './router.ts'
import { RunPage } from './run/run-page.tsx'
import { RunsPage } from './runs/runs-page.tsx'
import { SandboxPage } from './sandbox/sandbox-page.tsx'
import { useSandbox } from './sandbox/world.ts'
import { SchedulesPage } from './schedules/schedules-page.tsx'
import { TemplatePage } from './templates/template-page.tsx'
import { TemplatesPage } from './templates/templates-page.tsx'
import { applyTheme, theme, themes } from './theme.ts'
import { forgetToken, token, useTokenWanted } from './token.ts'
import { TokenForm } from './token-form.tsx'

/** The console: one of its screens, or the question for a token. */
export function App() {
  const route = useRoute()
  const wanted = useTokenWanted()
  return (
    <>
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      {wanted === 'no' ? (
        <Shell route={route}>
          <Screen route={route} />
        </Shell>
      ) : (
        <main id="main">
          <TokenForm refused={wanted === 'refused'} />
        </main>
      )}
    </>
  )
}

function Shell({ route, children }: { route: Route; children: ReactNode }) {
  const isSandbox = useSandbox()
  const here = (...pages: Route['page'][]) =>
    pages.includes(route.page) ? { 'aria-current': 'page' as const } : {}
  return (
    <>
      <header className="top">
        <a className="brand" href={link.runs}>
          <img src="./icon.svg" alt="" width="22" height="22" /> Switchboard
        </a>
        <nav aria-label="Screens">
          <a href={link.runs} {...here('runs', 'run')}>
            Runs
          </a>
          <a href={link.newFlow()} {...here('new')}>
            New flow
          </a>
          <a href={link.escalations} {...here('escalations', 'escalation')}>
            Escalations
          </a>
          <a href={link.templates} {...here('templates', 'template')}>
            Templates
          </a>
          <a href={link.schedules()} {...here('schedules')}>
            Schedules
          </a>
          <a href={link.analytics()} {...here('analytics')}>
            Analytics
          </a>
          {isSandbox && (
            <a href={link.sandbox()} {...here('sandbox')}>
              Sandbox
            </a>
          )}
        </nav>
        <div className="top-end">
          <Liveness />
          <ThemeChoice />
          {token() && (
            <button type="button" className="quiet" onClick={forgetToken}>
              Log out
            </button>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

function Screen({ route }: { route: Route }) {
  switch (route.page) {
    case 'runs':
      return <RunsPage />
    case 'run':
      return <RunPage key={route.id} id={route.id} tab={route.tab} step={route.step} />
    case 'new':
      return <NewFlowPage key={`${route.words}:${route.ticket}`} {...route} />
    case 'templates':
      return <TemplatesPage />
    case 'template':
      return <TemplatePage name={route.name} version={route.version} />
    case 'schedules':
      return <SchedulesPage key={route.template} template={route.template} />
    case 'analytics':
      return <AnalyticsPage key={route.template} template={route.template} />
    case 'escalations':
      return <EscalationsPage />
    case 'escalation':
      return <EscalationPage key={route.id} id={route.id} />
    case 'sandbox':
      return <SandboxPage ticket={route.ticket} />
    case 'unknown':
      return (
        <Empty>
          There is nothing here. <a href={link.runs}>To the runs</a>
        </Empty>
      )
  }
}

function Liveness() {
  const connected = useConnected()
  // Holds the connection on screens that follow nothing themselves.
  useChanges(() => undefined)
  return (
    <span className={`liveness ${connected ? 'on' : ''}`} role="status">
      <span className="dot" aria-hidden="true" /> {connected ? 'live' : 'reconnecting …'}
    </span>
  )
}

const THEME_MARKS = { system: '◐', light: '☀', dark: '☾' }

function ThemeChoice() {
  const [chosen, setChosen] = useState(theme)
  const next = themes[(themes.indexOf(chosen) + 1) % themes.length] ?? 'system'
  const choose = () => {
    applyTheme(next)
    setChosen(next)
  }
  return (
    <button type="button" className="quiet" onClick={choose} title={`Colours: ${chosen}. Change to ${next}.`}>
      <span aria-hidden="true">{THEME_MARKS[chosen]}</span>
      <span className="visually-hidden">Colours: {chosen}</span>
    </button>
  )
}
