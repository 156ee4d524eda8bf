import type { Clock } from '../../ports/index.ts'
import type { FlowStepsTable, Store } from '../../store/index.ts'
import { editorsOf } from '../../store/rows/flow-logs.ts'
import { answerStep } from '../../store/rows/flow-steps.ts'
import type { OrgId, WorkQueue } from '../../work/index.ts'
import { writeFlowLog } from '../log.ts'
import { conflict } from '../need.ts'
import { type Answer, promptOf, readAnswer } from '../prompt.ts'
import { runFlowWork } from '../run-work.ts'
import { checkMayAnswer, type Person } from './may.ts'
import { type AboutStep, openQuestion } from './open-question.ts'
import { readApproval } from './read-approval.ts'

export type RespondDeps = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  queue: WorkQueue
  /** Whether whoever asked for a flow, or changed its steps, may approve what it does. */
  approveOwn: boolean
}

/** What a person answers: a prompt by its value, an approval by `approve` or `reject`. */
export type Response = {
  value: unknown
  /** Changed fields of an approval's payload; only those that the step allows. */
  edit: Record<string, string | number | boolean>
  note: string | null
}

/**
 * A person answers what a step asks. The first answer counts. Throws InputError: 404 no such step, 409 answered or
 * not waiting any more, 403 somebody else is asked, 400 an answer that does not fit.
 */
export async function respond(
  deps: RespondDeps,
  org: OrgId,
  about: AboutStep,
  response: Response,
  person: Person,
): Promise<void> {
  await deps.store.write(async (tx) => {
    const now = deps.clock.now()
    const { flow, step } = await openQuestion(tx, org, about)
    // Whoever changed what it does asked for that.
    const askers = deps.approveOwn ? [] : [flow.requested_by, ...(await editorsOf(tx, flow.id))]
    const read = readResponse(step, { ...response, askers }, person, now)
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

function readResponse(
  step: FlowStepsTable,
  response: Response & { askers: readonly string[] },
  person: Person,
  now: number,
) {
  const prompt = promptOf(step)
  if (!prompt) return readApproval(step, response, person, now)
  checkMayAnswer(prompt, person)
  const answer: Answer = { ...readAnswer(prompt, response.value), by: person.actor, at: now }
  return {
    answer,
    type: 'prompt_answered' as const,
    message: `"${answer.label}", answered ${person.actor}`,
    metadata: { value: answer.value },
  }
}
