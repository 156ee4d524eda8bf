import type { Run } from '../api.ts'
import { words } from '../format.ts'
import { record, text } from '../narrow.ts'
import { Empty, Said } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { CallCard } from './call-card.tsx'

type Message = Run['messages'][number]

/** What was written and said, oldest first. */
export function ConversationTab({ run }: { run: Run }) {
  const mails = run.messages.filter(({ channel }) => channel === 'email')
  const entries = [
    ...mails.map((mail) => ({ at: mail.at, key: mail.id, show: <MailCard mail={mail} /> })),
    ...run.calls.map((call) => ({
      at: call.created_at,
      key: call.id,
      show: <CallCard run={run} call={call} />,
    })),
  ].toSorted((a, b) => a.at - b.at)
  return (
    <>
      {entries.length === 0 && <Empty>Nothing has been written or said in this run yet.</Empty>}
      {entries.map(({ key, show }) => (
        <div key={key}>{show}</div>
      ))}
      <Consents run={run} />
    </>
  )
}

function MailCard({ mail }: { mail: Message }) {
  const meta = record(mail.meta)
  const isOut = mail.direction === 'out'
  return (
    <section className={`panel mail ${isOut ? 'out' : 'in'}`}>
      <header>
        <h2>
          {isOut ? (
            <>
              <span className="to-customer">→ customer</span> E-mail to{' '}
              <span dir="auto">{text(meta.toName) ?? text(meta.to)}</span>
            </>
          ) : (
            <>
              ← E-mail from <span dir="auto">{text(meta.from)}</span>
            </>
          )}
        </h2>
        <p>
          <State state={mail.status} /> <Time at={mail.at} />
        </p>
      </header>
      <h3 className="subject" dir="auto">
        {mail.subject}
      </h3>
      <Said className="letter">{mail.body}</Said>
      {!isOut && (
        <p className="faint">
          Matched by {words(text(meta.matchedBy) ?? '')}
          {mail.kind !== 'human' && <> · {words(mail.kind)}, not answered</>}; quotes and signature cut.
        </p>
      )}
    </section>
  )
}

function Consents({ run }: { run: Run }) {
  if (run.consents.length === 0) return null
  return (
    <Panel title="Consents on file">
      <ul className="claims">
        {run.consents.map((consent) => (
          <li key={consent.id}>
            <span className={`state tone-${consent.given === 1 ? 'good' : 'bad'}`}>
              <span aria-hidden="true">{consent.given === 1 ? '✓' : '✗'}</span>{' '}
              {consent.given === 1 ? 'given' : 'refused'}
            </span>{' '}
            {words(consent.kind)} by {consent.channel}, <Time at={consent.at} />
            <blockquote dir="auto">{consent.words}</blockquote>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
