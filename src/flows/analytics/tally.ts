import type { FlowFigures, StepFigures } from '../../store/rows/flow-analytics.ts'
import { Times } from './spread.ts'

/** Flows that nobody's template made. */
export const PLANNED = 'planned'
const SAMPLES = 5

/** Runs by what became of them. */
export class Runs {
  total = 0
  retries = 0
  usd = 0
  tokens = 0
  readonly status = new Map<string, number>()
  readonly outcome = new Map<string, number>()
  readonly times = new Times()

  add(flow: FlowFigures) {
    this.total += 1
    this.retries += flow.retry_count
    this.usd += flow.spent_usd
    this.tokens += flow.spent_tokens
    count(this.status, flow.status)
    if (flow.outcome !== null) count(this.outcome, flow.outcome)
    if (flow.status !== 'completed' || flow.started_at === null || flow.completed_at === null) return
    this.times.add(flow.started_at, flow.completed_at, flow.waited_ms)
  }

  figures() {
    const completed = this.status.get('completed') ?? 0
    const ended = completed + (this.status.get('failed') ?? 0)
    return {
      runs: this.total,
      by_status: Object.fromEntries(this.status),
      by_outcome: Object.fromEntries(this.outcome),
      success_rate: ended === 0 ? null : completed / ended,
      retries: this.retries,
      spent_usd: this.usd,
      spent_tokens: this.tokens,
      ...this.times.spread(),
    }
  }
}

/** What one step of one template came to, over the flows that got to it. */
class StepTally {
  readonly first: StepFigures
  completed = 0
  readonly failures = new Map<string, { count: number; ended: number }>()
  readonly times = new Times()

  constructor(first: StepFigures) {
    this.first = first
  }

  add(step: StepFigures, flow: FlowFigures) {
    if (step.status === 'failed') {
      const code = step.error_code ?? 'unknown'
      const failure = this.failures.get(code) ?? { count: 0, ended: 0 }
      this.failures.set(code, failure)
      failure.count += 1
      if (isEndOf(flow, step)) failure.ended += 1
      return
    }
    this.completed += 1
    if (step.started_at === null || step.completed_at === null) return
    this.times.add(step.started_at, step.completed_at, step.waited_ms)
  }

  figures(name: string) {
    const { title, type, skill } = this.first
    const failed = [...this.failures.values()].reduce((sum, { count: n }) => sum + n, 0)
    return { step: name, title, type, skill, completed: this.completed, failed, ...this.times.spread() }
  }
}

/** Failures with the same cause. */
type Group = {
  template: string
  step: string | null
  code: string | null
  count: number
  first_at: number
  last_at: number
  sample_error: string
  flows: string[]
}

/** Adds up flows and their steps as they are read; holds of each no more than its times. */
export class Tally {
  readonly all = new Runs()
  parts = 0
  undoings = 0
  readonly #templates = new Map<string, { runs: Runs; steps: Map<string, StepTally> }>()
  readonly #groups = new Map<string, Group>()

  /** @returns whether it is a run of its own, whose steps count. */
  addFlow(flow: FlowFigures): boolean {
    if (flow.parent_flow_id !== null) {
      this.parts += 1
      return false
    }
    if (flow.undo_of !== null) {
      this.undoings += 1
      return false
    }
    this.all.add(flow)
    this.#of(flow).runs.add(flow)
    this.#addFailure(flow)
    return true
  }

  addStep(step: StepFigures, flow: FlowFigures) {
    // Steps of plans have nothing in common but what they do.
    const name = flow.template === null ? (step.skill ?? step.type) : step.name
    const { steps } = this.#of(flow)
    const tally = steps.get(name) ?? new StepTally(step)
    steps.set(name, tally)
    tally.add(step, flow)
    const group =
      flow.fingerprint !== null && isEndOf(flow, step) ? this.#groups.get(flow.fingerprint) : undefined
    if (!group) return
    group.step = name
    group.code = step.error_code
  }

  templates() {
    return [...this.#templates]
      .map(([template, { runs, steps }]) => ({
        template,
        ...runs.figures(),
        steps: [...steps]
          .toSorted(([, a], [, b]) => a.first.position - b.first.position)
          .map(([name, step]) => step.figures(name)),
      }))
      .toSorted((a, b) => b.runs - a.runs)
  }

  /** Where flows fail: each step and code, `ended` of them the flow's end. */
  failing() {
    return [...this.#templates]
      .flatMap(([template, { steps }]) =>
        [...steps].flatMap(([step, { failures }]) =>
          [...failures].map(([code, failure]) => ({ template, step, code, ...failure })),
        ),
      )
      .toSorted((a, b) => b.count - a.count)
  }

  failures() {
    return [...this.#groups]
      .map(([fingerprint, group]) => ({ fingerprint, ...group }))
      .toSorted((a, b) => b.count - a.count)
  }

  #of({ template }: FlowFigures) {
    const name = template ?? PLANNED
    const found = this.#templates.get(name) ?? { runs: new Runs(), steps: new Map<string, StepTally>() }
    this.#templates.set(name, found)
    return found
  }

  #addFailure({ id, template, status, fingerprint, last_error: error, completed_at: at }: FlowFigures) {
    if (status !== 'failed' || fingerprint === null) return
    const before = this.#groups.get(fingerprint)
    const when = at ?? 0
    this.#groups.set(fingerprint, {
      template: template ?? PLANNED,
      step: before?.step ?? null,
      code: before?.code ?? null,
      count: (before?.count ?? 0) + 1,
      first_at: Math.min(before?.first_at ?? when, when),
      last_at: Math.max(before?.last_at ?? when, when),
      // The newest tells best what is so now.
      sample_error: error ?? '',
      flows: [id, ...(before?.flows ?? [])].slice(0, SAMPLES),
    })
  }
}

const isEndOf = (flow: FlowFigures, step: StepFigures) =>
  flow.status === 'failed' && step.status === 'failed' && step.position === flow.position

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
