import { useState } from 'react'
import { api } from '../api.ts'
import { flowApi } from '../flow-api.ts'
import { actorName, anyWith } from '../format.ts'
import { Problem, Said } from '../parts/notes.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { useAction } from '../use-data.ts'
import { type Prompt, PromptForm } from './prompt-form.tsx'

/** What a step of this run, or of a branch of it, asks a person. */
export type Asked = { flowId: string; stepId: string; title: string; prompt: Prompt }

const REASONS: Record<Prompt['why'], string> = {
  prompt: 'the flow asks',
  decision: 'cannot be decided without you',
  param: 'a value that nobody may guess',
  bound: 'it has used up what it may',
}

/** A question with its form: who is asked, until when, and what happens without an answer. */
export function PromptPanel({ asked, onAnswered }: { asked: Asked; onAnswered: () => void }) {
  const { flowId, stepId, title, prompt } = asked
  const { busy, error, run } = useAction()
  const answer = (value: string) =>
    void run(() => api.respond(flowId, stepId, { value })).then((isTaken) => isTaken && onAnswered())
  return (
    <section className="panel asks" aria-label={title}>
      <header>
        <h2>
          <span className="tone-you mark" aria-hidden="true">
            ◆
          </span>{' '}
          <span dir="auto">{title}</span> <span className="badge">{REASONS[prompt.why]}</span>
        </h2>
        <p className="faint">
          asked: {prompt.assigned_to ? actorName(prompt.assigned_to) : anyWith[prompt.role]}, since{' '}
          <Time at={prompt.asked_at} only="relative" />
        </p>
      </header>
      <Said className="question">{prompt.message}</Said>
      <PromptForm prompt={prompt} busy={busy} error={error} onAnswer={answer} />
      <Problem error={error} atFields={['response.value']} />
      <p className="faint">
        Until <Deadline at={prompt.until} />; without an answer {prompt.otherwise}.
      </p>
      <Delegate asked={asked} onDone={onAnswered} />
    </section>
  )
}

function Delegate({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const [to, setTo] = useState('')
  const [note, setNote] = useState('')
  const { busy, error, run } = useAction()
  if (!isOpen) {
    return (
      <button type="button" className="quiet link" onClick={() => setOpen(true)}>
        Ask somebody else …
      </button>
    )
  }
  const person = to.includes(':') ? to.trim() : `user:${to.trim()}`
  const hand = () =>
    void run(() => flowApi.delegate(asked.flowId, asked.stepId, person, note.trim() || null)).then(
      (isDone) => {
        if (!isDone) return
        setOpen(false)
        onDone()
      },
    )
  return (
    <div className="inline-form">
      <input
        aria-label="Whom"
        placeholder="Whom? ada, or user:ada"
        value={to}
        onChange={(event) => setTo(event.target.value)}
      />
      <input
        aria-label="Note"
        placeholder="Note (optional)"
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <button type="button" disabled={busy || to.trim() === ''} onClick={hand}>
        Hand on
      </button>
      <button type="button" className="quiet" onClick={() => setOpen(false)}>
        Back
      </button>
      <Problem error={error} />
    </div>
  )
}
