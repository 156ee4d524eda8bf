import { useState } from 'react'
import { Choice } from '../parts/choice.tsx'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAction } from '../use-data.ts'
import { moods, personas } from './choices.ts'
import { type SandboxPerson, type SandboxTicket, sandbox, type World } from './world.ts'

/** The simulated customer: how they behave, and a mail in their name. */
export function CustomerPanel(props: {
  person: SandboxPerson
  ticket: SandboxTicket
  settings: World['settings']
  reload: () => void
}) {
  const { person, ticket, settings, reload } = props
  const [words, setWords] = useState('')
  const { busy, error, run } = useAction()
  const act = (what: () => Promise<unknown>) => void run(what).then(reload)
  const isMute = busy || words.trim() === ''
  const say = async (how: (text: string) => Promise<unknown>) => {
    if (await run(() => how(words))) setWords('')
    reload()
  }
  return (
    <Panel title={<span dir="auto">{person.name}</span>} aside={<span className="faint">the customer</span>}>
      <p className="faint">
        <span dir="auto">{person.email ?? 'no e-mail'}</span> · {person.phone ?? 'no phone on file'} ·{' '}
        {person.timeZone} · {person.locale}
      </p>
      <div className="fields">
        <Choice
          label="By mail, the customer"
          wide
          choices={{ '': `as usual: ${personas[settings.mail]}`, ...personas }}
          value={person.mail ?? ''}
          onChoose={(mail) => act(() => sandbox.behave(person.id, { mail: mail || null }))}
        />
        <Choice
          label="On the phone, the customer"
          wide
          choices={{ '': `as usual: ${moods[settings.call]}`, ...moods }}
          value={person.call ?? ''}
          onChoose={(call) => act(() => sandbox.behave(person.id, { call: call || null }))}
        />
      </div>
      <div className="write">
        <label>
          <span>Write as the customer</span>
          <textarea rows={3} dir="auto" value={words} onChange={(event) => setWords(event.target.value)} />
        </label>
        <div className="actions">
          <button
            type="button"
            disabled={isMute}
            onClick={() => say((text) => sandbox.answer(person.id, text))}
          >
            Send as e-mail
          </button>
          <button
            type="button"
            disabled={isMute || ticket.status === 'closed'}
            onClick={() => say((text) => sandbox.comment(ticket.id, text))}
          >
            Comment on the ticket
          </button>
        </div>
      </div>
      <Problem error={error} />
    </Panel>
  )
}
