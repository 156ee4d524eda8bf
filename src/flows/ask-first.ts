import { parseInput, type Role, type Skill } from '../skills/index.ts'
import type { FlowsTable, Store } from '../store/index.ts'
import { flowOfStart } from '../store/rows/flows.ts'
import { fenceOf } from '../store/rows/tickets.ts'
import type { OrgId } from '../work/index.ts'
import { ownBounds } from './bounds.ts'
import { compileSteps } from './compile.ts'
import { type CreateDeps, type FlowPlan, insertPlan } from './create.ts'
import { StepDefinition, type StepInput } from './definition.ts'
import { isExact } from './repair/exact.ts'
import { checkGiven } from './sizes.ts'

const DEADLINE_MS = 7 * 86_400_000
const ANSWER_WITHIN = '24h'

/** A skill that somebody wants run, once a person has approved. */
export type ApprovalRequest = {
  skill: Skill
  input: unknown
  /** Who wants it, as audit logs name them, what they may, and from where. */
  by: string
  role: Role
  from: string
  /** What is asked for again under the same key is the same flow. */
  key?: string
}

/**
 * Starts the small flow that asks a person about one run of a skill and then runs it, with what they edited. The
 * skill's own gates (consent, quiet hours, the ticket's fence) hold as ever. Throws InputError for an input that
 * does not fit, before there is a flow.
 */
export async function askFirst(
  deps: CreateDeps & { store: Store },
  org: OrgId,
  { skill, input: given, by, role, from, key }: ApprovalRequest,
): Promise<FlowsTable> {
  const input = fieldsOf(skill, given)
  const ticket = skill.ticketOf?.(input) ?? null
  const customerId = skill.reaches?.(input).customerId ?? null
  return deps.store.write(async (tx) => {
    const flow =
      (key === undefined ? undefined : await flowOfStart(tx, org, key)) ??
      (await insertPlan(deps, tx, planOf(skill, input), {
        org,
        params: { skill: skill.name, input },
        context: { asked_by_role: role },
        settings: {},
        requestedBy: by,
        requestedFrom: from,
        ticket,
        customerId,
        fence: ticket === null ? null : ((await fenceOf(tx, org, ticket)) ?? null),
        ...(key === undefined ? {} : { key }),
      }))
    if (!flow) throw new Error(`no flow was made for ${skill.name}`)
    return flow
  })
}

function fieldsOf(skill: Skill, given: unknown): Record<string, unknown> {
  const input = parseInput(skill, given)
  checkGiven('The input takes', input)
  return Object.fromEntries(Object.entries(input as object).filter(([, value]) => value !== undefined))
}

/** Inputs are mapped, never written into the steps: what stands in them is nobody's mapping. */
function planOf(skill: Skill, input: Record<string, unknown>): FlowPlan {
  const names = Object.keys(input)
  const mapped = (from: string) =>
    Object.fromEntries(names.map((name) => [name, `{{${from}.${name} ?? null}}`]))
  const steps: StepInput[] = [
    {
      type: 'approval',
      name: 'approve',
      title: skill.title,
      policy: 'always',
      payload: mapped('params.input'),
      editable: names.filter((name) => typeof input[name] === 'string' && !isExact(name, skill.exact)),
      within: ANSWER_WITHIN,
      on_error: { rejected: 'rejected' },
      on_timeout: 'expired',
    },
    {
      type: 'tool_call',
      name: 'act',
      title: skill.title,
      skill: skill.name,
      input: mapped('steps.approve.result.payload'),
      on_success: 'end',
    },
    ending('rejected', 'Rejected: nothing is done'),
    ending('expired', 'Nobody answered in time: nothing is done'),
  ]
  return {
    template: null,
    version: null,
    title: `${skill.title}, once approved`,
    deadlineMs: DEADLINE_MS,
    bounds: ownBounds({}),
    steps: compileSteps(steps.map((step) => StepDefinition.parse(step))),
  }
}

const ending = (outcome: string, title: string): StepInput => ({
  type: 'conditional',
  name: outcome,
  title,
  condition: { if: '{{flow.id}}', exists: true },
  outcome,
  on_success: 'end',
})
