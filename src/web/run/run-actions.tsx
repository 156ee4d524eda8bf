import { useState } from 'react'
import { api, type Run } from '../api.ts'
import { Problem } from '../parts/notes.tsx'
import { useAction } from '../use-data.ts'
import { CancelRun } from './cancel-run.tsx'
import { UndoDialog } from './undo-dialog.tsx'

/** What can be done with a whole run: cancelled while it goes on; retried, undone, kept when it is over. */
export function RunActions({ run, reload, keep }: { run: Run; reload: () => void; keep: () => void }) {
  const { busy, error, run: act } = useAction()
  const [isUndoing, setUndoing] = useState(false)
  const { flow } = run
  if (flow.completed_at === null) {
    return (
      <div className="actions">
        <CancelRun id={flow.id} reload={reload} />
      </div>
    )
  }
  // Branches and sub-flows are retried and undone with the run that they are part of.
  if (flow.parent_flow_id !== null) return null
  const didSomething = run.effects.some(({ class: effect, state }) => effect !== 'read' && state !== 'failed')
  return (
    <div className="actions">
      {flow.status === 'failed' && (
        <button
          type="button"
          className="primary"
          disabled={busy}
          onClick={() => void act(() => api.retry(flow.id)).then(reload)}
        >
          Retry from the step that failed
        </button>
      )}
      {didSomething && flow.undo_of === null && (
        <button type="button" onClick={() => setUndoing(true)}>
          Undo …
        </button>
      )}
      {flow.undo_of === null && (
        <button type="button" onClick={keep}>
          Keep as a template …
        </button>
      )}
      <Problem error={error} />
      {isUndoing && <UndoDialog run={run} onClose={() => setUndoing(false)} />}
    </div>
  )
}
