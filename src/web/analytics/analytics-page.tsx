import { useState } from 'react'
import { type Analytics, flowApi } from '../flow-api.ts'
import { count } from '../format.ts'
import { SLOW, useChanges } from '../live.ts'
import { Choice } from '../parts/choice.tsx'
import { Empty, Loading, Problem } from '../parts/notes.tsx'
import { link } from '../router.ts'
import { useData } from '../use-data.ts'
import { FailureGroups } from './failure-groups.tsx'
import { milliseconds, percent, usd } from './figures.ts'
import { TemplateTable } from './template-table.tsx'
import { WhereFlowsWait } from './where-flows-wait.tsx'

const WINDOWS = { '24h': '24 hours', '7d': '7 days', '30d': '30 days', '90d': '90 days' }

/** What flows came to: success, durations, where they wait, where they fail. */
export function AnalyticsPage({ template }: { template: string | null }) {
  const [since, setSince] = useState<keyof typeof WINDOWS>('7d')
  const loaded = useData(`${since}:${template}`, () =>
    flowApi.analytics({ since, template: template ?? undefined }),
  )
  useChanges(loaded.reload, ({ kind }) => kind === 'flow', SLOW)
  const choose = (value: string) => {
    for (const one of Object.keys(WINDOWS)) if (one === value) setSince(value as keyof typeof WINDOWS)
  }
  const { data } = loaded
  return (
    <>
      <div className="page-head">
        <h1>{template === null ? 'Analytics' : `Analytics of ${template}`}</h1>
        <span className="window">
          {template !== null && <a href={link.analytics()}>all templates</a>}
          <Choice label="Runs started in the last" choices={WINDOWS} value={since} onChoose={choose} />
        </span>
      </div>
      {data ? (
        <>
          <Problem error={loaded.error} />
          {data.total.runs === 0 ? (
            <Empty>No runs were started in this time.</Empty>
          ) : (
            <>
              <Totals total={data.total} />
              <TemplateTable templates={data.templates} isOpen={template !== null} />
            </>
          )}
          <WhereFlowsWait waiting={data.waiting} />
          <FailureGroups data={data} reload={loaded.reload} />
        </>
      ) : (
        <Loading error={loaded.error} />
      )}
    </>
  )
}

function Totals({ total }: { total: Analytics['total'] }) {
  const besides = [
    total.parts > 0 && count(total.parts, 'branch or sub-flow', 'branches and sub-flows'),
    total.undoings > 0 && `${total.undoings} that undid others`,
  ].filter(Boolean)
  return (
    <dl className="figures" aria-label="Figures of all runs">
      <Figure
        name="runs"
        value={String(total.runs)}
        note={besides.length > 0 ? `and ${besides.join(', ')}` : ''}
      />
      <Figure
        name="success"
        value={percent(total.success_rate)}
        note={Object.entries(total.by_status)
          .map(([status, runs]) => `${runs} ${status.replaceAll('_', ' ')}`)
          .join(' · ')}
      />
      <Figure
        name="half took at most"
        value={milliseconds(total.duration_ms.p50)}
        note={`95 %: ${milliseconds(total.duration_ms.p95)}`}
      />
      <Figure
        name="of that work"
        value={milliseconds(total.work_ms.p50)}
        note={`waiting: ${milliseconds(total.waiting_ms.p50)}`}
      />
      <Figure
        name="models and calls"
        value={usd(total.spent_usd)}
        note={`${total.spent_tokens.toLocaleString()} tokens · ${count(total.retries, 'retry', 'retries')}`}
      />
    </dl>
  )
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> <span className="faint">{note}</span>
      </dd>
    </div>
  )
}
