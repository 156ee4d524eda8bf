import { z } from 'zod'
import type { CompiledStep } from '../compile.ts'
import { mapPaths, pathsIn } from '../mappings.ts'

/** What of a step's row says where other steps stand. */
export type Placed = Pick<CompiledStep, 'param_mappings' | 'settings' | 'on_success_goto' | 'on_fail_goto'>

/** Where a step of this position stands afterwards. One past the last step is the end, which moves as well. */
export type Move = (position: number) => number

export const movesBehindInserted =
  (at: number): Move =>
  (position) =>
    position >= at ? position + 1 : position

export const movesBehindDeleted =
  (at: number): Move =>
  (position) =>
    position > at ? position - 1 : position

const gotos = z.record(z.string(), z.int().nullable())
const Settings = z.looseObject({
  on_timeout: z.int().nullish(),
  on_no: z.int().nullish(),
  on_error: gotos.optional(),
  answers: gotos.optional(),
  alternatives: z.array(z.looseObject({ goto: z.int() })).optional(),
  branches: z.unknown().optional(),
})

/** The step with everything that it says of other steps' positions put right after they moved. */
export function shiftStep<Step extends Placed>(step: Step, move: Move): Step {
  const one = (position: number | null | undefined) =>
    position === null || position === undefined ? position : move(position)
  const each = (all: z.infer<typeof gotos>) =>
    Object.fromEntries(Object.entries(all).map(([key, to]) => [key, to === null ? null : move(to)]))
  const { branches, ...own } = Settings.parse(JSON.parse(step.settings))
  const settings = {
    ...own,
    ...('on_timeout' in own ? { on_timeout: one(own.on_timeout) } : {}),
    ...('on_no' in own ? { on_no: one(own.on_no) } : {}),
    ...(own.on_error ? { on_error: each(own.on_error) } : {}),
    ...(own.answers ? { answers: each(own.answers) } : {}),
    ...(own.alternatives
      ? { alternatives: own.alternatives.map((other) => ({ ...other, goto: move(other.goto) })) }
      : {}),
  }
  const here = (path: string) => movedPath(path, move)
  return {
    ...step,
    on_success_goto: one(step.on_success_goto) ?? null,
    on_fail_goto: one(step.on_fail_goto) ?? null,
    param_mappings: JSON.stringify(mapPaths(JSON.parse(step.param_mappings), here)),
    settings: JSON.stringify({
      ...mapPaths(settings, here),
      // A branch counts its own steps by itself, and those outside as its parent's.
      ...(branches === undefined
        ? {}
        : { branches: mapPaths(branches, (path) => (isOfParent(path) ? outside(path, here) : path)) }),
    }),
  }
}

const PARENT = 'parent.'
const isOfParent = (path: string) => path.startsWith(PARENT)
const outside = (path: string, rewrite: (path: string) => string) =>
  `${PARENT}${rewrite(path.slice(PARENT.length))}`

/** `steps.2.result`, and `context.step_results.2`, which is the same. */
const POSITION = /^(steps|context\.step_results)\.(\d+)(?=\.|$)/

const movedPath = (path: string, move: Move) =>
  path.replace(POSITION, (_, root: string, position: string) => `${root}.${move(Number(position))}`)

/** Whether a step goes to this position, or reads what the step there came to. */
export function refersTo(step: Placed, position: number): 'goes to' | 'reads' | undefined {
  const { branches, ...own } = Settings.parse(JSON.parse(step.settings))
  const leads = [
    step.on_success_goto,
    step.on_fail_goto,
    own.on_timeout,
    own.on_no,
    ...Object.values(own.on_error ?? {}),
    ...Object.values(own.answers ?? {}),
    ...(own.alternatives ?? []).map(({ goto }) => goto),
  ]
  if (leads.includes(position)) return 'goes to'
  const paths = [
    ...pathsIn(JSON.parse(step.param_mappings)),
    ...pathsIn(own),
    ...pathsIn(branches).flatMap((path) => (isOfParent(path) ? [path.slice(PARENT.length)] : [])),
  ]
  return paths.some((path) => POSITION.exec(path)?.[2] === String(position)) ? 'reads' : undefined
}
