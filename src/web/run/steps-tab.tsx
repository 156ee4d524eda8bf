import { useRef } from 'react'
import type { Run, Step } from '../api.ts'
import { Empty } from '../parts/notes.tsx'
import { link } from '../router.ts'
import { executionsOf } from './executions.ts'
import { StepDetail } from './step-detail.tsx'
import { Waterfall } from './waterfall.tsx'

/** The waterfall, and beside it the step that was chosen; else the one the run stands at. */
export function StepsTab({ run, chosen }: { run: Run; chosen: string | null }) {
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
        {notTaken.length > 0 && (
          <details className="not-taken">
            <summary>
              {notTaken.length} steps{' '}
              {run.flow.completed_at === null ? 'not taken so far' : 'were not needed'}
            </summary>
            <ul>
              {notTaken.map((one) => (
                <li key={one.id}>
                  <button type="button" className="quiet" onClick={() => select(one)}>
                    {one.title}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <div ref={detail} className="detail">
        {step && <StepDetail key={step.id} run={run} step={step} />}
      </div>
    </div>
  )
}
