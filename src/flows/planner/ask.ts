import type { Ai, ModelRun } from '../../ai/index.ts'
import { triggerTypes } from '../../events/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Skill } from '../../skills/index.ts'
import type { CheckAgainst, Mistake } from '../check.ts'
import { classOfSkill } from '../checks/contacts.ts'
import { inputSchemaOf } from '../checks/inputs.ts'
import { STEPS_MAX, type TemplateDefinition } from '../definition.ts'
import { PlanAnswer } from './plan.ts'
import { withQuoted } from './quoted.ts'
import { type ReadPlan, readPlan } from './read-plan.ts'

/** How often a plan's mistakes go back to the model. */
const ROUNDS_BACK = 2
const REASON_MAX = 500

export type Asking = {
  request: { text: string; now: string; role: string }
  about: { ticket: string | null; customer_id: string | null; customer: string | null }
  skills: readonly Skill[]
  templates: readonly TemplateDefinition[]
  approveContacts: string
}

export type Answered = {
  plan: Extract<ReadPlan, { ok: true }>
  answer: PlanAnswer
  sections: Record<string, unknown>
  against: CheckAgainst
  /** Every attempt that brought an answer; the last one is the plan's. */
  runs: ModelRun[]
}

/**
 * Asks the model for a plan until one can run: mistakes go back twice. Throws InputError 503 `planner_unavailable`
 * while the model is down, 422 `unplannable` with what could not be planned.
 */
export async function askForPlan(
  ai: Ai,
  asking: Asking,
  caseId: string | null,
  check: (answer: PlanAnswer) => Promise<CheckAgainst>,
): Promise<Answered> {
  const runs: ModelRun[] = []
  let previous: unknown = null
  let mistakes: Mistake[] = []
  for (let round = 0; round <= ROUNDS_BACK; round += 1) {
    const sections = { ...sectionsOf(asking), previous }
    const asked = await ai.ask({ prompt: 'flow_plan', sections, schema: PlanAnswer, caseId, purpose: 'plan' })
    if (asked.kind === 'unavailable') throw plannerUnavailable(asked.reason, asking.templates)
    runs.push(asked.run)
    const answer = withQuoted(asked.value, asking.request.text)
    if (answer.kind === 'cannot') throw cannot(answer.reason)
    const against = await check(answer)
    const plan = readPlan(answer, against)
    if (plan.ok) return { plan, answer, sections, against, runs }
    mistakes = plan.mistakes
    // A plan far too long would only fill the next question.
    previous = { plan: (answer.steps?.length ?? 0) > STEPS_MAX ? null : answer, mistakes }
  }
  throw unplannable(mistakes)
}

function sectionsOf({ request, about, skills, templates, approveContacts }: Asking) {
  return {
    request,
    about,
    skills: skills.map((skill) => ({
      name: skill.name,
      title: skill.title,
      description: skill.description,
      effect: classOfSkill(skill),
      input: inputSchemaOf(skill),
    })),
    templates: templates.map(({ name, title, description, params }) => ({
      name,
      title,
      description,
      params,
    })),
    events: triggerTypes.map((event) => ({
      event,
      about: SUBJECTS[event] ?? 'the ticket, like zendesk:4711',
    })),
    rules: { approve_contacts: approveContacts },
  }
}

/** What `correlation` of a wait is; what is not named here is about a ticket. */
const SUBJECTS: Readonly<Record<string, string>> = {
  inbound_email: 'the flow that wrote: {{flow.id}}',
  mail_bounced: 'the flow that wrote: {{flow.id}}',
  call_ended: 'the call: {{steps.NAME.result.callId}} of place_call',
  call_failed: 'the call: {{steps.NAME.result.callId}} of place_call',
  missed_call: 'the call: {{steps.NAME.result.callId}} of place_call',
  new_customer: "the customer's id",
  customer_opted_out: "the customer's id",
  escalation_created: "the escalation's id",
  escalation_assigned: "the escalation's id",
  escalation_resolved: "the escalation's id",
  flow_completed: "the flow's id",
  flow_failed: "the flow's id",
  flow_cancelled: "the flow's id",
  flow_input_required: "the flow's id",
  flow_input_closed: "the flow's id",
}

function plannerUnavailable(reason: string, templates: readonly TemplateDefinition[]): InputError {
  const names = templates.map(({ name }) => name).join(', ')
  return new InputError(
    'planner_unavailable',
    `Nothing can be planned at the moment: ${reason.slice(0, REASON_MAX)}. Templates still work: ${names}.`,
    { status: 503, issues: [{ path: 'template', message: `one of ${names}` }] },
  )
}

function cannot(reason: string | undefined): InputError {
  const why = reason?.trim().slice(0, REASON_MAX) || 'the planner did not say why'
  return new InputError('unplannable', `This cannot be planned: ${why}`, {
    status: 422,
    issues: [{ path: 'message', message: why }],
  })
}

function unplannable(mistakes: readonly Mistake[]): InputError {
  const [first] = mistakes
  const what = `${first?.path} ${first?.message}`.slice(0, REASON_MAX)
  const more = mistakes.length > 1 ? `, and ${mistakes.length - 1} more` : ''
  return new InputError('unplannable', `No plan that can run was found. In the last one: ${what}${more}.`, {
    status: 422,
    issues: mistakes.map(({ path, message }) => ({ path, message })),
  })
}
