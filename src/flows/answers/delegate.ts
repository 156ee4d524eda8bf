import type { Events } from '../../events/index.ts'
import { InputError } from '../../ops/errors.ts'
import { reassignPrompt } from '../../store/rows/flow-steps.ts'
import { waitOn } from '../../store/rows/flows.ts'
import type { OrgId } from '../../work/index.ts'
import { wakeParent } from '../children.ts'
import { writeFlowLog } from '../log.ts'
import { conflict } from '../need.ts'
import { promptOf, waitingForAnswer } from '../prompt.ts'
import { checkMayAnswer, type Person } from './may.ts'
import { type AboutStep, openQuestion } from './open-question.ts'
import type { RespondDeps } from './respond.ts'

const WHO = /^user:\S.{0,199}$/

/**
 * Hands a prompt to somebody: from then on only they, or a manager or an admin, may answer. The deadline stays.
 * Throws InputError: 404 no such step, 409 closed or theirs already or an approval, 403 who may not answer it may not
 * hand it on either, 400 nobody.
 */
export async function delegate(
  deps: RespondDeps & { events: Events },
  org: OrgId,
  about: AboutStep,
  { to, note }: { to: string; note: string | null },
  person: Person,
): Promise<void> {
  if (!WHO.test(to)) {
    const message = 'must be user:<who>, as logs name people'
    throw new InputError('bad_input', `"to" ${message}.`, { issues: [{ path: 'to', message }] })
  }
  await deps.store.write(async (tx) => {
    const now = deps.clock.now()
    const { flow, step } = await openQuestion(tx, org, about)
    const prompt = promptOf(step)
    if (!prompt)
      throw conflict(`"${step.title}" asks for an approval, which everybody with its role may give.`)
    checkMayAnswer(prompt, person)
    if (prompt.assigned_to === to) throw conflict(`${to} is asked already.`)
    const handed = { ...prompt, assigned_to: to }
    const waitedMs = Math.max(now - flow.updated_at, 0)
    if (!(await reassignPrompt(tx, { id: step.id, prompt: JSON.stringify(handed), waitedMs, now })))
      throw conflict('Somebody answered at the same moment.')
    // Later than before within the same millisecond too: a reminder that is under way must notice.
    const at = Math.max(now, flow.updated_at + 1)
    await waitOn(tx, flow, { waitingFor: waitingForAnswer(handed), waitedMs, at })
    const from = prompt.assigned_to ? ` instead of ${prompt.assigned_to}` : ''
    await writeFlowLog(tx, {
      id: deps.newId('log'),
      org,
      flowId: flow.id,
      stepId: step.id,
      type: 'prompt_delegated',
      message: `${person.actor} asks ${to}${from}${note ? `: ${note}` : ''}`,
      metadata: { to, note },
      actor: person.actor,
      at: now,
    })
    await deps.events.raise(
      tx,
      { type: 'flow_input_required', flowId: flow.id, stepId: step.id, moment: 'delegated' },
      { org, caseId: flow.case_id, cause: `flow:${flow.id}`, depth: flow.depth + 1 },
    )
    await wakeParent(deps.queue, tx, flow)
  })
}
