import { useRef, useState } from 'react'
import { flowApi, type PlannedFlow } from '../flow-api.ts'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { link } from '../router.ts'
import { submits, useAction } from '../use-data.ts'
import { PlanPreview } from './plan-preview.tsx'
import { TemplateChoice } from './template-choice.tsx'

type Planned = { message: string; ticket: string; plan: PlannedFlow }

/** A new flow: said in words, looked at as a plan, then started; or from a template. */
export function NewFlowPage(props: { words: string; template: string | null; ticket: string }) {
  const [message, setMessage] = useState(props.words)
  const [ticket, setTicket] = useState(props.ticket)
  const [planned, setPlanned] = useState<Planned | null>(null)
  const { busy, error, run } = useAction()
  const box = useRef<HTMLTextAreaElement>(null)
  const about = { message: message.trim(), ...(ticket.trim() ? { ticket: ticket.trim() } : {}) }

  const plan = () =>
    void run(async () => {
      setPlanned(null)
      const answer = await flowApi.plan(about)
      setPlanned({ message: about.message, ticket: about.ticket ?? '', plan: answer.plan })
    })
  const changeWords = () => {
    setPlanned(null)
    box.current?.focus()
  }
  return (
    <>
      <h1 className="visually-hidden">New flow</h1>
      <Panel title="What should be done?">
        <form onSubmit={submits(plan)} className="write">
          <textarea
            ref={box}
            aria-label="What should be done?"
            dir="auto"
            rows={3}
            required
            maxLength={8_000}
            placeholder="Find task 'Landing page', add comment 'Done!', mark as complete"
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
          <div className="plan-ask">
            <label>
              <span>About the ticket (optional)</span>
              <input
                placeholder="zendesk:4711"
                value={ticket}
                onChange={(event) => setTicket(event.target.value)}
              />
            </label>
            <button type="submit" className="primary" disabled={busy || message.trim() === ''}>
              {busy ? 'Planning …' : 'Plan it'}
            </button>
          </div>
          <p className="hint">You see the plan before anything happens.</p>
        </form>
        <Problem error={error} atFields={['message', 'template']} />
        {error?.code === 'planner_unavailable' && <p>The templates below work without the model.</p>}
      </Panel>
      {planned && (
        <PlanPreview
          plan={planned.plan}
          isOfOtherWords={planned.message !== about.message || planned.ticket !== (about.ticket ?? '')}
          start={async () => {
            const { flow } = await flowApi.startPlan(about, planned.plan)
            window.location.hash = link.run(flow.id)
          }}
          changeWords={changeWords}
        />
      )}
      <TemplateChoice key={props.template} chosen={props.template} ticket={props.ticket} />
    </>
  )
}
