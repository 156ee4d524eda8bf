import { z } from 'zod'
import { type CheckAgainst, checkSteps, type Mistake } from '../check.ts'
import type { StepDefinition } from '../definition.ts'
import { hasMapping } from '../mappings.ts'
import type { Repair } from '../outcome.ts'
import { repairInput } from '../repair/repair.ts'
import type { PlanAnswer } from './plan.ts'
import { stepsOfPlan } from './steps-of-plan.ts'

/** A parameter of a planned step that was put right. */
export type PlanRepair = Repair & { step: string }

export type ReadPlan =
  | { ok: true; title: string; steps: StepDefinition[]; repairs: PlanRepair[] }
  | { ok: false; mistakes: Mistake[] }

const TITLE_MAX = 255

/** The steps as they were planned, for a look at what they name. */
export const stepsOf = (answer: PlanAnswer) => stepsOfPlan(answer.steps ?? [])

/** What the planner answered as steps that can run, small mistakes in names and values put right; or what is wrong. */
export function readPlan(answer: PlanAnswer, against: CheckAgainst): ReadPlan {
  const repairs: PlanRepair[] = []
  const steps = stepsOf(answer).map((step) => repaired(step, against, repairs))
  const checked = checkSteps(steps, against)
  if (!checked.ok) return { ok: false, mistakes: checked.mistakes.map(asPlanned) }
  const title = answer.title?.trim().slice(0, TITLE_MAX) || (checked.steps[0]?.title ?? 'Planned flow')
  return { ok: true, title, steps: checked.steps, repairs }
}

const Call = z.looseObject({
  type: z.literal('tool_call'),
  name: z.string(),
  skill: z.string(),
  input: z.record(z.string(), z.unknown()),
})
const Fork = z.looseObject({
  type: z.literal('parallel'),
  branches: z.array(z.looseObject({ steps: z.array(z.looseObject({})) })),
})

function repaired(
  step: Record<string, unknown>,
  against: CheckAgainst,
  repairs: PlanRepair[],
): Record<string, unknown> {
  const fork = Fork.safeParse(step)
  if (fork.success) {
    const branches = fork.data.branches.map((branch) => ({
      ...branch,
      steps: branch.steps.map((inside) => repaired(inside, against, repairs)),
    }))
    return { ...fork.data, branches }
  }
  const call = Call.safeParse(step)
  const skill = call.success ? against.skill(call.data.skill) : undefined
  if (!call.success || !skill) return step
  const { input } = call.data
  const made = repairInput(skill, input)
  // What a mapping brings is not known yet: only its name can be put right.
  const kept = made.repairs.filter(({ from }) => !hasMapping(from) || isRename(from, input))
  if (kept.length < made.repairs.length) return step
  repairs.push(...kept.map((repair) => ({ ...repair, step: call.data.name })))
  return { ...call.data, input: made.input }
}

/** A repair of a name has the value under its old name as `from`. */
const isRename = (from: unknown, input: Record<string, unknown>) =>
  typeof from === 'object' && from !== null && Object.keys(from).every((name) => Object.hasOwn(input, name))

const PLAN_NAMES: Readonly<Record<string, string>> = {
  input: 'params',
  payload: 'params',
  message: 'prompt_message',
  options: 'prompt_options',
  check: 'answer_is',
  on_success: 'on_success_goto',
  on_fail: 'on_fail_goto',
  on_timeout: 'on_timeout_goto',
  on_no: 'on_no_goto',
}

/** The same mistake in the words in which plans are written. */
export function asPlanned({ path, message }: Mistake): Mistake {
  const planned = path.replace(
    /(steps\.\d+\.)([a-z_]+)/g,
    (_, at: string, field: string) => `${at}${PLAN_NAMES[field] ?? field}`,
  )
  return { path: planned, message }
}
