import { useState } from 'react'
import type { Run } from '../api.ts'
import { flowApi, type Undoing } from '../flow-api.ts'
import { count, words } from '../format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { EffectMark } from '../parts/effect-class.tsx'
import { Loading, Problem } from '../parts/notes.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { submits, useAction, useData } from '../use-data.ts'

/** Before a rollback: how each thing that the run did is taken back, newest first, and what cannot be. */
export function UndoDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const { id } = run.flow
  const preview = useData(id, () => flowApi.undoPreview(id))
  return (
    <Dialog title="Undo what this run did" onClose={onClose}>
      {preview.data ? (
        <UndoForm id={id} undoings={preview.data.effects} onClose={onClose} />
      ) : (
        <Loading error={preview.error} />
      )}
    </Dialog>
  )
}

function UndoForm({ id, undoings, onClose }: { id: string; undoings: Undoing[]; onClose: () => void }) {
  const undoable = undoings.filter(({ state }) => state === 'undoable')
  const left = undoings.filter(({ state }) => state !== 'undoable')
  const [chosen, setChosen] = useState<readonly string[]>(() => undoable.map(({ effect }) => effect))
  const { busy, error, run } = useAction()
  const start = () =>
    void run(async () => {
      const { flow } = await flowApi.undo(id, [...chosen])
      onClose()
      window.location.hash = link.run(flow.id)
    })
  return (
    <form className="form" onSubmit={submits(start)}>
      <h3>Taken back, newest first</h3>
      {undoable.length === 0 && <p className="faint">There is nothing that can be taken back.</p>}
      <ul className="again-list" aria-label="Taken back">
        {undoable.map((one) => (
          <li key={one.effect}>
            <label className="choice">
              <input
                type="checkbox"
                checked={chosen.includes(one.effect)}
                onChange={({ target }) =>
                  setChosen(
                    target.checked
                      ? [...chosen, one.effect]
                      : chosen.filter((effect) => effect !== one.effect),
                  )
                }
              />
              <span>
                <span dir="auto">{one.undo?.title}</span> <span className="again">{done(one)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {left.length > 0 && (
        <>
          <h3>Stays as it is</h3>
          <ul className="again-list" aria-label="Stays as it is">
            {left.map((one) => (
              <li key={one.effect}>
                <span aria-hidden="true">■</span>
                <span>
                  {done(one)}{' '}
                  <span className="again">{one.state === 'undone' ? 'undone before' : one.why}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Problem error={error} />
      <div className="actions">
        <button type="submit" className="danger" disabled={busy || chosen.length === 0}>
          Undo {count(chosen.length, 'thing')}
        </button>
      </div>
    </form>
  )
}

const done = ({ step, skill, about, class: effect, done_at: at }: Undoing) => (
  <>
    <span dir="auto">{step?.title ?? words(skill)}</span>{' '}
    <span className="faint">
      {words(skill)}
      {about && <>, {about}</>}, <Time at={at} only="relative" />
    </span>{' '}
    <EffectMark effect={effect} />
  </>
)
