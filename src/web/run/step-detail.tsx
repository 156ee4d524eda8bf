import type { Run, Step } from '../api.ts'
import { count, duration, exactTime, words } from '../format.ts'
import { record, text } from '../narrow.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { Fact } from '../parts/fact.tsx'
import { Json } from '../parts/json.tsx'
import { Said } from '../parts/notes.tsx'
import { Part } from '../parts/part.tsx'
import { Repairs } from '../parts/repairs.tsx'
import { State } from '../parts/state.tsx'
import { stepTypeOf } from '../parts/step-types.ts'
import { Deadline, Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { AnswerPart, DecisionPart } from './answers.tsx'
import { Children } from './children.tsx'
import { StepActions } from './step-actions.tsx'

/** One step: what it was given, what came of it, how often it was tried, what it did to the world. */
export function StepDetail({ run, step, reload }: { run: Run; step: Step; reload: () => void }) {
  const cause = `flow:${run.flow.id}:${step.position}:`
  const effects = run.effects.filter((effect) => effect.cause.startsWith(cause))
  const lines = run.logs.filter((line) => line.step_id === step.id)
  return (
    <section className="panel step-detail" aria-label={`Step: ${step.title}`}>
      <header>
        <h2>{step.title}</h2>
        <State state={step.status} />
      </header>
      <p className="faint">
        Step {step.position + 1}, {stepTypeOf(step.type)}
        {step.skill && (
          <>
            {' '}
            <code>{step.skill}</code>
          </>
        )}{' '}
        · <CopyId id={step.id} />
      </p>
      {step.error && (
        <p className="problem" dir="auto">
          <span aria-hidden="true">✗</span> {step.error}
        </p>
      )}
      {step.description && <p dir="auto">{step.description}</p>}
      <Kept run={run} step={step} />
      <StepActions run={run} step={step} reload={reload} />
      <dl className="facts">
        <Fact name="executed">{step.runs === 0 ? 'not yet' : count(step.runs, 'time')}</Fact>
        {step.runs > 0 && <Fact name="attempts">{step.attempts}</Fact>}
        {step.started_at !== null && (
          <Fact name="started">
            <Time at={step.started_at} />
          </Fact>
        )}
        {step.started_at !== null && step.completed_at !== null && (
          <Fact name="took">{duration(step.completed_at - step.started_at)}</Fact>
        )}
        {step.wait_until !== null && step.completed_at === null && (
          <Fact name="waits until">
            <Deadline at={step.wait_until} />
          </Fact>
        )}
      </dl>
      {step.runs > 1 && <p className="faint">Shown is its last execution; the log has them all.</p>}
      {step.children.length > 0 && (
        <Part title="Its branches and sub-flows">
          <Children step={step} />
        </Part>
      )}
      <DecisionPart step={step} />
      <Repairs repairs={step.repairs} />
      {step.input !== null && (
        <Part title="Input">
          <Json value={step.input} />
        </Part>
      )}
      {step.result !== null && (
        <Part title="Output">
          <Json value={step.result} />
        </Part>
      )}
      <AnswerPart step={step} />
      {effects.length > 0 && (
        <Part title="Effects on the world">
          {effects.map((effect) => (
            <div key={effect.id} className="effect">
              <State state={effect.state} /> <code>{effect.skill}</code>{' '}
              <span className="faint">
                {count(effect.attempts, 'attempt')} · key{' '}
                <CopyId id={effect.idempotency_key} label={`…${effect.idempotency_key.slice(-14)}`} />
              </span>
              {effect.error && <Said className="problem">{effect.error}</Said>}
              {effect.answer !== null && <Json value={effect.answer} />}
            </div>
          ))}
        </Part>
      )}
      {lines.length > 0 && (
        <Part title="What happened">
          <ol className="lines">
            {lines.map((line) => (
              <li key={line.id}>
                <time className="mono faint" dateTime={new Date(line.at).toISOString()}>
                  {exactTime(line.at)}
                </time>{' '}
                <span className="faint">{words(line.type)}</span> <span dir="auto">{line.message}</span>
              </li>
            ))}
          </ol>
        </Part>
      )}
      <details>
        <summary>How it is defined</summary>
        <Json value={{ ...asObject(step.param_mappings), ...asObject(step.input_params) }} />
        <Json value={step.settings} />
      </details>
    </section>
  )
}

/** Of a replay: a step whose result was taken over. Of an undoing: the step that is taken back. */
function Kept({ run, step }: { run: Run; step: Step }) {
  const kept = text(record(record(step.settings).kept).flow)
  const undoes = text(record(record(step.settings).undoes).step)
  const { undo_of: undone } = run.flow
  return (
    <>
      {kept && step.runs > 0 && (
        <p className="faint">
          Not done again: its result is that of <a href={link.run(kept)}>the run before</a>.
        </p>
      )}
      {undoes && undone && (
        <p className="faint">
          Takes back <a href={link.run(undone, 'steps', undoes)}>a step of the run before</a>.
        </p>
      )}
    </>
  )
}

const asObject = (value: unknown) => (typeof value === 'object' ? value : {})
