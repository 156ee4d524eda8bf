import { useState } from 'react'
import { type Analytics, flowApi, type Retried } from '../flow-api.ts'
import { count, words } from '../format.ts'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction } from '../use-data.ts'

type Group = Analytics['failures'][number]

/** Runs that failed alike, each group with a way to retry all of it; and the steps that fail most. */
export function FailureGroups({ data, reload }: { data: Analytics; reload: () => void }) {
  // Kept here: a group is gone once all of it was taken up again.
  const [retried, setRetried] = useState<Retried | null>(null)
  return (
    <Panel title="Failed alike">
      {retried && <Answer retried={retried} />}
      {data.failures.length === 0 && <p className="empty">Nothing failed in this time.</p>}
      <ul className="rows flat" aria-label="Failures">
        {data.failures.map((group) => (
          <FailureGroup key={group.fingerprint} group={group} onRetried={setRetried} reload={reload} />
        ))}
      </ul>
      {data.more_failures > 0 && <p className="faint">and {data.more_failures} other causes</p>}
      {data.failing.length > 0 && (
        <details>
          <summary>Steps that failed, those that others made up for included</summary>
          <ul className="plain">
            {data.failing.map(({ template, step, code, count: times, ended }) => (
              <li key={`${template}:${step}:${code}`}>
                {words(template)}: {words(step)} <code>{code}</code>{' '}
                <span className="faint">
                  {count(times, 'time')}, {ended} of them the end of the run
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  )
}

function FailureGroup(props: { group: Group; onRetried: (retried: Retried) => void; reload: () => void }) {
  const { group, onRetried, reload } = props
  const { busy, error, run } = useAction()
  const retryAll = () => void run(async () => onRetried(await retryEach(group.fingerprint))).then(reload)
  return (
    <li className="row failure-row">
      <span className="what">
        <span dir="auto">{group.sample_error}</span>
        <span className="faint">
          {words(group.template)}
          {group.step && <>: {words(group.step)}</>} {group.code && <code>{group.code}</code>} ·{' '}
          {count(group.count, 'run')}, last <Time at={group.last_at} only="relative" /> ·{' '}
          {group.flows.map((id) => (
            <a key={id} className="spaced" href={link.run(id)}>
              …{id.slice(-6)}
            </a>
          ))}
        </span>
        <Problem error={error} />
      </span>
      <button type="button" disabled={busy} onClick={retryAll}>
        {busy ? 'Retrying …' : `Retry all ${group.count}`}
      </button>
    </li>
  )
}

/** A hundred at a time, until none is left. */
async function retryEach(fingerprint: string): Promise<Retried> {
  const all = await flowApi.retryAlike(fingerprint)
  for (let cursor = all.nextCursor; cursor !== null; ) {
    const more = await flowApi.retryAlike(fingerprint, cursor)
    all.retried.push(...more.retried)
    all.refused.push(...more.refused)
    cursor = more.nextCursor
  }
  return all
}

function Answer({ retried: { retried, refused } }: { retried: Retried }) {
  return (
    <div role="status">
      <p>{count(retried.length, 'run')} taken up again.</p>
      {refused.length > 0 && (
        <ul className="issues">
          {refused.map(({ flow, title, reason }) => (
            <li key={flow}>
              <a href={link.run(flow)} dir="auto">
                {title}
              </a>
              : {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
