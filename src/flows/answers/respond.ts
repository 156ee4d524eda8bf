import type { Clock } from '../../ports/index.ts'
import type { FlowStepsTable, FlowsTable, Store } from '../../store/index.ts'
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
  /** Whether whoever asked for a flow may approve what it does. */
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
    const read = readResponse(deps, { flow, step }, response, person, now)
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
  { approveOwn }: RespondDeps,
  { flow, step }: { flow: FlowsTable; step: FlowStepsTable },
  response: Response,
  person: Person,
  now: number,
) {
  const prompt = promptOf(step)
  if (!prompt) {
    const asker = approveOwn ? null : flow.requested_by
    return readApproval(step, { ...response, asker }, person, now)
  }
  checkMayAnswer(prompt, person)
  const answer: Answer = { ...readAnswer(prompt, response.value), by: person.actor, at: now }
  return {
    answer,
    type: 'prompt_answered' as const,
    message: `"${answer.label}", answered ${person.actor}`,
    metadata: { value: answer.value },
  }
}
