import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { FlowStepsTable, FlowsTable, Tx } from '../../store/index.ts'
import { changeStepCount, placeStep, removeStep } from '../../store/rows/flow-edits.ts'
import { getSteps, insertStep as insertRow } from '../../store/rows/flow-steps.ts'
import type { OrgId } from '../../work/index.ts'
import type { Person } from '../answers/may.ts'
import { badSteps, type CheckAgainst, checkSteps, type Mistake } from '../check.ts'
import { againstFor, type CheckDeps } from '../checks/against.ts'
import { graphOf } from '../checks/graph.ts'
import { compileSteps } from '../compile.ts'
import { type CreateDeps, freshStep } from '../create.ts'
import { isFinal, type StepDefinition } from '../definition.ts'
import { type LogLine, writeFlowLogs } from '../log.ts'
import { conflict, needFlow } from '../need.ts'
import { definitionsOf } from '../uncompile.ts'
import { readGivenStep } from './given-step.ts'
import { type Move, movesBehindDeleted, movesBehindInserted, refersTo, shiftStep } from './shift.ts'
import { pinned, sourceOfDecision } from './source-before.ts'

export type EditDeps = CreateDeps & CheckDeps & { onChange?: (flowId: string) => void }

type About = { flow: FlowsTable; steps: FlowStepsTable[]; now: number; person: Person }
/** What an edit comes to: how many steps there are then, the rows to write, the line for the log. */
type Edited = { count: number; write: (tx: Tx) => Promise<void>; line: LogLine }

/** How often an edit is made anew because the flow went on in between. */
const TRIES = 5

/**
 * Puts a step into a flow behind the position `after`; everything else keeps leading to, and reading of, the same
 * steps. Throws InputError: 404, 409 for a flow that is over or has come past there, 422 `bad_steps` for a step
 * that could not run there.
 */
export function insertStep(
  deps: EditDeps,
  org: OrgId,
  flowId: string,
  { after, step }: { after: number; step: unknown },
  person: Person,
): Promise<void> {
  return edit(deps, org, flowId, person, async ({ flow, steps, now }) => {
    const at = after + 1
    const last = lastBegun(flow, steps)
    if (at <= last || at > steps.length) {
      const where = `It has come to step ${last}, and its last one is step ${steps.length - 1}.`
      throw conflict(`Steps are put in behind the one that runs. ${where}`)
    }
    const before = definitionsOf(steps)
    const given = readGivenStep(step, before)
    const wanted = before.toSpliced(at, 0, given)
    await checkEdit(deps, { flow, steps, now, person }, before, wanted, at)
    if (!graphOf(wanted).reached.has(at))
      throw badSteps([{ path: 'step', message: 'nothing leads to it: the steps before it go past it' }])
    const compiled = compileSteps(wanted)[at]
    if (!compiled) throw new Error('the step that was put in is not there')
    const row = { ...freshStep(deps.newId('stp'), { ...flow, updated_at: now }, at), ...compiled }
    const placed = steps.map((one) => pinned(one, steps, at, compiled.type))
    return {
      count: steps.length + 1,
      async write(tx) {
        await moveSteps(tx, steps, placed.toReversed(), movesBehindInserted(at))
        await tx.run(insertRow(row))
      },
      line: {
        type: 'step_inserted',
        stepId: row.id,
        message: `"${row.title}" was put in behind "${steps[after]?.title}"`,
        metadata: { position: at },
      },
    }
  })
}

/**
 * Takes a step that has not run out of a flow. Throws InputError: 404, 409 for a flow that is over, a step that has
 * begun, or one that others lead to or read of (`step_in_use`, naming them), 422 where the rest could not run.
 */
export function deleteStep(
  deps: EditDeps,
  org: OrgId,
  { flowId, stepId }: { flowId: string; stepId: string },
  person: Person,
): Promise<void> {
  return edit(deps, org, flowId, person, async ({ flow, steps, now }) => {
    const gone = steps.find(({ id }) => id === stepId)
    if (!gone) throw new InputError('unknown_step', `Flow ${flowId} has no step ${stepId}.`, { status: 404 })
    const at = gone.position
    if (at <= lastBegun(flow, steps))
      throw conflict(
        `"${gone.title}" has begun or lies before one that has; only steps behind can be deleted.`,
      )
    needUnused(gone, steps)
    const before = definitionsOf(steps)
    await checkEdit(deps, { flow, steps, now, person }, before, before.toSpliced(at, 1), null)
    const rest = steps.filter(({ id }) => id !== stepId)
    return {
      count: rest.length,
      async write(tx) {
        await removeStep(tx, stepId)
        await moveSteps(tx, rest, rest, movesBehindDeleted(at))
      },
      line: {
        type: 'step_deleted',
        stepId,
        message: `"${gone.title}" was taken out`,
        metadata: { position: at, step: before[at] },
      },
    }
  })
}

/**
 * Reads, plans and writes an edit; anew where the flow went on in between. A transition of the engine that is under
 * way finds the flow changed and is made again on the new steps: its effects, told by causes that have not changed,
 * are not repeated.
 */
async function edit(
  deps: EditDeps,
  org: OrgId,
  flowId: string,
  person: Person,
  plan: (about: About) => Promise<Edited>,
): Promise<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const flow = await needFlow(deps.store.read, org, flowId)
    if (isFinal(flow.status)) throw conflict(`The flow has ended: ${flow.status}.`)
    const steps = await getSteps(deps.store.read, flow)
    const now = Math.max(deps.clock.now(), flow.updated_at + 1)
    const { count, write, line } = await plan({ flow, steps, now, person })
    const written = await deps.store.write(async (tx) => {
      const changed = { ...flow, total_steps: count, updated_at: now }
      if (!(await changeStepCount(tx, changed, flow))) return false
      await write(tx)
      await writeFlowLogs(tx, deps.newId, changed, [{ ...line, actor: person.actor }])
      tx.afterCommit(() => deps.onChange?.(flowId))
      return true
    })
    if (written) return
  }
  throw conflict('The flow goes on too quickly to be changed; try again.')
}

/** The last step that has ever begun: what it did is told by its position, so nothing before it may move. */
const lastBegun = (flow: FlowsTable, steps: readonly FlowStepsTable[]): number =>
  Math.max(flow.position, ...steps.filter(({ runs }) => runs > 0).map(({ position }) => position))

async function moveSteps(tx: Tx, from: readonly FlowStepsTable[], to: readonly FlowStepsTable[], move: Move) {
  const before = new Map(from.map((step) => [step.id, JSON.stringify(step)]))
  for (const step of to) {
    const moved = { ...shiftStep(step, move), position: move(step.position) }
    if (JSON.stringify(moved) !== before.get(step.id)) await placeStep(tx, moved)
  }
}

function needUnused(gone: FlowStepsTable, steps: readonly FlowStepsTable[]) {
  const users = steps.flatMap((step) => {
    if (step.id === gone.id) return []
    const how =
      refersTo(step, gone.position) ?? (sourceOfDecision(step, steps) === gone.position && 'looks at')
    return how ? [{ step, how }] : []
  })
  if (users.length === 0) return
  const who = users.map(({ step, how }) => `"${step.title}" ${how} it`).join(', ')
  throw new InputError('step_in_use', `"${gone.title}" cannot be deleted: ${who}.`, {
    status: 409,
    issues: users.map(({ step, how }) => ({ path: `steps.${step.position}`, message: `${how} it` })),
  })
}

const Params = z.looseObject({ params: z.record(z.string(), z.unknown()).default({}) })

/** Throws InputError `bad_steps` with what an edit would make wrong that was not wrong before. */
async function checkEdit(
  deps: EditDeps,
  { flow, person }: About,
  before: readonly StepDefinition[],
  after: readonly StepDefinition[],
  inserted: number | null,
) {
  const params = Object.keys(Params.parse(JSON.parse(flow.context)).params)
  const audience = { org: flow.org, role: person.role, customerId: flow.customer_id }
  const against = await againstFor(deps, audience, { steps: after, params })
  const known = new Set(mistakesOf(before, against).map((one) => placeOf(one, before)))
  const fresh = mistakesOf(after, against).filter((one) => !known.has(placeOf(one, after)))
  if (fresh.length === 0) return
  const own = `steps.${inserted}.`
  throw badSteps(
    fresh.map(({ path, message }) => ({
      path: `${path}.`.startsWith(own) ? `step.${path.slice(own.length)}`.replace(/\.$/, '') : path,
      message,
    })),
  )
}

function mistakesOf(steps: readonly StepDefinition[], against: CheckAgainst): Mistake[] {
  const checked = checkSteps(steps, against)
  return checked.ok ? [] : checked.mistakes
}

/** Where a mistake is, by the step's name: positions move. */
const placeOf = ({ path }: Mistake, steps: readonly StepDefinition[]) =>
  path.replace(/^steps\.(\d+)/, (_, position: string) => steps[Number(position)]?.name ?? position)
