import { useState } from 'react'
import { api, type Run, type Step } from '../api.ts'
import { anyWith } from '../format.ts'
import { type Json, list, record, text, texts } from '../narrow.ts'
import { Problem } from '../parts/notes.tsx'
import { Deadline, Time } from '../parts/time.tsx'
import { useAction } from '../use-data.ts'
import { type Draft, DraftForm, type Kind, Shown } from './approval-draft.tsx'
import { Known, Sources } from './approval-evidence.tsx'

/** A payload that waits for a person. Only its own buttons let it on; what reaches the customer says so. */
export function Approval({ run, step, onAnswered }: { run: Run; step: Step; onAnswered: () => void }) {
  const payload = record(record(step.result).payload)
  const editable = texts(record(step.settings).editable)
  const role = text(record(step.settings).role)
  const [edit, setEdit] = useState<Draft | null>(null)
  const { busy, error, run: act } = useAction()
  const kind = kindOf(payload)
  const changed = Object.fromEntries(
    Object.entries(edit ?? {}).filter(([field, value]) => value !== fieldText(payload[field])),
  )
  const reaches = kind !== 'other' || record(step.settings).policy === 'contacts'

  const answer = (value: 'approve' | 'reject', note?: string) =>
    void act(() =>
      api.respond(run.flow.id, step.id, {
        value,
        ...(value === 'approve' ? { edit: changed } : {}),
        ...(note ? { note } : {}),
      }),
    ).then(onAnswered)
  const startEdit = () =>
    setEdit(Object.fromEntries(editable.map((field) => [field, fieldText(payload[field])])))

  return (
    <section className="panel approval" aria-label={step.title}>
      <header>
        <h2>
          {reaches && <span className="to-customer">→ customer</span>}{' '}
          <span dir="auto">{titleOf(kind, run, step)}</span>
        </h2>
        <p className="faint">
          {role && `asked: ${anyWith[role]}, `}waiting since <Time at={step.updated_at} only="relative" />
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
            <DraftForm draft={edit} isOfMail={kind === 'mail'} onChange={setEdit} />
          ) : (
            <Shown payload={payload} kind={kind} />
          )}
        </div>
        <div>
          <Sources run={run} citations={list(payload.citations)} />
          <Known run={run} />
        </div>
      </div>
      <Problem error={error} />
      <div className="actions">
        <button
          type="button"
          className={`primary ${reaches ? 'contact' : ''}`}
          disabled={busy}
          onClick={() => answer('approve')}
        >
          {approveLabel(kind, Object.keys(changed).length > 0)}
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

function kindOf(payload: Json): Kind {
  if (text(payload.subject) !== null) return 'mail'
  return text(payload.firstMessage) === null ? 'other' : 'call'
}

function titleOf(kind: Kind, run: Run, step: Step): string {
  if (kind === 'other') return step.title
  return `${kind === 'mail' ? 'E-mail' : 'Call'} to ${recipient(run)}`
}

function approveLabel(kind: Kind, isEdited: boolean): string {
  if (kind === 'call') return 'Approve & call'
  if (kind === 'other') return isEdited ? 'Approve with edits' : 'Approve'
  return isEdited ? 'Approve & send with edits' : 'Approve & send'
}

const fieldText = (value: unknown) => (value === undefined || value === null ? '' : String(value))

function recipient({ customer }: Run): string {
  if (!customer) return 'the customer'
  return customer.email ? `${customer.name} <${customer.email}>` : customer.name
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
