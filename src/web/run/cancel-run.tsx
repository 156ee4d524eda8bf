import { useState } from 'react'
import { api } from '../api.ts'
import { Problem } from '../parts/notes.tsx'
import { useAction } from '../use-data.ts'

/** Ends a run, with a reason for its log; what is under way is stopped where that is possible. */
export function CancelRun({ id, reload }: { id: string; reload: () => void }) {
  const { busy, error, run } = useAction()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const cancel = () =>
    void run(() => api.cancel(id, reason.trim() || 'cancelled in the console')).then(reload)
  if (!isOpen) {
    return (
      <button type="button" className="quiet link" onClick={() => setOpen(true)}>
        Cancel run …
      </button>
    )
  }
  return (
    <span className="inline-form">
      <input
        aria-label="Reason"
        placeholder="Why? (stands in its log)"
        dir="auto"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="button" className="danger" disabled={busy} onClick={cancel}>
        Yes, end this run
      </button>
      <button type="button" className="quiet" onClick={() => setOpen(false)}>
        Back
      </button>
      <Problem error={error} />
    </span>
  )
}
