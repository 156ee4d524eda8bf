import { z } from 'zod'
import { badSteps } from '../check.ts'
import { StepDefinition } from '../definition.ts'
import { mapPaths } from '../mappings.ts'
import { mapGotos } from '../planner/gotos.ts'
import { nameOf } from '../planner/steps-of-plan.ts'

/** Names under which plans write a step, and what definitions call it. */
const WRITTEN: Readonly<Record<string, string>> = {
  prompt_message: 'message',
  prompt_options: 'options',
  on_success_goto: 'on_success',
  on_fail_goto: 'on_fail',
  on_timeout_goto: 'on_timeout',
  on_no_goto: 'on_no',
}

const values = z.record(z.string(), z.unknown())
const Loose = z.looseObject({
  type: z.string(),
  title: z.string().min(1),
  name: z.string().optional(),
  params: values.optional(),
  mappings: values.optional(),
  input: values.optional(),
})

/**
 * A step as people give it, to stand among others: as templates write it, or with `params`, `mappings` and gotos
 * under the names of plans. Without a name it gets one of its title. Positions in gotos and mappings are those of
 * the steps as they stand now. Throws InputError `bad_steps` for what is no step.
 */
export function readGivenStep(given: unknown, among: readonly StepDefinition[]): StepDefinition {
  const loose = Loose.safeParse(given)
  if (!loose.success) throw badSteps(issuesOf(loose.error))
  const { params, mappings, input, name, ...rest } = loose.data
  const filled = { ...input, ...params, ...mappings }
  const parsed = StepDefinition.safeParse({
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [WRITTEN[key] ?? key, value])),
    ...valuesOf(rest.type, filled),
    name: name ?? freeName(nameOf(rest.title), among),
  })
  if (!parsed.success) throw badSteps(issuesOf(parsed.error))
  const names = among.map((step) => step.name)
  const byName = (ref: string | number) =>
    /^\d+$/.test(String(ref)) ? (names[Number(ref)] ?? (Number(ref) === names.length ? 'end' : ref)) : ref
  const led = mapGotos(parsed.data, byName)
  return mapPaths(led, (path) => {
    const [root, of = '', ...more] = path.split('.')
    return root === 'steps' ? [root, byName(of), ...more].join('.') : path
  })
}

/** Where a step of this type keeps its values. */
function valuesOf(type: string, filled: Record<string, unknown>) {
  if (type === 'tool_call' || type === 'ai_decision') return { input: filled }
  if (type === 'sub_flow') return { params: filled }
  return type === 'approval' && Object.keys(filled).length > 0 ? { payload: filled } : {}
}

function freeName(wanted: string, among: readonly StepDefinition[]): string {
  const taken = new Set(['end', ...among.map(({ name }) => name)])
  const short = wanted.slice(0, 40).replace(/_+$/, '')
  let name = short
  for (let more = 2; taken.has(name); more += 1) name = `${short}_${more}`
  return name
}

const issuesOf = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => ({ path: ['step', ...path].join('.'), message }))
