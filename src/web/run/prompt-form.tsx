import { useId, useState } from 'react'
import type { ApiError, Step } from '../api.ts'
import { Field } from '../parts/field.tsx'
import { submits } from '../use-data.ts'

export type Prompt = NonNullable<Step['prompt']>

type Answering = {
  prompt: Prompt
  busy: boolean
  error: ApiError | undefined
  onAnswer: (value: string) => void
}

/** The answer to a question: a list to choose from, a text with what it must be, or two buttons. */
export function PromptForm(props: Answering) {
  switch (props.prompt.type) {
    case 'choice':
      return <ChoiceForm {...props} />
    case 'text':
      return <TextForm {...props} />
    case 'confirm':
      return <ConfirmForm {...props} />
  }
}

function ChoiceForm({ prompt, busy, onAnswer }: Answering) {
  const name = useId()
  const [chosen, setChosen] = useState(prompt.default ?? '')
  return (
    <form className="form" onSubmit={submits(() => onAnswer(chosen))}>
      <fieldset className="choices">
        <legend className="visually-hidden">{prompt.message}</legend>
        {prompt.options.map(({ value, label }) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name={name}
              value={value}
              checked={chosen === value}
              onChange={() => setChosen(value)}
            />
            <span dir="auto">{label}</span>
          </label>
        ))}
      </fieldset>
      <div className="actions">
        <button type="submit" className="primary" disabled={busy || chosen === ''}>
          Answer
        </button>
      </div>
    </form>
  )
}

function TextForm({ prompt, busy, error, onAnswer }: Answering) {
  const [said, setSaid] = useState(prompt.default ?? '')
  const isLong = (prompt.check?.is ?? 'text') === 'text' && (prompt.check?.max_length ?? 4_000) > 200
  return (
    <form className="form" onSubmit={submits(() => onAnswer(said))}>
      <Field label="Your answer" hint={mustBe(prompt)} error={error} path="response.value">
        {(control) =>
          isLong ? (
            <textarea
              {...control}
              dir="auto"
              rows={2}
              required
              value={said}
              onChange={(event) => setSaid(event.target.value)}
            />
          ) : (
            <input
              {...control}
              dir="auto"
              required
              type={prompt.check?.is === 'date' ? 'date' : 'text'}
              inputMode={prompt.check?.is === 'number' ? 'decimal' : 'text'}
              value={said}
              onChange={(event) => setSaid(event.target.value)}
            />
          )
        }
      </Field>
      <div className="actions">
        <button type="submit" className="primary" disabled={busy || said.trim() === ''}>
          Answer
        </button>
      </div>
    </form>
  )
}

const KINDS = {
  text: 'Any text',
  number: 'A number, like 12 or 12.50',
  email: 'An e-mail address',
  phone: 'A phone number with country code, like +4915112345678',
  date: 'A date',
  duration: 'A duration, like 90s, 5m, 24h or 14d',
}

/** The check of a text in words. */
function mustBe({ check }: Prompt): string {
  if (check === null) return ''
  const { is, pattern, min_length: least, max_length: most } = check
  const length = is === 'text' ? ` of ${least > 1 ? `${least} to` : 'at most'} ${most} characters` : ''
  return `${KINDS[is]}${length}${pattern === undefined ? '' : `, of the form ${pattern}`}.`
}

function ConfirmForm({ prompt, busy, onAnswer }: Answering) {
  const yes = prompt.why === 'bound' ? 'Yes, as much again' : 'Yes'
  return (
    <div className="actions">
      <button type="button" className="primary" disabled={busy} onClick={() => onAnswer('yes')}>
        {yes}
      </button>
      <button type="button" disabled={busy} onClick={() => onAnswer('no')}>
        No
      </button>
    </div>
  )
}
