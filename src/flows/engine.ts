import { type Events, lockSubject, nextEventAbout } from '../events/index.ts'
import { messageOf } from '../ops/errors.ts'
import type { FlowStepsTable, FlowsTable, Tx } from '../store/index.ts'
import { countStepsAbove } from '../store/rows/flow-family.ts'
import { isAnsweredAsRead, saveStep } from '../store/rows/flow-steps.ts'
import { deleteWait, insertWait } from '../store/rows/flow-waits.ts'
import { type Spent, saveFlow, setWaitingFor, spentOf } from '../store/rows/flows.ts'
import { defineWork, type Job, type OrgId, type RunResult, type WorkQueue } from '../work/index.ts'
import { noteUndone } from './again/note-undone.ts'
import { boundPrompt, boundReached, type FlowBounds } from './bounds.ts'
import { cancelChildren } from './cancel.ts'
import { heldFromAbove, startChild, wakeChildren, wakeParent } from './children.ts'
import { isFinal } from './definition.ts'
import { createJournal, type Moves, merged } from './journal.ts'
import { type FlowLogType, writeFlowLogs } from './log.ts'
import { isReminderDue, promptOf } from './prompt.ts'
import { runFlowWork } from './run-work.ts'
import { type FlowState, loadFlow, resumedAt } from './state.ts'
import { executeStep, type StepDeps } from './steps/index.ts'
import { lastUsed } from './steps/wait-event.ts'
import { answerToBound, ask, begin, follow, remind, settling, type Transition } from './transition/index.ts'

export type EngineDeps = StepDeps & {
  newId: (prefix: string) => string
  queue: WorkQueue
  events: Events
  random: () => number
  /** What a flow may use up where its template does not say less. */
  bounds: FlowBounds
  onFlowEnd: (template: string, outcome: string) => void
  /** Told of every committed transition, for pages that watch. */
  onChange?: (flowId: string) => void
  /** Told of it too, with what changed: for subscribers who want to know what. */
  onTransition?: (before: FlowState, transition: Transition) => void
  /** For tests that crash the process between any two commits. */
  onStep?: (about: { flowId: string; step: string; moment: 'before' | 'after' }) => void
}

/** What somebody else did to the flow while a step was running makes the step's transition void. */
class FlowMoved extends Error {
  override readonly name = 'FlowMoved'
}

/** How many steps a flow may be ahead of the disk: as many run again after a crash, and bounds are that late. */
const AHEAD_MAX = 16

const QUIET = new Set<FlowLogType>(['step_started', 'step_completed', 'event_received'])

/**
 * Carries flows on, a transition per step, in the order in which they came about. A step that took no time has heard
 * of nothing outside, and nothing outside of it: the flow goes on before its transition is on disk, and after a
 * crash the step runs again. Any other step has the ones before it on disk, and waits to be there itself.
 * A step that waits is parked in rows; whoever ends its wait puts `flow.run` into the queue again.
 */
export function createEngine(deps: EngineDeps) {
  const turn = countTurns()

  async function run({ flowId }: { flowId: string }, job: Job): Promise<RunResult> {
    try {
      // Read where it is written, whose pages are at hand.
      let state = await deps.store.write((tx) => loadFlow(tx, job.org, flowId))
      if (!state || isFinal(state.flow.status)) return undefined
      const journal = createJournal(deps.store, spentOf(state.flow), (tx, moves) => save(tx, moves, job))
      if (state.flow.started_at === null)
        state = journal.add(state, begin(state, deps.clock.now(), deps.bounds))
      while (!isFinal(state.flow.status) && !job.signal.aborted) {
        const resumed = resumedAt(state, deps.clock.now())
        const step = resumed.steps[resumed.flow.position]
        if (!step) throw new Error(`flow ${flowId} stands at a step that is not there`)
        if (standsOnDisk(step)) await journal.onDisk()
        const before = turn()
        const transition = await next(resumed, step, job).catch(async (error: unknown) => {
          // The flow is let go of: whoever takes it next must find what it came to before.
          await journal.onDisk()
          throw error
        })
        if (transition === 'parked') {
          await journal.onDisk()
          return stayParked(state, step)
        }
        state = journal.add(state, transition)
        if (turn() === before && goesOn(transition) && journal.ahead() < AHEAD_MAX) continue
        state = { ...state, flow: { ...state.flow, ...(await journal.onDisk()) } }
        if (transition.again) return { again: transition.again.at, why: transition.again.why }
        if (transition.timer !== null) return undefined
      }
      await journal.onDisk()
      // Shutting down between two steps: the row of work stays and another process goes on.
      return isFinal(state.flow.status)
        ? undefined
        : { again: deps.clock.now(), why: 'the hub was shutting down' }
    } catch (error) {
      if (!(error instanceof FlowMoved)) throw error
      job.log.info({ flowId }, 'the flow was ended or answered while a step was running; its result is void')
      return { again: deps.clock.now(), why: 'the flow moved' }
    }
  }

  /**
   * Whether what came before a step has to be on disk, and to hold there, before it is executed: one that acts must
   * not do so for a flow that was changed meanwhile, whose next step is another.
   */
  function standsOnDisk({ skill: name }: FlowStepsTable): boolean {
    const skill = name === null ? undefined : deps.skills.get(name)
    return skill !== undefined && (skill.effect !== 'read' || skill.looksAtItsFlow === true)
  }

  /** What becomes of the step at which the flow stands: by what it asked, by its bounds, or by executing it. */
  async function next(state: FlowState, step: FlowStepsTable, job: Job): Promise<Transition | 'parked'> {
    const now = deps.clock.now()
    const prompt = promptOf(step)
    if (prompt && step.user_response === null) {
      if (isReminderDue(prompt, now)) return remind(state, step, prompt, now)
      if (now < prompt.until) return 'parked'
    }
    if (prompt?.why === 'bound') return settling(step, answerToBound(state, step, prompt, now))
    const { flow } = state
    const isUnderWay = step.status === 'running' || waitsForChildren(step)
    const reached = isUnderWay ? boundReached(flow, now) : undefined
    if (reached) return ask(state, step, boundPrompt(reached, step, now), now)
    const held = step.status === 'running' ? await heldFromAbove(deps.store.read, flow, now) : undefined
    if (held) {
      await deps.store.write((tx) => wake(tx, held.by))
      return follow(state, step, { outcome: held.outcome, input: step.input, repairs: [] }, now, deps.random)
    }

    deps.onStep?.({ flowId: flow.id, step: step.name, moment: 'before' })
    const executed = await executeStep(deps, state, step, job)
    deps.onStep?.({ flowId: flow.id, step: step.name, moment: 'after' })
    const { outcome } = executed
    if (outcome.kind === 'parked') return 'parked'
    return settling(step, follow(state, step, { ...executed, outcome }, deps.clock.now(), deps.random))
  }

  const wake = (tx: Tx, { id, org, case_id: caseId }: FlowsTable) =>
    deps.queue.add(tx, runFlowWork, { flowId: id }, { org, caseId, unique: id })

  /** Writes moves as one transaction. Throws FlowMoved where the flow ended or its wait was answered. */
  async function save(tx: Tx, moves: Moves, job: Job): Promise<Spent> {
    const { before: state } = moves[0]
    const transition = merged(moves)
    const { flow } = transition
    const before = state.steps[state.flow.position]
    if (before?.status === 'waiting' && before.type === 'wait_event') await deleteWait(tx, before.id)
    const entered = moves.filter((move) => move.transition.entered).length
    if (entered > 0 && flow.parent_flow_id !== null) await countStepsAbove(tx, flow.id, entered)
    const last = moves.at(-1) ?? moves[0]
    const spent = await saveFlow(tx, { ...flow, context: last.after.flow.context }, state.flow)
    if (!spent) throw new FlowMoved()
    if (before?.status === 'awaiting_user' && !(await isAnsweredAsRead(tx, before))) throw new FlowMoved()
    for (const step of transition.steps) await saveStep(tx, step)
    // Before the ones that a step further on may start.
    await endChildren(tx, before, transition)
    await park(tx, last.before, transition)
    await writeFlowLogs(tx, deps.newId, flow, transition.logs)
    if (flow.undo_of !== null) await noteUndone(tx, deps.newId, transition)
    for (const event of transition.events) {
      await deps.events.raise(tx, event, {
        org: flow.org,
        caseId: flow.case_id,
        cause: `flow:${flow.id}`,
        depth: flow.depth + 1,
      })
    }
    if (isAsking(state.flow) && !isFinal(flow.status) && before && hasChildren(before))
      await wakeChildren(deps.queue, tx, flow.id)
    if (isFinal(flow.status) || isAsking(flow) !== isAsking(state.flow))
      await wakeParent(deps.queue, tx, flow)
    if (isFinal(flow.status) || transition.timer !== null) await job.finish(tx)
    tx.afterCommit(() => {
      tell(job.log, transition)
      deps.onChange?.(flow.id)
      for (const move of moves) deps.onTransition?.(move.before, move.transition)
      if (isFinal(flow.status)) deps.onFlowEnd(kindOf(flow), flow.outcome ?? flow.status)
    })
    return spent
  }

  /** A step that is over, the first of its branches through or the time up, needs none of its children any more. */
  async function endChildren(tx: Tx, before: FlowStepsTable | undefined, { flow, steps }: Transition) {
    if (!before || !hasChildren(before)) return
    const after = steps.find(({ id }) => id === before.id)
    if (after?.status !== 'completed' && after?.status !== 'failed') return
    const reason = `"${before.title}" has ${after.status === 'completed' ? 'what it needs' : 'failed'}`
    await cancelChildren(deps, tx, flow.org, flow.id, { reason, outcome: 'not_needed', actor: 'system' })
  }

  async function park(tx: Tx, state: FlowState, { flow, waits, children, timer }: Transition) {
    const org: OrgId = flow.org
    const run = (runAt: number, unique: string) =>
      deps.queue.add(tx, runFlowWork, { flowId: flow.id }, { org, runAt, caseId: flow.case_id, unique })
    const step = state.steps[state.flow.position]
    if (!step) return
    for (const wait of waits) {
      await lockSubject(tx, org, wait.type, wait.correlation)
      await tx.run(
        insertWait({
          step_id: wait.stepId,
          org,
          flow_id: flow.id,
          event_type: wait.type,
          correlation: wait.correlation,
          until: wait.until,
        }),
      )
      // What came between the look and this commit found no wait to end: look again at once.
      const about = { type: wait.type, subject: wait.correlation, after: lastUsed(state, step, wait) }
      if (await nextEventAbout(tx, org, about)) await run(flow.updated_at, flow.id)
    }
    for (const child of children) {
      if (!(await startChild(deps, tx, state, step, child))) throw new FlowMoved()
    }
    if (timer !== null) await run(timer, timerOf(step))
  }

  /** Woken for nothing. Should this have been its timer, set for an earlier wait of this step, it gets a new one. */
  async function stayParked({ flow }: FlowState, step: FlowStepsTable): Promise<undefined> {
    const options = {
      org: flow.org,
      caseId: flow.case_id,
      unique: timerOf(step),
      runAt: step.wait_until ?? 0,
    }
    await deps.store.write((tx) => deps.queue.add(tx, runFlowWork, { flowId: flow.id }, options))
  }

  const timerOf = ({ id, runs }: FlowStepsTable) => `${id}:${runs}`

  return defineWork({
    ...runFlowWork,
    // The steps' own retries count; this one is for faults of the hub itself (a full disk, a bug).
    retry: { attempts: 20, firstDelayMs: 1_000, factor: 2, maxDelayMs: 600_000 },
    run,
    // The row stays and can be replayed; until then the flow says what it waits for.
    dead: (tx, { flowId }, error, job) =>
      setWaitingFor(
        tx,
        job.org,
        flowId,
        `a person to replay its work ${job.id}, which gave up: ${messageOf(error)}`,
      ),
  })
}

const hasChildren = ({ type }: FlowStepsTable) => type === 'parallel' || type === 'sub_flow'
const waitsForChildren = (step: FlowStepsTable) => step.status === 'waiting' && hasChildren(step)

/** Nothing else happens before the next step: neither the flow's end nor a wait. */
const goesOn = ({ flow, again, timer }: Transition) =>
  again === null && timer === null && !isFinal(flow.status)

/** Tells one turn of the event loop from the next: code that let none pass has waited for nothing. */
function countTurns(): () => number {
  let turn = 0
  let isCounting = false
  return () => {
    if (!isCounting) {
      isCounting = true
      setImmediate(() => {
        turn += 1
        isCounting = false
      })
    }
    return turn
  }
}

const isAsking = ({ status }: Pick<FlowsTable, 'status'>) => status === 'awaiting_user'

const kindOf = ({ template, branch }: Pick<FlowsTable, 'template' | 'branch'>) =>
  template ?? (branch === null ? 'planned' : 'branch')

/** The audit log's lines, for whoever follows the process' log: what only goes its way is for debugging. */
function tell(log: Job['log'], { flow, steps, logs }: Transition) {
  for (const { type, message, stepId } of logs) {
    if (QUIET.has(type) && !log.isLevelEnabled('debug')) continue
    const step = steps.find(({ id }) => id === stepId)?.name
    const level = QUIET.has(type) ? 'debug' : 'info'
    log[level]({ caseId: flow.case_id, flowId: flow.id, ...(step ? { step } : {}), what: type }, message)
  }
}
