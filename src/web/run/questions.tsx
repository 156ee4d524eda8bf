import type { Run } from '../api.ts'
import { link } from '../router.ts'
import { Approval } from './approval.tsx'
import { PromptPanel } from './prompt-panel.tsx'

/** Everything that this run asks a person at the moment, its branches and sub-flows included. */
export function Questions({ run, onAnswered }: { run: Run; onAnswered: () => void }) {
  const { flow } = run
  const steps = flow.steps ?? []
  const asking = steps.filter(({ status }) => status === 'awaiting_user')
  const below = steps.flatMap(({ children }) => children).filter(({ asks }) => asks !== null)
  return (
    <>
      {asking.map((step) => {
        const key = `${step.id}:${step.runs}:${step.prompt?.asked_at}`
        return step.prompt ? (
          <PromptPanel
            key={key}
            asked={{ flowId: flow.id, stepId: step.id, title: step.title, prompt: step.prompt }}
            onAnswered={onAnswered}
          />
        ) : (
          <Approval key={key} run={run} step={step} onAnswered={onAnswered} />
        )
      })}
      {below.map(({ id, title, asks }) =>
        asks?.prompt ? (
          <PromptPanel
            key={`${asks.step_id}:${asks.prompt.asked_at}`}
            asked={{ flowId: asks.flow_id, stepId: asks.step_id, title, prompt: asks.prompt }}
            onAnswered={onAnswered}
          />
        ) : (
          <section key={id} className="panel asks" aria-label={title}>
            <span dir="auto">{title}</span> waits for an approval: <a href={link.run(id)}>look at it</a>
          </section>
        ),
      )}
    </>
  )
}
