import type { StepDefinition } from '../definition.ts'

/** Where a step may go on, and the field that says so; `next` where none does. */
export type Edge = { to: number; field: string; passed: boolean }

/** The steps of a flow or of a branch, and how one leads to the other. A position past the last one is the end. */
export type Graph = {
  steps: readonly StepDefinition[]
  edges: readonly (readonly Edge[])[]
  /** Gotos that lead nowhere. */
  lost: readonly { at: number; field: string; to: string | number }[]
  positionOf(ref: string | number): number | undefined
  /** Whether a step can come before another: from the start to it, and from it to the other. */
  runsBefore(first: number, then: number): boolean
  /** The steps that a flow can come to. */
  reached: ReadonlySet<number>
}

/** Steps that let time pass or ask somebody: a circle through one of them does not burn on. */
const WAITS: ReadonlySet<string> = new Set(['user_prompt', 'approval', 'wait_event', 'delay'])

export function graphOf(steps: readonly StepDefinition[]): Graph {
  const names = new Map(steps.map(({ name }, position) => [name, position]))
  const lost: { at: number; field: string; to: string | number }[] = []
  const positionOf = (ref: string | number) => {
    if (ref === 'end') return steps.length
    const position = /^\d+$/.test(String(ref)) ? Number(ref) : names.get(String(ref))
    return position !== undefined && position <= steps.length ? position : undefined
  }
  const edges = steps.map((step, at) =>
    waysOn(step).flatMap(({ to, field, passed }) => {
      const position = to === null ? at + 1 : positionOf(to)
      if (position === undefined && to !== null) lost.push({ at, field, to })
      return position === undefined ? [] : [{ to: position, field, passed }]
    }),
  )
  const known = new Map<number, ReadonlySet<number>>()
  const after = (from: number) => {
    const reached =
      known.get(from) ??
      reachedFrom(
        (edges[from] ?? []).map(({ to }) => to),
        edges,
      )
    known.set(from, reached)
    return reached
  }
  const reached = reachedFrom([0], edges)
  return {
    steps,
    edges,
    lost,
    positionOf,
    runsBefore: (first, then) => reached.has(first) && after(first).has(then),
    reached,
  }
}

type Way = { to: string | number | null; field: string; passed: boolean }

/** `to` null: the next step. `passed`: the step did what it is there for. */
function waysOn(step: StepDefinition): Way[] {
  const failed = (field: string, to: string | number | null | undefined): Way[] =>
    to === undefined || to === null ? [] : [{ to, field, passed: false }]
  const ways: Way[] = [{ to: step.on_success ?? null, field: 'on_success', passed: true }]
  if (step.type === 'conditional') {
    ways.push({ to: step.on_fail ?? null, field: 'on_fail', passed: true })
  } else {
    ways.push(...failed('on_fail', step.on_fail))
  }
  for (const [code, to] of Object.entries(step.on_error ?? {})) ways.push(...failed(`on_error.${code}`, to))
  if ('on_timeout' in step) ways.push(...failed('on_timeout', step.on_timeout))
  if (step.type === 'user_prompt') ways.push(...failed('on_no', step.on_no))
  if (step.type === 'ai_decision') {
    for (const [answer, to] of Object.entries(step.answers ?? {}))
      ways.push({ to, field: `answers.${answer}`, passed: true })
  }
  if (step.type === 'wait_event') {
    for (const [index, { goto }] of step.alternatives.entries())
      ways.push({ to: goto, field: `alternatives.${index}.goto`, passed: true })
  }
  return ways
}

function reachedFrom(starts: readonly number[], edges: readonly (readonly Edge[])[]): ReadonlySet<number> {
  const reached = new Set<number>()
  const open = [...starts]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue
    reached.add(at)
    for (const { to } of edges[at] ?? []) open.push(to)
  }
  return reached
}

/** The gotos that close a circle in which no step waits: a flow would go round in it until a bound stops it. */
export function burningCircles({ steps, edges, reached }: Graph): { at: number; edge: Edge }[] {
  const state = new Map<number, 'open' | 'done'>()
  const closing: { at: number; edge: Edge }[] = []
  const isBurning = (at: number) => reached.has(at) && !WAITS.has(steps[at]?.type ?? '') && at < steps.length
  function visit(at: number) {
    state.set(at, 'open')
    for (const edge of edges[at] ?? []) {
      if (!isBurning(edge.to)) continue
      const seen = state.get(edge.to)
      if (seen === 'open') closing.push({ at, edge })
      else if (seen === undefined) visit(edge.to)
    }
    state.set(at, 'done')
  }
  for (const at of steps.keys()) if (isBurning(at) && !state.has(at)) visit(at)
  return closing
}
