import { InputError } from '../../ops/errors.ts'
import type { Skills } from '../../skills/index.ts'
import type { FlowsTable, Store } from '../../store/index.ts'
import { lock } from '../../store/index.ts'
import { openUndoing } from '../../store/rows/flow-undoing.ts'
import type { OrgId } from '../../work/index.ts'
import { type CreateDeps, insertPlan } from '../create.ts'
import { isFinal } from '../definition.ts'
import { conflict, needFlow } from '../need.ts'
import { type Undoing, undoingOf, undoPlan } from './undo-plan.ts'

export type RollbackDeps = CreateDeps & { store: Store; skills: Skills }

/** How what a flow did would be taken back, newest first. Throws InputError 404 `unknown_flow`. */
export async function previewRollback(
  deps: RollbackDeps,
  org: OrgId,
  flowId: string,
): Promise<{ flow: FlowsTable; undoing: Undoing[] }> {
  const { read } = deps.store
  const flow = await needFlow(read, org, flowId)
  return { flow, undoing: await undoingOf({ read, skills: deps.skills }, flow) }
}

/**
 * Takes back what a flow did, newest first, as a flow of its own. `only`: these effects and no others.
 * Throws InputError: 404 `unknown_flow`; 409 `conflict` where it is not over or is being rolled back; 409
 * `nothing_to_undo`; 400 `bad_input` for effects that it did not have or that cannot be taken back.
 */
export async function rollBack(
  deps: RollbackDeps,
  org: OrgId,
  flowId: string,
  only: readonly string[] | undefined,
  actor: string,
): Promise<{ flow: FlowsTable; left: Undoing[] }> {
  return deps.store.write(async (tx) => {
    await lock(tx, `rollback:${org}:${flowId}`)
    const flow = await needFlow(tx, org, flowId)
    if (!isFinal(flow.status))
      throw conflict(`The flow is ${flow.status}; cancel it before it is rolled back.`)
    const open = await openUndoing(tx, org, flowId)
    if (open) throw conflict(`The flow is being rolled back by ${open.id}, which is ${open.status}.`)
    const all = await undoingOf({ read: tx, skills: deps.skills }, flow)
    const chosen = choose(all, only)
    if (chosen.length === 0) throw nothingToUndo(all)
    const undo = await insertPlan(deps, tx, undoPlan(flow, chosen), {
      org,
      params: {},
      settings: {},
      request: `Roll back ${flow.id}`,
      requestedBy: actor,
      requestedFrom: `rollback of ${flow.id}`,
      ...(flow.case_id === flow.id ? {} : { caseId: flow.case_id }),
      ticket: flow.ticket,
      customerId: flow.customer_id,
      // Under the fence of then: what a person took over since is theirs.
      fence: flow.fence,
      undoOf: flow.id,
    })
    if (!undo) throw conflict('The flow is being rolled back.')
    return { flow: undo, left: all.filter((one) => !chosen.includes(one)) }
  })
}

function choose(all: readonly Undoing[], only: readonly string[] | undefined): Undoing[] {
  if (only === undefined) return all.filter(({ state }) => state === 'undoable')
  const issues = only.flatMap((id, index) => {
    const found = all.find(({ effect }) => effect.id === id)
    if (found?.state === 'undoable') return []
    return [{ path: `only.${index}`, message: found ? whyNot(found) : 'is no effect of this flow' }]
  })
  if (issues.length > 0) throw new InputError('bad_input', 'Not everything can be taken back.', { issues })
  return all.filter(({ effect }) => only.includes(effect.id))
}

function whyNot({ state, undo }: Undoing): string {
  if (state === 'undone') return 'was taken back already'
  return undo.kind === 'impossible' ? undo.why : 'cannot be taken back'
}

function nothingToUndo(all: readonly Undoing[]): InputError {
  const why = all.length === 0 ? 'It did nothing outside.' : 'See why in `errors`.'
  return new InputError('nothing_to_undo', `There is nothing to take back. ${why}`, {
    status: 409,
    issues: all.map((one) => ({ path: one.effect.id, message: whyNot(one) })),
  })
}
