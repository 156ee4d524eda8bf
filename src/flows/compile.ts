import { InputError } from '../ops/errors.ts'
import type { FlowStepsTable } from '../store/index.ts'
import type { StepDefinition } from './definition.ts'
import { hasMapping, mapPaths } from './mappings.ts'

/** What of a step's row follows from its definition alone. */
export type CompiledStep = Pick<
  FlowStepsTable,
  | 'type'
  | 'name'
  | 'skill'
  | 'title'
  | 'description'
  | 'input_params'
  | 'param_mappings'
  | 'settings'
  | 'on_success_goto'
  | 'on_fail_goto'
>

/** A position one past the last step: the flow is over when it gets there. */
const END = 'end'

/**
 * Turns the names in gotos and mappings into positions. Pure; the same definition compiles to the same rows.
 * Throws InputError `bad_goto` or `bad_mapping` for a name or position that is not there.
 */
export function compileSteps(steps: readonly StepDefinition[]): CompiledStep[] {
  const positions = new Map<string, number>(steps.map((step, index) => [step.name, index]))
  if (positions.size < steps.length) {
    const twice = steps.find(({ name }, index) => positions.get(name) !== index)
    throw new InputError('bad_step_name', `Two steps are called "${twice?.name}".`)
  }
  positions.set(END, steps.length)
  return steps.map((step) => compileStep(step, positions, steps.length))
}

function compileStep(
  step: StepDefinition,
  positions: ReadonlyMap<string, number>,
  count: number,
): CompiledStep {
  const positionOf = (to: string | number | null | undefined) => {
    if (to === undefined || to === null) return null
    const found = typeof to === 'number' ? to : positions.get(to)
    if (found !== undefined && found <= count) return found
    throw new InputError('bad_goto', `Step "${step.name}" goes to "${to}", which is not there.`)
  }
  const byPosition = (path: string) => stepPath(path, (name) => positions.get(name), step.name)
  const mapped = <Value>(value: Value) => mapPaths(value, byPosition)
  const { name, type, title, description, on_success, on_fail, on_error, ...rest } = step
  const params = Object.entries('input' in rest ? rest.input : {})
  const settings = Object.fromEntries(
    Object.entries(rest).filter(([key]) => key !== 'input' && key !== 'skill' && key !== 'branches'),
  )
  return {
    type,
    name,
    skill: step.type === 'tool_call' ? step.skill : null,
    title,
    description: description ?? null,
    input_params: JSON.stringify(Object.fromEntries(params.filter(([, value]) => !hasMapping(value)))),
    param_mappings: JSON.stringify(
      mapped(Object.fromEntries(params.filter(([, value]) => hasMapping(value)))),
    ),
    settings: JSON.stringify({
      ...mapped(settings),
      on_error: Object.fromEntries(
        Object.entries(on_error ?? {}).map(([code, to]) => [code, positionOf(to)]),
      ),
      on_timeout: positionOf('on_timeout' in rest ? rest.on_timeout : null),
      ...(step.type === 'user_prompt' ? { on_no: positionOf(step.on_no) } : {}),
      ...(step.type === 'ai_decision' && step.answers
        ? {
            answers: Object.fromEntries(
              Object.entries(step.answers).map(([one, to]) => [one, positionOf(to)]),
            ),
          }
        : {}),
      ...(step.type === 'wait_event'
        ? {
            alternatives: step.alternatives.map((one) => ({
              ...mapped(one),
              goto: positionOf(one.goto),
            })),
          }
        : {}),
      ...(step.type === 'parallel' ? { branches: compileBranches(step, positions) } : {}),
    }),
    on_success_goto: positionOf(on_success),
    on_fail_goto: positionOf(on_fail),
  }
}

/** A branch becomes a flow of its own: what it reads of the steps outside, it reads of its parent. */
function compileBranches(
  step: Extract<StepDefinition, { type: 'parallel' }>,
  outside: ReadonlyMap<string, number>,
) {
  return step.branches.map(({ name, title, steps }) => {
    const local = new Set(steps.map((one) => one.name))
    const outward = (path: string) => {
      const [root, of] = path.split('.')
      if (root !== 'steps' || of === undefined || local.has(of)) return path
      return `parent.${stepPath(path, (other) => outside.get(other), step.name)}`
    }
    return { name, title: title ?? name, steps: compileSteps(mapPaths(steps, outward)) }
  })
}

/** `steps.profile.result` → `steps.2.result`. */
function stepPath(path: string, positionOf: (name: string) => number | undefined, by: string): string {
  const [root, name, ...rest] = path.split('.')
  if (root !== 'steps' || name === undefined || /^\d+$/.test(name)) return path
  const position = positionOf(name)
  if (position === undefined) {
    throw new InputError('bad_mapping', `Step "${by}" reads {{${path}}}, but there is no step "${name}".`)
  }
  return ['steps', position, ...rest].join('.')
}
