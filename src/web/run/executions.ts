import type { LogLine, Run, Step } from '../api.ts'

/** One time that a step was executed; a loop executes the same step again. */
export type Execution = {
  key: string
  step: Step
  /** Which time it was, counted from 1. */
  nth: number
  from: number
  /** Null while it goes on. */
  to: number | null
  state: string
  /** Tries in all. */
  attempts: number
  /** Within it, when it waited: for a person, an event, a gate, or its next attempt. */
  waits: { from: number; to: number | null }[]
}

const ENDS: Record<string, string> = {
  step_completed: 'completed',
  step_failed: 'failed',
  wait_timed_out: 'timed_out',
}
/** States that a step gets once it is over. */
const LATER = ['rolled_back', 'skipped']
const WAITS = ['waiting', 'approval_requested', 'prompt_asked', 'bound_reached', 'step_held', 'step_retrying']
const WAKES = ['event_received', 'approval_answered', 'prompt_answered', 'flow_resumed']

/** The run as it went, out of its audit log: steps keep their last execution only, the log has them all. */
export function executionsOf(run: Run): Execution[] {
  const steps = new Map((run.flow.steps ?? []).map((step) => [step.id, step]))
  const done: Execution[] = []
  const open = new Map<string, Execution>()
  const times = new Map<string, number>()

  function start(line: LogLine, step: Step) {
    const nth = (times.get(step.id) ?? 0) + 1
    times.set(step.id, nth)
    const execution: Execution = {
      key: line.id,
      step,
      nth,
      from: line.at,
      to: null,
      state: step.status,
      attempts: 1,
      waits: [],
    }
    open.set(step.id, execution)
    done.push(execution)
  }

  /** A failed step that is taken up again goes on with its execution; what lies between was waiting. */
  function reopen(line: LogLine, step: Step) {
    const last = done.findLast((one) => one.step === step)
    if (!last || last.to === null) return
    last.waits.push({ from: last.to, to: line.at })
    last.to = null
    last.state = step.status
    last.attempts += 1
    open.set(step.id, last)
  }

  for (const line of run.logs) {
    const step = steps.get(line.step_id ?? '')
    if (!step) continue
    if (line.type === 'step_started') {
      start(line, step)
      continue
    }
    if (line.type === 'flow_resumed' && !open.has(step.id)) reopen(line, step)
    const execution = open.get(step.id)
    if (!execution) continue
    const end = ENDS[line.type]
    if (end || WAKES.includes(line.type)) stopWaiting(execution, line.at)
    if (line.type === 'step_retrying') execution.attempts += 1
    if (WAITS.includes(line.type)) {
      stopWaiting(execution, line.at)
      execution.waits.push({ from: line.at, to: null })
    }
    if (end) {
      execution.to = line.at
      execution.state = end
      open.delete(step.id)
    }
  }
  // What became of a step afterwards stands in its row, not in the lines of its last execution.
  for (const execution of done) {
    const { step, nth } = execution
    if (LATER.includes(step.status) && nth === times.get(step.id)) execution.state = step.status
  }
  // What a cancelled run left open ended with it.
  if (run.flow.completed_at !== null) {
    for (const execution of open.values()) {
      stopWaiting(execution, run.flow.completed_at)
      execution.to = run.flow.completed_at
    }
  }
  return done
}

function stopWaiting(execution: Execution, at: number) {
  const last = execution.waits.at(-1)
  if (last && last.to === null) last.to = at
}
