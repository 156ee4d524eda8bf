import { type Ai, fillPrompt, type Prices, type Prompts } from '../../ai/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Role } from '../../skills/index.ts'
import type { FlowsTable } from '../../store/index.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import type { OrgId } from '../../work/index.ts'
import { againstFor, type CheckDeps, offeredSkills } from '../checks/against.ts'
import type { StepDefinition } from '../definition.ts'
import type { StartDeps } from '../start-by-request.ts'
import type { Suggestion } from '../suggest.ts'
import { listTemplates } from '../templates/list.ts'
import { type About, emptyOf, findAbout } from './about.ts'
import { askForPlan } from './ask.ts'
import { withConfirmation } from './confirm.ts'
import { modelCosts, type PlanView, planInWords, viewOf } from './estimate.ts'
import { shouldCreateFlow } from './intent.ts'
import { stepsOf } from './read-plan.ts'
import { type Origin, planAsShown, rememberOrigins, type ShownPlan } from './shown-plan.ts'
import { writePlanned } from './write-planned.ts'

export type { PlanView } from './estimate.ts'
export { ShownPlan } from './shown-plan.ts'

export type PlannerDeps = StartDeps &
  CheckDeps & {
    ai: Ai
    prompts: Prompts
    /** Writes the action log. */
    note: (action: {
      type: 'plan_created'
      caseId: string | null
      at: number
      detail: Record<string, string | number | null>
    }) => Promise<void>
    model: { prices: Prices; model: string | null }
  }

export type PlanRequest = {
  message: string
  by: string
  role: Role
  /** Where it was asked: `api`, a chat thread, a desk's ticket. */
  from: string
  /** What it is about, where that is known; else the ticket that the message names. */
  ticket?: string | undefined
  /** Whether a person is asked before the first write or contact. Contacts keep their approvals either way. */
  confirm: boolean
  /** A plan that was shown for the message, to be started as it is; then no model is asked. */
  shown?: ShownPlan | undefined
}

/** A plan that can run, and nothing of it written yet. */
export type Plan = Origin & {
  view: PlanView
  steps: StepDefinition[]
  suggestions: Suggestion[]
  about: About
  availableSkills: string[]
}

const MESSAGE_MAX = 8_000
const SUGGESTIONS_MAX = 3
const SUGGESTION_MAX = 300
/** As many as a prompt has room for. */
const TEMPLATES_MAX = 50

export type Planner = ReturnType<typeof createPlanner>

/** Turns requests in words into flows. */
export function createPlanner(deps: PlannerDeps) {
  const lookedAt = rememberOrigins()

  /** Plans a request and writes nothing, for a look at it. Throws as `make` does. */
  async function plan(org: OrgId, request: PlanRequest): Promise<Plan> {
    const made = await make(org, request)
    lookedAt.keep(org, request.message, made)
    return made
  }

  /**
   * A plan for a request. Throws InputError: 422 `not_a_flow` for a question, 422 `unplannable`,
   * 503 `planner_unavailable`, 404 for a ticket that is not there, 413 for a message that is too long; of a plan
   * that was shown before, 422 `bad_steps`.
   */
  async function make(org: OrgId, request: PlanRequest): Promise<Plan> {
    if (request.message.length > MESSAGE_MAX) throw tooLong(request.message.length)
    if (request.shown) {
      const shown = await planAsShown(deps, org, request, request.shown)
      return { ...shown, ...lookedAt.find(org, request.message, shown) }
    }
    const about = await findAbout(deps, org, request)
    const caseId = about.ticket?.ref ?? null
    const wanted = await shouldCreateFlow(deps.ai, request.message, caseId)
    if (wanted.kind === 'question') throw notAFlow(wanted.why)

    const customerId = about.ticket?.customer_id ?? null
    const audience = { org, role: request.role, customerId }
    const skills = await offeredSkills(deps, audience)
    const customer = customerId === null ? undefined : await getCustomer(deps.store.read, org, customerId)
    const asking = {
      request: {
        text: request.message,
        now: new Date(deps.clock.now()).toISOString(),
        role: request.role,
      },
      about: { ticket: caseId, customer_id: customerId, customer: customer?.name ?? null },
      skills,
      templates: await listTemplates(deps.store.read, org, { limit: TEMPLATES_MAX }),
      approveContacts: deps.approve,
    }
    const answered = await askForPlan(deps.ai, asking, caseId, (answer) =>
      againstFor(deps, audience, { steps: stepsOf(answer), params: [], empty: emptyOf(about) }),
    )
    const { title, steps, repairs } = answered.plan
    const costOf = await modelCosts(deps.store.read, org, deps.model)
    const view = viewOf(title, steps, answered.against, costOf)
    const question = planInWords(view)
    return {
      view,
      steps: request.confirm ? withConfirmation(steps, answered.against, question) : steps,
      suggestions: (answered.answer.suggestions ?? [])
        .slice(0, SUGGESTIONS_MAX)
        .map(({ message, action }) => ({
          type: 'suggestion',
          message: message.slice(0, SUGGESTION_MAX),
          action: action.slice(0, SUGGESTION_MAX),
        })),
      repairs,
      about,
      asked: { prompt: promptText(deps.prompts, answered.sections), runs: answered.runs },
      availableSkills: skills.map(({ name }) => name),
    }
  }

  /** Plans a request and starts the flow. Throws as `make` does. */
  async function start(org: OrgId, request: PlanRequest): Promise<{ flow: FlowsTable; plan: Plan }> {
    const made = await make(org, request)
    const flow = await deps.store.write((tx) => writePlanned(deps, tx, org, request, made))
    await deps.note({
      type: 'plan_created',
      caseId: flow.case_id,
      at: deps.clock.now(),
      detail: { flow: flow.id, title: flow.title, steps: made.view.steps.length, ...made.view.effects },
    })
    return { flow, plan: made }
  }

  return { plan, start }
}

function promptText(prompts: Prompts, sections: Record<string, unknown>): string {
  const prompt = prompts.get('flow_plan')
  if (!prompt) return ''
  const messages = fillPrompt(prompt, sections)
  return [
    `${prompt.name}@${prompt.label}`,
    ...messages.map(({ role, content }) => `# ${role}\n\n${content}`),
  ].join('\n\n')
}

const notAFlow = (why: string) =>
  new InputError(
    'not_a_flow',
    `${why} A flow does things: say what is to be done, like "find task X and mark it as done". What the knowledge base says is found by POST /api/v1/knowledge/search.`,
    { status: 422, issues: [{ path: 'message', message: why }] },
  )

const tooLong = (length: number) =>
  new InputError('too_large', `The message has ${length} characters; at most ${MESSAGE_MAX} fit.`, {
    status: 413,
  })
