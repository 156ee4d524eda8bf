import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import type { Clock } from '../ports/index.ts'
import type { Role } from '../skills/index.ts'
import type { FlowStepsTable, FlowsTable, Store, Tx } from '../store/index.ts'
import { retryDoubtful } from '../store/rows/effects.ts'
import { answerStep, getSteps, saveStep } from '../store/rows/flow-steps.ts'
import { activeFlowsOfTicket, getFlow, reopenFlow } from '../store/rows/flows.ts'
import type { OrgId, WorkQueue } from '../work/index.ts'
import { resumeChildren } from './children.ts'
import { isFinal } from './definition.ts'
import { writeFlowLog } from './log.ts'
import { type Answer, promptOf, readAnswer } from './prompt.ts'
import { runFlowWork } from './run-work.ts'
import type { ApprovalAnswer } from './steps/approval.ts'
import { causeOf } from './steps/run.ts'

export type ControlDeps = { store: Store; clock: Clock; newId: (prefix: string) => string; queue: WorkQueue }

/** Who acts on a flow: as audit logs name them, and what they may. */
export type Person = { actor: string; role: Role }

/** What a person answers: a prompt by its value, an approval by `approve` or `reject`. */
export type Response = {
  value: unknown
  /** Changed fields of an approval's payload; only those that the step allows. */
  edit: Record<string, string>
  note: string | null
}

/**
 * A person answers what a step asks. The first answer counts. Throws InputError: 404 no such step, 409 answered or
 * not waiting any more, 403 somebody else is asked, 400 an answer that does not fit.
 */
export async function respond(
  deps: ControlDeps,
  org: OrgId,
  about: { flowId: string; stepId: string },
  response: Response,
  person: Person,
): Promise<void> {
  await deps.store.write(async (tx) => {
    const { flow, step } = await findStep(tx, org, about)
    if (isFinal(flow.status)) throw conflict(`The flow has ended: ${flow.status}.`)
    if (step.status !== 'awaiting_user')
      throw conflict(`"${step.title}" does not wait for an answer; it is ${step.status}.`)
    if (step.user_response !== null) {
      const first = FirstAnswer.parse(JSON.parse(step.user_response))
      throw conflict(`Already answered by ${first.by} at ${new Date(first.at).toISOString()}.`)
    }
    const now = deps.clock.now()
    const read = readResponse(step, response, person, now)
    if (!(await answerStep(tx, step.id, JSON.stringify(read.answer), now)))
      throw conflict('Somebody else answered at the same moment.')
    await writeFlowLog(tx, {
      id: deps.newId('log'),
      org,
      flowId: flow.id,
      stepId: step.id,
      type: read.type,
      message: read.message,
      metadata: read.metadata,
      actor: person.actor,
      at: now,
    })
    await deps.queue.add(tx, runFlowWork, { flowId: flow.id }, { org, caseId: flow.case_id, unique: flow.id })
  })
}

const FirstAnswer = z.looseObject({ by: z.string(), at: z.number() })

function readResponse(step: FlowStepsTable, response: Response, person: Person, now: number) {
  const prompt = promptOf(step)
  if (!prompt) return readApproval(step, response, person, now)
  const answer: Answer = { ...readAnswer(prompt, response.value), by: person.actor, at: now }
  return {
    answer,
    type: 'prompt_answered' as const,
    message: `"${answer.label}", answered ${person.actor}`,
    metadata: { value: answer.value },
  }
}

function readApproval(step: FlowStepsTable, { value, edit, note }: Response, { actor }: Person, now: number) {
  if (value !== 'approve' && value !== 'reject') {
    const message = 'must be approve or reject'
    throw new InputError('bad_answer', `The answer ${message}.`, {
      issues: [{ path: 'response.value', message }],
    })
  }
  checkEdit(step, edit)
  const approved = value === 'approve'
  const answer: ApprovalAnswer = { approved, edit, note, by: actor, at: now }
  return {
    answer,
    type: 'approval_answered' as const,
    message: `${approved ? 'approved' : 'rejected'} by ${actor}${note ? `: ${note}` : ''}`,
    metadata: { edited: Object.keys(edit) },
  }
}

function checkEdit(step: FlowStepsTable, edit: Record<string, string>) {
  const editable = (JSON.parse(step.settings) as { editable?: string[] }).editable ?? []
  const forbidden = Object.keys(edit).filter((field) => !editable.includes(field))
  if (forbidden.length > 0) {
    throw new InputError('not_editable', `These fields may not be edited: ${forbidden.join(', ')}.`, {
      issues: forbidden.map((field) => ({
        path: `edit.${field}`,
        message: `editable are ${editable.join(', ') || 'none'}`,
      })),
    })
  }
  const emptied = Object.keys(edit).filter((field) => edit[field]?.trim() === '')
  if (emptied.length > 0) {
    throw new InputError('empty_edit', `These fields may not be empty: ${emptied.join(', ')}.`, {
      issues: emptied.map((field) => ({ path: `edit.${field}`, message: 'may not be empty' })),
    })
  }
}

/** Takes a failed flow up again at the step that failed, with the same causes: what was done is not done again. */
export async function retryFlow(deps: ControlDeps, org: OrgId, flowId: string, actor: string): Promise<void> {
  await deps.store.write(async (tx) => {
    const flow = await getFlow(tx, org, flowId)
    if (!flow) throw notFound(flowId)
    if (flow.status !== 'failed')
      throw conflict(`Only a failed flow can be retried; this one is ${flow.status}.`)
    if (flow.parent_flow_id !== null)
      throw conflict(`It is part of flow ${flow.parent_flow_id}: retry that one, and it goes on as well.`)
    const rivals = flow.ticket ? await activeFlowsOfTicket(tx, org, flow.ticket) : []
    if (rivals.some(({ template }) => template === flow.template))
      throw conflict(`${flow.ticket} has another unfinished flow by now.`)
    const step = (await getSteps(tx, flow)).find(({ position }) => position === flow.position)
    if (!step) throw conflict('The flow failed beyond its last step; start it anew.')
    const now = deps.clock.now()
    await saveStep(tx, {
      ...step,
      status: 'running',
      attempts: 1,
      result: null,
      error: null,
      error_code: null,
      waited_ms: step.waited_ms + now - (flow.completed_at ?? now),
      user_response: null,
      prompt: null,
      wait_until: null,
      updated_at: now,
    })
    const byHand = `in doubt, and to be tried again, says ${actor}`
    await retryDoubtful(tx, org, flowId, causeOf(flowId, step), byHand, now)
    await resumeChildren(deps, tx, step, actor)
    await reopenFlow(tx, org, flowId, `"${step.title}" to be tried again`, now)
    await writeFlowLog(tx, {
      id: deps.newId('log'),
      org,
      flowId,
      stepId: step.id,
      type: 'flow_resumed',
      message: `retried from "${step.title}" by ${actor}`,
      actor,
      at: now,
    })
    await deps.queue.add(tx, runFlowWork, { flowId }, { org, caseId: flow.case_id, unique: flowId })
  })
}

async function findStep(
  tx: Tx,
  org: OrgId,
  about: { flowId: string; stepId: string },
): Promise<{ flow: FlowsTable; step: FlowStepsTable }> {
  const flow = await getFlow(tx, org, about.flowId)
  if (!flow) throw notFound(about.flowId)
  const step = (await getSteps(tx, flow)).find(({ id }) => id === about.stepId)
  if (!step)
    throw new InputError('unknown_step', `Flow ${flow.id} has no step ${about.stepId}.`, { status: 404 })
  return { flow, step }
}

const conflict = (message: string) => new InputError('conflict', message, { status: 409 })
const notFound = (id: string) => new InputError('unknown_flow', `There is no flow ${id}.`, { status: 404 })
