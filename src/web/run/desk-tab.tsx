import type { Run } from '../api.ts'
import { words } from '../format.ts'
import { list, record, text, texts } from '../narrow.ts'
import { Fact } from '../parts/fact.tsx'
import { LinkOut } from '../parts/link-out.tsx'
import { Empty, Said } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'

/** What was written to the desk, old and new, and what the team was told. */
export function DeskTab({ run }: { run: Run }) {
  return (
    <>
      {run.escalations.length > 0 && (
        <Panel title="Escalations">
          <ul className="plain">
            {run.escalations.map((escalation) => (
              <li key={escalation.id}>
                <State state={escalation.priority} /> <State state={escalation.status} />{' '}
                <a href={link.escalation(escalation.id)} dir="auto">
                  {escalation.reason}
                </a>{' '}
                <Time at={escalation.created_at} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Written to the desk">
        {run.deskWrites.length === 0 ? (
          <Empty>Nothing has been written to the desk yet.</Empty>
        ) : (
          <ul className="writes">
            {run.deskWrites.map((write) => (
              <li key={write.id}>
                <p>
                  <State state={write.state} /> {words(write.field)} <Time at={write.at} />
                </p>
                <p className="old-new">
                  <span className="visually-hidden">from </span>
                  <Value of={write.old_value} /> <span aria-hidden="true">→</span>
                  <span className="visually-hidden">to </span>
                  {isShort(write.new_value) && <Value of={write.new_value} />}
                </p>
                {!isShort(write.new_value) && <Said className="letter">{write.new_value ?? ''}</Said>}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Alerts run={run} />
    </>
  )
}

const LONG = 80
const isShort = (value: string | null) => value === null || value.length <= LONG

const Value = ({ of }: { of: string | null }) =>
  of === null || of === '' ? <span className="faint">none</span> : <strong dir="auto">{of}</strong>

const TONES: Record<string, string> = { success: 'good', danger: 'bad', warning: 'warn', info: 'busy' }

function Alerts({ run }: { run: Run }) {
  const written = run.flow.steps?.find(({ skill }) => skill === 'write_card')
  const view = record(record(written?.result).view)
  return (
    <Panel title="Told to the team">
      {run.alerts.length === 0 ? (
        <Empty>Nobody has been told yet.</Empty>
      ) : (
        <>
          {text(view.title) && (
            <div className={`chat-card tone-${TONES[text(view.tone) ?? ''] ?? 'calm'}`}>
              <strong dir="auto">
                <LinkOut href={text(view.titleUrl) ?? ''}>{text(view.title)}</LinkOut>
              </strong>
              {texts(view.lines).map((line) => (
                <p key={line} dir="auto">
                  {line}
                </p>
              ))}
              <dl className="facts">
                {list(view.fields)
                  .map(record)
                  .map((field) => (
                    <Fact key={text(field.label)} name={text(field.label)}>
                      {text(field.value)}
                    </Fact>
                  ))}
              </dl>
              <p>
                {list(view.links)
                  .map(record)
                  .map((one) => (
                    <span key={text(one.url)} className="spaced">
                      <LinkOut href={text(one.url) ?? ''}>{text(one.label)}</LinkOut>
                    </span>
                  ))}
              </p>
            </div>
          )}
          <ul className="plain">
            {run.alerts.map((alert) => (
              <li key={`${alert.surface}${alert.message}`}>
                <State state="done" /> one message in {alert.surface}, channel{' '}
                <span className="mono">{alert.channel}</span>, last edited <Time at={alert.updated_at} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}
