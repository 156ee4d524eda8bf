import { useState } from 'react'
import { api, type Run, type Step } from '../api.ts'
import { list, record, text, texts } from '../narrow.ts'
import { Problem, Said } from '../parts/notes.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction } from '../use-data.ts'

const SHOWN_QUOTES = 6

type Draft = Record<string, string>

/** A draft that waits for a person. Only its own buttons let it out, and it says that it reaches the customer. */
export function Approval({ run, step, onAnswered }: { run: Run; step: Step; onAnswered: () => void }) {
  const payload = record(record(step.result).payload)
  const editable = texts(record(step.settings).editable)
  const [edit, setEdit] = useState<Draft | null>(null)
  const { busy, error, run: act } = useAction()
  const isMail = text(payload.subject) !== null
  const changed = Object.fromEntries(
    Object.entries(edit ?? {}).filter(([field, value]) => value !== text(payload[field])),
  )

  const answer = (value: 'approve' | 'reject', note?: string) =>
    void act(() =>
      api.respond(run.flow.id, step.id, {
        value,
        ...(value === 'approve' ? { edit: changed } : {}),
        ...(note ? { note } : {}),
      }),
    ).then(onAnswered)
  const startEdit = () =>
    setEdit(Object.fromEntries(editable.map((field) => [field, text(payload[field]) ?? ''])))

  return (
    <section className="panel approval" aria-label={step.title}>
      <header>
        <h2>
          <span className="to-customer">→ customer</span>{' '}
          <span dir="auto">{isMail ? `E-mail to ${recipient(run)}` : `Call to ${recipient(run)}`}</span>
        </h2>
        <p className="faint">
          waiting since <Time at={step.updated_at} only="relative" />
          {step.wait_until !== null && (
            <>
              , expires <Deadline at={step.wait_until} />
            </>
          )}
        </p>
      </header>
      <div className="review">
        <div>
          {edit ? (
            <DraftForm draft={edit} onChange={setEdit} />
          ) : (
            <>
              {isMail && (
                <h3 className="subject" dir="auto">
                  {text(payload.subject)}
                </h3>
              )}
              <Said className="letter">{text(payload.text) ?? text(payload.firstMessage) ?? ''}</Said>
            </>
          )}
        </div>
        <div>
          <Sources run={run} citations={list(payload.citations)} />
          <Known run={run} />
        </div>
      </div>
      <Problem error={error} />
      <div className="actions">
        <button type="button" className="primary contact" disabled={busy} onClick={() => answer('approve')}>
          {approveLabel(isMail, Object.keys(changed).length > 0)}
        </button>
        {editable.length > 0 &&
          (edit ? (
            <button type="button" disabled={busy} onClick={() => setEdit(null)}>
              Undo edits
            </button>
          ) : (
            <button type="button" disabled={busy} onClick={startEdit}>
              Edit
            </button>
          ))}
        <Reject busy={busy} onReject={(note) => answer('reject', note)} />
      </div>
    </section>
  )
}

function approveLabel(isMail: boolean, isEdited: boolean): string {
  if (!isMail) return 'Approve & call'
  return isEdited ? 'Approve & send with edits' : 'Approve & send'
}

function recipient({ customer }: Run): string {
  if (!customer) return 'the customer'
  return customer.email ? `${customer.name} <${customer.email}>` : customer.name
}

function DraftForm({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  return (
    <div className="draft-form">
      {draft.subject !== undefined && (
        <label>
          <span>Subject</span>
          <input
            dir="auto"
            value={draft.subject}
            onChange={(event) => onChange({ ...draft, subject: event.target.value })}
          />
        </label>
      )}
      {draft.text !== undefined && (
        <label>
          <span>Text</span>
          <textarea
            dir="auto"
            rows={14}
            value={draft.text}
            onChange={(event) => onChange({ ...draft, text: event.target.value })}
          />
        </label>
      )}
      <p className="faint">The recipient cannot be changed. Saving is approving: the difference is kept.</p>
    </div>
  )
}

function Sources({ run, citations }: { run: Run; citations: unknown[] }) {
  if (citations.length === 0) return null
  const chunks = list(record(run.profile?.sources).chunks).map(record)
  return (
    <div className="sources">
      <h3>Sources</h3>
      <ol>
        {citations.map(record).map((citation) => {
          const chunk = chunks.find((one) => one.chunk_id === citation.chunk_id)
          return (
            <li key={text(citation.chunk_id)}>
              <details>
                <summary dir="auto">{text(citation.title)}</summary>
                <Said>{text(chunk?.text) ?? 'The passage is not among those of the latest profile.'}</Said>
              </details>
            </li>
          )
        })}
      </ol>
    </div>
  )
}

/** What a reviewer holds the draft against: the customer's own words, as far as the profile has them. */
function Known({ run }: { run: Run }) {
  const profile = record(run.profile?.profile)
  const claims = ['constraints', 'open_wishes', 'past_friction', 'promises'].flatMap((section) =>
    list(profile[section]).map((claim) => text(record(record(claim).evidence).quote) ?? ''),
  )
  const quotes = [...new Set(claims)].slice(0, SHOWN_QUOTES)
  if (quotes.length === 0) return null
  return (
    <div className="sources">
      <h3>
        They wrote (<a href={link.run(run.flow.id, 'profile')}>whole profile</a>)
      </h3>
      {quotes.map((quote) => (
        <blockquote key={quote} dir="auto">
          {quote}
        </blockquote>
      ))}
    </div>
  )
}

function Reject({ busy, onReject }: { busy: boolean; onReject: (note: string) => void }) {
  const [isOpen, setOpen] = useState(false)
  const [note, setNote] = useState('')
  if (!isOpen) {
    return (
      <button type="button" disabled={busy} onClick={() => setOpen(true)}>
        Reject …
      </button>
    )
  }
  return (
    <span className="inline-form">
      <input
        aria-label="Why"
        placeholder="Why? (for the person who goes on)"
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <button type="button" className="danger" disabled={busy} onClick={() => onReject(note)}>
        Reject
      </button>
      <button type="button" className="quiet" onClick={() => setOpen(false)}>
        Back
      </button>
    </span>
  )
}
