import { useState } from 'react'
import type { Run } from '../api.ts'
import { flowApi, type TakenParam } from '../flow-api.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/field.tsx'
import { Problem } from '../parts/notes.tsx'
import { link } from '../router.ts'
import { submits, useAction } from '../use-data.ts'
import { type Literal, literalsOf, nameFrom } from './literals.ts'

/** A parameter in the making: which value it takes the place of, what it is called. */
type Taken = Literal & { isTaken: boolean; name: string; description: string }

/** A run that has ended, kept as a template: which of its values are to be parameters. */
export function KeepDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const { flow } = run
  const [about, setAbout] = useState({ name: nameFrom(flow.title), title: flow.title, description: '' })
  const [values, setValues] = useState<Taken[]>(() =>
    literalsOf(flow.steps ?? []).map((literal) => ({
      ...literal,
      isTaken: false,
      name: nameFrom(literal.from.split('.').at(-1) ?? ''),
      description: '',
    })),
  )
  const { busy, error, run: act } = useAction()
  const names = values.filter(({ isTaken }) => isTaken).map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  const change = (from: string, changed: Partial<Taken>) =>
    setValues(values.map((one) => (one.from === from ? { ...one, ...changed } : one)))
  const save = () =>
    void act(async () => {
      const { template } = await flowApi.saveTemplate({
        ...about,
        from_flow: flow.id,
        params: paramsOf(values),
      })
      onClose()
      window.location.hash = link.template(template.name)
    })
  return (
    <Dialog title="Keep this run as a template" onClose={onClose}>
      <form className="form" onSubmit={submits(save)}>
        <Field label="Name" hint="The same name again is its next version." error={error} path="name">
          {(control) => (
            <input
              {...control}
              className="mono"
              required
              pattern="[a-z][a-z0-9_]*"
              title="small letters, digits and _"
              value={about.name}
              onChange={(event) => setAbout({ ...about, name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Title" error={error} path="title">
          {(control) => (
            <input
              {...control}
              dir="auto"
              required
              value={about.title}
              onChange={(event) => setAbout({ ...about, title: event.target.value })}
            />
          )}
        </Field>
        <Field label="What it is for (optional)" error={error} path="description">
          {(control) => (
            <input
              {...control}
              dir="auto"
              value={about.description}
              onChange={(event) => setAbout({ ...about, description: event.target.value })}
            />
          )}
        </Field>
        {values.length > 0 && <h3>Values that should differ each time</h3>}
        <ul className="again-list">
          {values.map((value) => (
            <ValueRow key={value.from} value={value} onChange={(changed) => change(value.from, changed)} />
          ))}
        </ul>
        {twice && <p className="problem">Two parameters are called {twice}.</p>}
        <Problem error={error} atFields={['name', 'title', 'description']} />
        <div className="actions">
          <button type="submit" className="primary" disabled={busy || twice !== undefined}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function ValueRow({ value, onChange }: { value: Taken; onChange: (changed: Partial<Taken>) => void }) {
  return (
    <li className="literal">
      <label className="choice">
        <input
          type="checkbox"
          checked={value.isTaken}
          onChange={(event) => onChange({ isTaken: event.target.checked })}
        />
        <span>
          <span dir="auto">{String(value.value)}</span>
          <span className="again">
            {value.step}: <code>{value.from}</code>
          </span>
        </span>
      </label>
      {value.isTaken && (
        <span className="inline-form">
          <input
            aria-label={`Name of the parameter for ${value.from}`}
            className="mono"
            required
            pattern="[a-z][a-z0-9_]*"
            value={value.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
          <input
            aria-label={`What ${value.name} is`}
            placeholder="What it is, in words"
            required
            value={value.description}
            onChange={(event) => onChange({ description: event.target.value })}
          />
        </span>
      )}
    </li>
  )
}

function paramsOf(values: readonly Taken[]): Record<string, TakenParam> {
  return Object.fromEntries(
    values
      .filter(({ isTaken }) => isTaken)
      .map(({ name, type, description, from }) => [name, { type, description, from }]),
  )
}
