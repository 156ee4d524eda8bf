import { z } from 'zod'
import { Refused } from '../ops/errors.ts'
import { type Role, roles, type Skill, type Skills } from '../skills/index.ts'
import type { Executor, FlowsTable } from '../store/index.ts'
import { getCustomer } from '../store/rows/customers.ts'
import { getFlow } from '../store/rows/flows.ts'

/** `allow`: these and no others; `deny`: all but these. */
export type SkillRule = { allow?: readonly string[] | undefined; deny?: readonly string[] | undefined }

/** Which skills may be used at whose request, and for customers with which tags. */
export type SkillPolicy = {
  roles: Partial<Record<Role, SkillRule>>
  segments: Readonly<Record<string, SkillRule>>
}

/** For whom a skill is to run: whose request it is (null: nobody's, a template of the hub's own), about whom. */
export type ForWhom = { role: Role | null; segments: readonly string[] }

/** Why a skill may not be used; undefined where it may. */
export function refusalOf(
  policy: SkillPolicy,
  skill: Skill,
  { role, segments }: ForWhom,
): string | undefined {
  if (role !== null) {
    const least = skill.role ?? 'agent'
    if (roles.indexOf(role) < roles.indexOf(least))
      return `"${skill.name}" may be used by ${roles.slice(roles.indexOf(least)).join(' and ')}, not by an ${role}`
    if (forbids(policy.roles[role], skill.name))
      return `the policy does not let an ${role} use "${skill.name}"`
  }
  const segment = segments.find((tag) => forbids(policy.segments[tag], skill.name))
  return segment === undefined
    ? undefined
    : `the policy does not allow "${skill.name}" for customers tagged "${segment}"`
}

function forbids(rule: SkillRule | undefined, skill: string): boolean {
  if (!rule) return false
  return rule.deny?.includes(skill) === true || (rule.allow !== undefined && !rule.allow.includes(skill))
}

const Tags = z.array(z.string())

/** The segments of a customer: their tags. */
export async function segmentsOf(read: Executor, org: string, customerId: string | null): Promise<string[]> {
  const customer = customerId === null ? undefined : await getCustomer(read, org, customerId)
  return customer ? Tags.parse(JSON.parse(customer.tags)) : []
}

const AskedBy = z.looseObject({ asked_by_role: z.enum(roles).optional() })

/**
 * The same skills, each asked once more when a flow runs it: what was allowed when it was planned may not be any
 * more, and whom it is about may only be known now. Throws Refused `refused_policy`.
 */
export function guardedSkills(skills: Skills, policy: SkillPolicy, read: Executor): Skills {
  const hasSegments = Object.keys(policy.segments).length > 0
  const hasRoles = Object.keys(policy.roles).length > 0
  const isRestricted = (skill: Skill) => hasSegments || hasRoles || skill.role !== undefined

  async function refusal(skill: Skill, input: unknown, org: string, flowId: string) {
    const flow = await getFlow(read, org, flowId)
    const parsed = hasSegments && skill.reaches ? skill.input.safeParse(input) : undefined
    const reached = parsed?.success ? (skill.reaches?.(parsed.data).customerId ?? null) : null
    const about = hasSegments ? [flow?.customer_id ?? null, reached] : []
    const tags = await Promise.all(about.map((customerId) => segmentsOf(read, org, customerId)))
    return refusalOf(policy, skill, { role: await roleOf(flow), segments: tags.flat() })
  }

  /** A branch is asked for by whoever asked for the flow around it. */
  async function roleOf(flow: FlowsTable | undefined): Promise<Role | null> {
    if (!flow) return null
    if (flow.branch !== null && flow.parent_flow_id !== null)
      return roleOf(await getFlow(read, flow.org, flow.parent_flow_id))
    return AskedBy.parse(JSON.parse(flow.context)).asked_by_role ?? null
  }

  return {
    ...skills,
    async act(name, input, occasion) {
      const skill = skills.get(name)
      if (skill && occasion.flowId !== null && isRestricted(skill)) {
        const why = await refusal(skill, input, occasion.org, occasion.flowId)
        if (why !== undefined) throw new Refused('policy', `Not carried out: ${why}.`)
      }
      return skills.act(name, input, occasion)
    },
  }
}
