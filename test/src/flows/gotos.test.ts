import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defaultBounds } from '../../../src/flows/bounds.ts'
import { compileSteps } from '../../../src/flows/compile.ts'
import { freshStep } from '../../../src/flows/create.ts'
import { StepDefinition } from '../../../src/flows/definition.ts'
import { contextOf, type FlowState } from '../../../src/flows/state.ts'
import { begin, follow, type Transition } from '../../../src/flows/transition/index.ts'
import { flowRow, START } from '../../contracts/rows.ts'

type Goto = string | number | undefined
type Given = { on_success: Goto; on_fail: Goto }

/** Up to seven steps, each of which may lead to any other, by name or position, back as well as on, or to the end. */
const graphs = fc.integer({ min: 1, max: 7 }).chain((count) => {
  const goto = fc.oneof(
    fc.constant(undefined),
    fc.constant('end'),
    fc.nat({ max: count }),
    fc.nat({ max: count - 1 }).map((at) => `step_${at}`),
  )
  return fc.array(fc.record({ on_success: goto, on_fail: goto }), { minLength: count, maxLength: count })
})
const outcomes = fc.array(fc.boolean(), { maxLength: 30 })

/** What gotos mean, in plain words: which steps are executed, and how it ends (null: the outcomes ran out). */
function naive(steps: Given[], came: boolean[]) {
  const path: number[] = []
  let at = 0
  for (const isDone of [...came, null]) {
    if (at >= steps.length) return { path, end: 'completed' }
    path.push(at)
    if (isDone === null) break
    const { on_success, on_fail } = steps[at] ?? { on_success: undefined, on_fail: undefined }
    const to = isDone ? (on_success ?? at + 1) : on_fail
    if (to === undefined) return { path, end: 'failed' }
    at = to === 'end' ? steps.length : typeof to === 'number' ? to : Number(to.slice('step_'.length))
  }
  return { path, end: null }
}

/** The same by the engine's own rules, without a store. */
function walk(steps: Given[], came: boolean[]) {
  const flow = flowRow({
    total_steps: steps.length,
    context: '{"params":{},"settings":{},"flow":{"id":"x"}}',
  })
  const compiled = compileSteps(
    steps.map(({ on_success, on_fail }, at) =>
      StepDefinition.parse({
        name: `step_${at}`,
        type: 'tool_call',
        title: 'A step',
        skill: 'note',
        ...(on_success === undefined ? {} : { on_success }),
        ...(on_fail === undefined ? {} : { on_fail }),
      }),
    ),
  )
  const rows = compiled.map((step, at) => ({ ...freshStep(`stp_${at}`, flow, at), ...step }))
  let state: FlowState = { flow, steps: rows, context: contextOf(flow) }
  const path: number[] = []
  const take = ({ flow, context, steps, entered }: Transition) => {
    const written = new Map([...steps, ...(entered ? [entered] : [])].map((step) => [step.position, step]))
    state = { flow, context, steps: state.steps.map((step) => written.get(step.position) ?? step) }
    if (entered) path.push(entered.position)
  }
  take(begin(state, START, defaultBounds))
  for (const isDone of came) {
    const step = state.steps[state.flow.position]
    if (state.flow.status !== 'running' || !step) break
    const outcome = isDone
      ? ({ kind: 'done', result: null } as const)
      : ({ kind: 'failed', code: 'x', error: 'x', retry: { when: 'never' } } as const)
    take(follow(state, step, { outcome, input: null, repairs: [] }, START, () => 0.5))
  }
  const { status } = state.flow
  return { path, end: status === 'running' ? null : status, state }
}

it('gotos lead where they say, by name or position, on, back and to the end', () => {
  fc.assert(
    fc.property(graphs, outcomes, (steps, came) => {
      const { path, end } = walk(steps, came)
      expect({ path, end }).toEqual(naive(steps, came))
    }),
    { numRuns: 500 },
  )
})

it('each execution of a step counts, as its own cause and for the bound', () => {
  fc.assert(
    fc.property(graphs, outcomes, (steps, came) => {
      const { path, state } = walk(steps, came)
      expect(state.flow.steps_executed).toBe(path.length)
      for (const step of state.steps)
        expect(step.runs).toBe(path.filter((position) => position === step.position).length)
    }),
  )
})
