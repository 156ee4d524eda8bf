import type { Analytics } from '../flow-api.ts'
import { count, words } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { link } from '../router.ts'

/** Where flows stand at the moment, whenever they began, each with the one that stands there longest. */
export function WhereFlowsWait({ waiting }: { waiting: Analytics['waiting'] }) {
  const most = waiting.complete ? '' : ', of the oldest that were looked at'
  return (
    <Panel title={`Where flows wait now (${waiting.flows}${most})`}>
      {waiting.groups.length === 0 && <p className="empty">None is under way.</p>}
      <ul className="rows flat" aria-label="Where flows wait">
        {waiting.groups.map(({ template, step, status, flows, oldest }) => (
          <li key={`${template}:${step}:${status}`} className="row wait-row">
            <State of="flow" state={status} />
            <span className="what">
              <span>
                {words(template)}
                {step && <>: {words(step)}</>} <span className="faint">({count(flows, 'run')})</span>
              </span>
              {oldest.waiting_for && (
                <span className="faint" dir="auto">
                  {oldest.waiting_for}
                </span>
              )}
            </span>
            <span className="when">
              <a href={link.run(oldest.id)}>
                longest: <Time at={oldest.since} only="relative" />
              </a>
              {oldest.until !== null && (
                <div className="faint">
                  until <Deadline at={oldest.until} />
                </div>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
