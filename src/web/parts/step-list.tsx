import type { Skill, TemplateStep } from '../flow-api.ts'
import { words } from '../format.ts'
import { useSkills } from '../use-skills.ts'
import { EffectMark } from './effect-class.tsx'
import { stepTypes } from './step-types.ts'

/** A template's steps in their order, branches within. */
export function StepList({ steps }: { steps: readonly TemplateStep[] }) {
  const skills = useSkills()
  return <Steps steps={steps} skills={skills} />
}

function Steps({ steps, skills }: { steps: readonly TemplateStep[]; skills: readonly Skill[] }) {
  return (
    <ol className="plan-steps">
      {steps.map((step) => (
        <li key={step.name}>
          <span className="plan-step">
            <span dir="auto">{step.title}</span> <span className="faint">{aboutStep(step)}</span>
            {step.type === 'parallel' &&
              step.branches.map((branch) => (
                <span key={branch.name} className="branch">
                  <span dir="auto">{branch.title ?? words(branch.name)}</span>
                  <Steps steps={branch.steps} skills={skills} />
                </span>
              ))}
          </span>
          <Effect step={step} skills={skills} />
        </li>
      ))}
    </ol>
  )
}

function Effect({ step, skills }: { step: TemplateStep; skills: readonly Skill[] }) {
  const skill = step.type === 'tool_call' ? skills.find(({ name }) => name === step.skill) : undefined
  return skill ? <EffectMark effect={skill.reaches_customer ? 'contact' : skill.effect} /> : null
}

function aboutStep(step: TemplateStep): string {
  switch (step.type) {
    case 'tool_call':
      return words(step.skill)
    case 'sub_flow':
      return `${stepTypes.sub_flow} ${step.template}`
    case 'wait_event':
      return `waits for ${step.waiting_for}`
    default:
      return stepTypes[step.type]
  }
}
