import type { CompiledStep } from './compile.ts'
import { StepDefinition } from './definition.ts'
import { mapPaths } from './mappings.ts'

/**
 * A flow's steps as definitions again, positions turned back into names: what `compileSteps` was given, defaults
 * filled in. For checks of a changed flow and for templates made of one.
 */
export function definitionsOf(steps: readonly CompiledStep[]): StepDefinition[] {
  return steps.map((step) => StepDefinition.parse(writtenStep(step, namesOf(steps), null)))
}

/** `outer`: the names of the flow around a branch, to which its `parent.steps.N` lead. */
function writtenStep(step: CompiledStep, names: readonly string[], outer: readonly string[] | null) {
  const { branches, ...settings } = JSON.parse(step.settings)
  const goto = (position: number | null | undefined) =>
    position === null || position === undefined ? undefined : (names[position] ?? 'end')
  const written = {
    ...settings,
    type: step.type,
    name: step.name,
    title: step.title,
    description: step.description ?? undefined,
    ...(step.skill === null ? {} : { skill: step.skill }),
    on_success: goto(step.on_success_goto),
    on_fail: goto(step.on_fail_goto),
    on_error: gotosOf(settings.on_error, goto),
    on_timeout: goto(settings.on_timeout),
    on_no: goto(settings.on_no),
    ...(settings.answers ? { answers: gotosOf(settings.answers, (to) => goto(to) ?? null) } : {}),
    ...(settings.alternatives
      ? {
          alternatives: settings.alternatives.map((one: { goto: number }) => ({
            ...one,
            goto: goto(one.goto),
          })),
        }
      : {}),
    ...(hasInput(step)
      ? { input: { ...JSON.parse(step.input_params), ...JSON.parse(step.param_mappings) } }
      : {}),
  }
  const byName = mapPaths(written, (path) => nameIn(path, names, outer))
  if (!branches) return byName
  return {
    ...byName,
    branches: branches.map((branch: { name: string; title: string; steps: CompiledStep[] }) => ({
      ...branch,
      steps: branch.steps.map((inside) => writtenStep(inside, namesOf(branch.steps), names)),
    })),
  }
}

const namesOf = (steps: readonly CompiledStep[]) => steps.map(({ name }) => name)

const hasInput = ({ type }: CompiledStep) => type === 'tool_call' || type === 'ai_decision'

function gotosOf<To>(gotos: Record<string, number> | undefined, goto: (to: number) => To) {
  return gotos && Object.fromEntries(Object.entries(gotos).map(([key, to]) => [key, goto(to)]))
}

/** `steps.2.result` → `steps.find.result`; of a branch, `parent.steps.2.result` as well. */
function nameIn(path: string, names: readonly string[], outer: readonly string[] | null): string {
  const [root, of, ...rest] = path.split('.')
  if (root === 'parent' && outer && of === 'steps') return nameIn(path.slice('parent.'.length), outer, null)
  const name = root === 'steps' ? names[Number(of)] : undefined
  return name === undefined ? path : ['steps', name, ...rest].join('.')
}
