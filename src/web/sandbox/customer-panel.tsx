import { Choice } from '../parts/choice.tsx'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAction } from '../use-data.ts'
import { moods, personas } from './choices.ts'
import { Write } from './ticket-detail.tsx'
import { type SandboxPerson, sandbox, type World } from './world.ts'

/** The simulated customer: how they behave, and a mail in their name. */
export function CustomerPanel(props: {
  person: SandboxPerson
  settings: World['settings']
  reload: () => void
}) {
  const { person, settings, reload } = props
  const { busy, error, run } = useAction()
  const act = (what: () => Promise<unknown>) => void run(what).then(reload)
  return (
    <Panel title={<span dir="auto">{person.name}</span>} aside={<span className="faint">the customer</span>}>
      <p className="faint">
        <span dir="auto">{person.email ?? 'no e-mail'}</span> · {person.phone ?? 'no phone on file'} ·{' '}
        {person.timeZone} · {person.locale}
      </p>
      <div className="fields">
        <Choice
          label="By mail they"
          choices={{ '': `as usual: ${personas[settings.mail]}`, ...personas }}
          value={person.mail ?? ''}
          onChoose={(mail) => act(() => sandbox.behave(person.id, { mail: mail || null }))}
        />
        <Choice
          label="On the phone they"
          choices={{ '': `as usual: ${moods[settings.call]}`, ...moods }}
          value={person.call ?? ''}
          onChoose={(call) => act(() => sandbox.behave(person.id, { call: call || null }))}
        />
      </div>
      <Write
        label="Answer by mail as the customer"
        button="Send the mail"
        busy={busy}
        onWrite={(text) => act(() => sandbox.answer(person.id, text))}
      />
      <Problem error={error} />
    </Panel>
  )
}
