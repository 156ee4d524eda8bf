import type { PlannedFlow } from '../flow-api.ts'
import { count, words } from '../format.ts'
import { EffectMark } from '../parts/effect-class.tsx'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { Repairs } from '../parts/repairs.tsx'
import { stepTypes } from '../parts/step-types.ts'
import { useAction } from '../use-data.ts'

/** A plan before it runs: each step with what it does to the world, and what all of it costs. */
export function PlanPreview(props: {
  plan: PlannedFlow
  /** The words were changed since: what is shown is not what they ask for. */
  isOfOtherWords: boolean
  start: () => Promise<void>
  changeWords: () => void
}) {
  const { plan } = props
  const { busy, error, run } = useAction()
  const { reads, writes, contacts } = plan.effects
  return (
    <Panel title={<span dir="auto">{plan.title}</span>} aside={costOf(plan)} className="plan">
      <ol className="plan-steps" aria-label="The plan">
        {plan.steps.map((step) => (
          <li key={step.name}>
            <span className="plan-step">
              <span dir="auto">{step.title}</span>{' '}
              <span className="faint">{step.skill ? words(step.skill) : stepTypes[step.type]}</span>
            </span>
            {step.effect && <EffectMark effect={step.effect} />}
          </li>
        ))}
      </ol>
      <Repairs repairs={plan.repairs} />
      <p className="plan-sum">
        It looks up {reads}, changes {writes}, and reaches customers {count(contacts, 'time')}.
        {contacts > 0 && (
          <>
            {' '}
            What goes <span className="to-customer">→ customer</span> passes the contact policy, and an
            approval where one is wanted.
          </>
        )}
      </p>
      <Problem error={error} />
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={busy || props.isOfOtherWords}
          onClick={() => void run(props.start)}
        >
          {busy ? 'Starting …' : 'Start'}
        </button>
        <button type="button" onClick={props.changeWords}>
          Change the words
        </button>
        {props.isOfOtherWords && <span className="faint">The words have changed: plan again.</span>}
      </div>
    </Panel>
  )
}

function costOf({ estimated_cost_usd: usd, estimated_tokens: tokens }: PlannedFlow): string {
  const about = tokens > 0 ? `, about ${tokens.toLocaleString()} tokens` : ''
  return usd === null
    ? `cost not known: no price is set for the model${about}`
    : `${usd > 0 && usd < 0.01 ? 'less than 0.01' : `about ${usd.toFixed(2)}`} USD${about}`
}
