import { useState } from 'react'
import type { Run, Step } from '../api.ts'
import { type Effect, flowApi } from '../flow-api.ts'
import { words } from '../format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { EffectMark } from '../parts/effect-class.tsx'
import { JsonField, parseObject } from '../parts/json-field.tsx'
import { Loading, Problem } from '../parts/notes.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { submits, useAction, useData } from '../use-data.ts'

/** Before a replay: what would happen again outside, what of it is to, and the step's input to change. */
export function ReplayDialog(props: { run: Run; step: Step; onClose: () => void }) {
  const { run, step } = props
  const preview = useData(`${run.flow.id}:${step.position}`, () =>
    flowApi.replayPreview(run.flow.id, step.position),
  )
  return (
    <Dialog title={`Replay from "${step.title}"`} onClose={props.onClose}>
      <p>
        A new run starts here; what the steps before came to is kept. What is done stays done and is skipped,
        unless you tick it.
      </p>
      {preview.data ? (
        <ReplayForm {...props} effects={preview.data.effects} />
      ) : (
        <Loading error={preview.error} />
      )}
    </Dialog>
  )
}

function ReplayForm({
  run,
  step,
  effects,
  onClose,
}: Parameters<typeof ReplayDialog>[0] & { effects: Effect[] }) {
  const [ticked, setTicked] = useState<readonly number[]>([])
  const before = inputOf(step)
  const [input, setInput] = useState(before)
  const { busy, error, run: act } = useAction()
  const takesInput = step.type === 'tool_call' || step.type === 'ai_decision'
  const parsed = parseObject(input)
  const missing = effects.filter(
    ({ again, position }) => again === 'must_be_ticked' && !ticked.includes(position),
  )

  const start = () =>
    void act(async () => {
      const changed = parsed.ok && input !== before ? changesOf(parsed.value, parseObject(before)) : {}
      const { flow } = await flowApi.replay(run.flow.id, {
        from: step.position,
        input: changed,
        again: [...ticked],
      })
      onClose()
      window.location.hash = link.run(flow.id)
    })
  return (
    <form className="form" onSubmit={submits(start)}>
      <h3>Outside, from here on</h3>
      {effects.length === 0 && <p className="faint">Nothing: these steps look up, decide and wait.</p>}
      <ul className="again-list">
        {effects.map((effect) => (
          <AgainRow
            key={effect.position}
            effect={effect}
            isTicked={ticked.includes(effect.position)}
            onTick={(is) =>
              setTicked(is ? [...ticked, effect.position] : ticked.filter((one) => one !== effect.position))
            }
          />
        ))}
      </ul>
      {takesInput && <JsonField label="Input of this step" value={input} onChange={setInput} />}
      <Problem error={error} />
      <div className="actions">
        <button type="submit" className="primary" disabled={busy || !parsed.ok || missing.length > 0}>
          Replay
        </button>
        {missing.length > 0 && (
          <span className="faint">Tick what may have happened already: it cannot be skipped.</span>
        )}
      </div>
    </form>
  )
}

/** What the step was defined with, mappings included: that is what a replay takes. */
const inputOf = (step: Step) =>
  JSON.stringify({ ...Object(step.input_params), ...Object(step.param_mappings) }, null, 2)

type Read = ReturnType<typeof parseObject>

function changesOf(after: Record<string, unknown>, before: Read): Record<string, unknown> {
  if (!before.ok) return after
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before.value[name]),
    ),
  )
}

function AgainRow(props: { effect: Effect; isTicked: boolean; onTick: (is: boolean) => void }) {
  const { effect, isTicked } = props
  const what = (
    <span>
      <span dir="auto">{effect.title}</span>{' '}
      <span className="faint">
        {words(effect.skill)}
        {effect.about && <>, {effect.about}</>}
      </span>{' '}
      <EffectMark effect={effect.effect} />
      <span className="again">{consequence(effect, isTicked)}</span>
    </span>
  )
  if (effect.again === 'yes') {
    return (
      <li>
        <span aria-hidden="true">▸</span> {what}
      </li>
    )
  }
  return (
    <li>
      <label className="choice">
        <input type="checkbox" checked={isTicked} onChange={(event) => props.onTick(event.target.checked)} />
        {what}
      </label>
    </li>
  )
}

function consequence(effect: Effect, isTicked: boolean) {
  if (effect.again === 'yes') return 'has not been done: happens when the run gets there'
  if (effect.again === 'must_be_ticked') {
    return isTicked
      ? 'happens, and may be for the second time'
      : 'may have been done: look first, then tick it'
  }
  return (
    <>
      {effect.done_at !== null && (
        <>
          done <Time at={effect.done_at} only="relative" />:{' '}
        </>
      )}
      {isTicked ? <strong>happens a second time</strong> : 'skipped, its result is kept'}
    </>
  )
}
