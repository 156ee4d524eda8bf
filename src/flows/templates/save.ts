import { InputError } from '../../ops/errors.ts'
import type { Clock } from '../../ports/index.ts'
import type { Role, Skill } from '../../skills/index.ts'
import { lock } from '../../store/index.ts'
import { insertFlowTemplate, newestTemplate } from '../../store/rows/flow-templates.ts'
import type { OrgId } from '../../work/index.ts'
import { needGoodSteps } from '../check.ts'
import { againstFor, type CheckDeps } from '../checks/against.ts'
import { compileSteps } from '../compile.ts'
import { TemplateDefinition } from '../definition.ts'
import { templates } from './index.ts'

export type SaveDeps = CheckDeps & { clock: Clock }

/** A template as it was given; its steps are held to what the hub can run. */
export type GivenTemplate = { name: string; steps: unknown[]; params: Record<string, unknown> } & Record<
  string,
  unknown
>

/**
 * Saves a template; under a name that is there already, as its next version. Flows that run keep theirs.
 * Throws InputError: 409 `name_taken` for a name of the hub's own; 400 `bad_input`; 422 `bad_steps`.
 */
export async function saveTemplate(
  deps: SaveDeps,
  org: OrgId,
  given: GivenTemplate,
  by: { actor: string; role: Role; fromFlow: string | null },
): Promise<TemplateDefinition> {
  if (templates.has(given.name)) {
    throw new InputError(
      'name_taken',
      `"${given.name}" is a template of the hub's own; choose another name.`,
      {
        status: 409,
        issues: [{ path: 'name', message: 'is taken' }],
      },
    )
  }
  const audience = { org, role: by.role, customerId: null }
  const against = await againstFor(deps, audience, { steps: given.steps, params: Object.keys(given.params) })
  const steps = needGoodSteps(given.steps, {
    ...against,
    // What the hub's own templates are made of may be saved with a flow of theirs, and not be written anew.
    skill: (name) => against.skill(name) ?? internal(deps, name, by.fromFlow !== null),
  })
  compileSteps(steps)
  const template = parsed({ ...given, steps, version: 1 })
  return deps.store.write(async (tx) => {
    await lock(tx, `flow_template:${org}:${given.name}`)
    const before = await newestTemplate(tx, org, given.name)
    const version = (before?.version ?? 0) + 1
    const saved = { ...template, version }
    await tx.run(
      insertFlowTemplate({
        org,
        name: given.name,
        version,
        definition: JSON.stringify(saved),
        created_by: by.actor,
        from_flow: by.fromFlow,
        created_at: deps.clock.now(),
      }),
    )
    return saved
  })
}

const internal = ({ skills }: SaveDeps, name: string, isAllowed: boolean): Skill | undefined =>
  isAllowed ? skills.get(name) : undefined

function parsed(given: unknown): TemplateDefinition {
  const template = TemplateDefinition.safeParse(given)
  if (template.success) return template.data
  throw new InputError('bad_input', 'The template does not fit.', {
    issues: template.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}
