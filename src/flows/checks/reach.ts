import type { Skills } from '../../skills/index.ts'
import type { Executor } from '../../store/index.ts'
import type { OrgId } from '../../work/index.ts'
import { needTemplate } from '../templates/find.ts'
import { templatesNamed } from './against.ts'
import { classOfStep } from './contacts.ts'

/** Whether a flow of this template can come to reach a customer, in a branch or a sub-flow too. Throws InputError 404. */
export async function reachesCustomers(
  { read, skills }: { read: Executor; skills: Skills },
  org: OrgId,
  name: string,
): Promise<boolean> {
  const { steps } = await needTemplate(read, org, name)
  const below = await templatesNamed(read, org, steps)
  const of = { skill: skills.get, template: (other: string) => below.get(other) }
  return steps.some((step) => classOfStep(step, of) === 'contact')
}
