import { useState } from 'react'
import type { Run, Step } from '../api.ts'
import { flowApi } from '../flow-api.ts'
import { Problem } from '../parts/notes.tsx'
import { useAction } from '../use-data.ts'
import { InsertDialog } from './insert-dialog.tsx'
import { ReplayDialog } from './replay-dialog.tsx'

/** What can be done at a step: replayed from when the run is over, else a step put in behind it, or it deleted. */
export function StepActions({ run, step, reload }: { run: Run; step: Step; reload: () => void }) {
  const [open, setOpen] = useState<'replay' | 'insert' | null>(null)
  const { busy, error, run: act } = useAction()
  const { flow } = run
  const close = () => setOpen(null)
  if (flow.completed_at !== null) {
    // What only undoes another run is not done again from its middle.
    if (step.runs === 0 || flow.undo_of !== null || flow.parent_flow_id !== null) return null
    return (
      <div className="actions">
        <button type="button" onClick={() => setOpen('replay')}>
          Replay from here …
        </button>
        {open === 'replay' && <ReplayDialog run={run} step={step} onClose={close} />}
      </div>
    )
  }
  const begun = lastBegun(run)
  return (
    <div className="actions">
      {step.position >= begun && (
        <button type="button" onClick={() => setOpen('insert')}>
          Put a step in after this …
        </button>
      )}
      {step.position > begun && (
        <button
          type="button"
          disabled={busy}
          onClick={() => void act(() => flowApi.deleteStep(flow.id, step.id)).then(reload)}
        >
          Delete this step
        </button>
      )}
      <Problem error={error} />
      {open === 'insert' && <InsertDialog run={run} after={step} onClose={close} onDone={reload} />}
    </div>
  )
}

/** The last step that has ever begun: nothing before it moves. */
const lastBegun = ({ flow }: Run) =>
  Math.max(
    flow.position,
    ...(flow.steps ?? []).filter(({ runs }) => runs > 0).map(({ position }) => position),
  )
