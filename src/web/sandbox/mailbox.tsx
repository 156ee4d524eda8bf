import { Empty, Said } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import type { World } from './world.ts'

/** What lies in the customers' mailboxes, newest first. */
export function Mailbox({ mails, people }: { mails: World['mails']; people: World['people'] }) {
  const nameOf = (id: string | null) => people.find((person) => person.id === id)?.name
  return (
    <Panel title="Mailbox" aside={<span className="count">{mails.length}</span>}>
      {mails.length === 0 && <Empty>No mail has been sent yet.</Empty>}
      <ul className="pick bounded">
        {mails.map((mail, index) => (
          <li key={mail.id}>
            <details open={index === 0}>
              <summary>
                <span className="pick-title">
                  <span aria-hidden="true">{mail.direction === 'sent' ? '→' : '←'}</span>{' '}
                  <strong dir="auto">{mail.subject}</strong>
                </span>
                <span className="faint">
                  {mail.direction === 'sent' ? 'to ' : 'from '}
                  <span dir="auto">
                    {nameOf(mail.personId) ?? (mail.direction === 'sent' ? mail.to[0] : mail.from)}
                  </span>{' '}
                  · <State state={mail.lastEvent} /> · <Time at={mail.at} only="relative" />
                </span>
              </summary>
              <Said className="letter">{mail.text}</Said>
            </details>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
