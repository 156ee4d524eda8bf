import type { Run } from '../api.ts'
import { list, record, text } from '../narrow.ts'
import { link } from '../router.ts'

/** What might be done next, after a run that is completed. */
export function Suggestions({ run, keep }: { run: Run; keep: () => void }) {
  const { flow } = run
  const all = list(record(flow.context).suggestions).map((one) => ({
    message: text(record(one).message) ?? '',
    action: text(record(one).action) ?? '',
  }))
  if (flow.status !== 'completed' || all.length === 0) return null
  return (
    <section className="actions suggestions" aria-label="What next?">
      <h2>What next?</h2>
      {all.map(({ message, action }) =>
        action === 'save_as_template' ? (
          <button key={action} type="button" dir="auto" onClick={keep}>
            {message}
          </button>
        ) : (
          <a key={action} className="button" dir="auto" href={placeOf(run, { message, action })}>
            {message}
          </a>
        ),
      )}
    </section>
  )
}

/** Where a suggestion leads: mostly the New-flow box with its words in it. */
function placeOf(
  { flow, escalations }: Run,
  { message, action }: { message: string; action: string },
): string {
  const { ticket } = flow
  const [escalation] = escalations
  if (action === 'claim_escalation' && escalation) return link.escalation(escalation.id)
  if (action === 'open_calls') return link.run(flow.id, 'conversation')
  if (TEMPLATES.includes(action)) return link.newFlow({ template: action, ticket })
  // Skills are named in one word; anything longer is the request itself.
  const words = action.includes(' ') ? action : requestIn(message)
  return link.newFlow({ words, ticket })
}

/** "Want to tell the team?" as a request: "Tell the team". */
function requestIn(question: string): string {
  const said = question.replace(/\?\s*$/, '').replace(/^(do you )?want (me )?to /i, '')
  return said.charAt(0).toUpperCase() + said.slice(1)
}

/** The templates that the hub suggests. */
const TEMPLATES = ['resolve_ticket', 'follow_up_no_reply', 'callback_request', 'refund_review']
