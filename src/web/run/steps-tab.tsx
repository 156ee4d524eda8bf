import { useRef } from 'react'
import { RUN_LOGS, type Run, type Step } from '../api.ts'
import { count, words } from '../format.ts'
import { Empty } from '../parts/notes.tsx'
import { link } from '../router.ts'
import { executionsOf } from './executions.ts'
import { StepDetail } from './step-detail.tsx'
import { Waterfall } from './waterfall.tsx'

/** More of what is still to come than this is folded. */
const SHOWN = 12

/** The waterfall, and beside it the step that was chosen; else the one the run stands at. */
export function StepsTab(props: { run: Run; chosen: string | null; reload: () => void }) {
  const { run, chosen } = props
  const steps = run.flow.steps ?? []
  const executions = executionsOf(run)
  const step = steps.find(({ id }) => id === chosen) ?? executions.at(-1)?.step
  const notTaken = steps.filter(({ runs }) => runs === 0)
  const detail = useRef<HTMLDivElement>(null)
  const select = (one: Step) => {
    window.location.hash = link.run(run.flow.id, 'steps', one.id)
    // On a narrow screen the detail lies below the waterfall.
    if (window.matchMedia('(max-width: 760px)').matches) detail.current?.scrollIntoView({ block: 'start' })
  }
  return (
    <div className="split">
      <div className="panel">
        {executions.length > 0 ? (
          <Waterfall
            executions={executions}
            startedAt={run.flow.created_at}
            endedAt={run.flow.completed_at}
            selected={step?.id ?? null}
            onSelect={select}
          />
        ) : (
          <Empty>The first step has not begun yet.</Empty>
        )}
        {run.logs.length >= RUN_LOGS && (
          <p className="faint">
            Drawn of the first {RUN_LOGS} lines of <a href={link.run(run.flow.id, 'log')}>its log</a>.
          </p>
        )}
        <NotTaken run={run} steps={notTaken} select={select} />
      </div>
      <div ref={detail} className="detail">
        {step && <StepDetail key={step.id} run={run} step={step} reload={props.reload} />}
      </div>
    </div>
  )
}

/** While the run goes on, what may come next; afterwards, what was not needed. */
function NotTaken({ run, steps, select }: { run: Run; steps: Step[]; select: (step: Step) => void }) {
  if (steps.length === 0) return null
  const isOver = run.flow.completed_at !== null
  return (
    <details className="not-taken" open={!isOver && steps.length <= SHOWN}>
      <summary>
        {count(steps.length, 'step')} {isOver ? 'not needed' : 'not taken so far'}
      </summary>
      <ol>
        {steps.map((step) => (
          <li key={step.id}>
            <button type="button" className="quiet" onClick={() => select(step)}>
              <span aria-hidden="true">·</span> {step.title}
              {step.status !== 'pending' && <span className="badge">{words(step.status)}</span>}
            </button>
          </li>
        ))}
      </ol>
    </details>
  )
}
