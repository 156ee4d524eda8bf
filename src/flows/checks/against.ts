import { z } from 'zod'
import type { Role, Skill, Skills } from '../../skills/index.ts'
import type { Executor, Store } from '../../store/index.ts'
import type { CheckAgainst } from '../check.ts'
import type { TemplateDefinition } from '../definition.ts'
import { refusalOf, type SkillPolicy, segmentsOf } from '../skill-policy.ts'
import { findTemplate } from '../templates/find.ts'
import { templates } from '../templates/index.ts'
import type { ApprovalPolicy } from './contacts.ts'

export type CheckDeps = {
  store: Store
  skills: Skills
  policy: SkillPolicy
  decisions: ReadonlySet<string>
  approve: ApprovalPolicy
}

/** For whom steps are written: whose request it is, and which customer it is about. */
export type Audience = { org: string; role: Role; customerId: string | null }

/** The skills that may be offered to this audience. */
export async function offeredSkills(deps: CheckDeps, audience: Audience): Promise<Skill[]> {
  const segments = await segmentsOf(deps.store.read, audience.org, audience.customerId)
  const who = { role: audience.role, segments }
  return deps.skills
    .list()
    .filter((skill) => !skill.internal && refusalOf(deps.policy, skill, who) === undefined)
}

/** What the steps of this audience are held against; the templates that they name are looked up. */
export async function againstFor(
  deps: CheckDeps,
  audience: Audience,
  given: { steps: readonly unknown[]; params: readonly string[]; empty?: readonly string[] },
): Promise<CheckAgainst> {
  const { read } = deps.store
  const segments = await segmentsOf(read, audience.org, audience.customerId)
  const named = await templatesNamed(read, audience.org, given.steps)
  const offered = deps.skills.list().filter(({ internal }) => !internal)
  return {
    skill: (name) => offered.find((skill) => skill.name === name),
    refusal: (skill) => refusalOf(deps.policy, skill, { role: audience.role, segments }),
    skillNames: offered.map(({ name }) => name),
    template: (name) => named.get(name),
    templateNames: [...templates.keys()],
    decisions: deps.decisions,
    params: given.params,
    empty: given.empty ?? [],
    approve: deps.approve,
  }
}

/** The templates that steps come to, however deep, by name; those that are not there are left out. */
export async function templatesNamed(
  read: Executor,
  org: string,
  steps: readonly unknown[],
): Promise<ReadonlyMap<string, TemplateDefinition>> {
  const named = new Map<string, TemplateDefinition>()
  const open = templatesIn(steps)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (named.has(name)) continue
    const template = await findTemplate(read, org, name)
    if (!template) continue
    named.set(name, template)
    open.push(...templatesIn(template.steps))
  }
  return named
}

const Named = z.looseObject({
  template: z.string().optional(),
  input: z.looseObject({ template: z.string() }).optional().catch(undefined),
  branches: z.array(z.looseObject({ steps: z.array(z.unknown()) })).optional(),
})

/** The templates that steps name, those in branches and those of flows that they start too. */
function templatesIn(steps: readonly unknown[]): string[] {
  return steps.flatMap((step) => {
    const { template, input, branches = [] } = Named.safeParse(step).data ?? {}
    return [
      ...[template, input?.template].filter((name) => name !== undefined),
      ...branches.flatMap((one) => templatesIn(one.steps)),
    ]
  })
}
