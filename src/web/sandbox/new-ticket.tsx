import { useState } from 'react'
import { Problem } from '../parts/notes.tsx'
import { useAction } from '../use-data.ts'
import { type SandboxPerson, sandbox } from './world.ts'

/** A new ticket of a customer, known or new. */
export function NewTicket({ people, reload }: { people: SandboxPerson[]; reload: () => void }) {
  const { busy, error, run } = useAction()
  const [isOpen, setOpen] = useState(false)
  const create = async (form: FormData) => {
    const field = (name: string) => String(form.get(name) ?? '').trim()
    const isCreated = await run(() =>
      sandbox.create({ requester: field('requester'), subject: field('subject'), text: field('text') }),
    )
    if (isCreated) setOpen(false)
    reload()
  }
  return (
    <details className="panel" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>New ticket …</summary>
      <form action={create} className="write">
        <label>
          <span>From (address)</span>
          <input name="requester" type="email" required list="people" />
        </label>
        <datalist id="people">
          {people.map(({ id, email, name }) => email && <option key={id} value={email} label={name} />)}
        </datalist>
        <label>
          <span>Subject</span>
          <input name="subject" required dir="auto" />
        </label>
        <label>
          <span>Text</span>
          <textarea name="text" rows={4} required dir="auto" />
        </label>
        <button type="submit" disabled={busy}>
          Open the ticket
        </button>
        <Problem error={error} />
      </form>
    </details>
  )
}
