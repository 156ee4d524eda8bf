import type { Step } from '../api.ts'
import { words } from '../format.ts'
import { FlowState } from '../parts/state.tsx'
import { link } from '../router.ts'

/** The branches and sub-flows that a step started, each a run of its own. */
export function Children({ step }: { step: Step }) {
  if (step.children.length === 0) return null
  const isRepeated = step.children.some(({ run }) => run !== step.children[0]?.run)
  return (
    <ul className="children" aria-label={`Parts of ${step.title}`}>
      {step.children.map((child) => (
        <li key={child.id}>
          <a href={link.run(child.id)} dir="auto">
            {child.branch ? words(child.branch) : child.title}
          </a>{' '}
          <FlowState flow={child} />
          {isRepeated && <span className="badge">{child.run}. time</span>}{' '}
          <span className="faint" dir="auto">
            {child.last_error ?? child.waiting_for}
          </span>
        </li>
      ))}
    </ul>
  )
}
