import { z } from 'zod'
import { getEvent } from '../../events/index.ts'
import type { Executor, FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { getFlow } from '../../store/rows/flows.ts'
import { Context, learn, usedUp } from '../state.ts'
import { createdBy } from '../steps/tool-call.ts'

const Found = z.looseObject({ resolved: z.record(z.string(), z.unknown()) })
const Branches = z.looseObject({
  branches: z.record(z.string(), z.looseObject({ status: z.string(), flow_id: z.string().nullable() })),
})
const Heard = z.looseObject({ eventId: z.string(), occurredAt: z.unknown() })
const Answered = z.looseObject({ value: z.unknown() })
const PromptSettings = z.looseObject({ confirms_plan: z.boolean().optional() })

/**
 * A flow's context as it was before the steps from a position on: what it was started with, and what the steps
 * before taught it, in the order in which they were completed.
 */
export async function contextBefore(
  read: Executor,
  flow: FlowsTable,
  steps: readonly FlowStepsTable[],
): Promise<Context> {
  const {
    resolved_entities: _resolved,
    created_entities: _created,
    user_input: _input,
    event: _event,
    consumed: _consumed,
    approvedOnce: _approved,
    failure,
    ...given
  } = Context.parse(JSON.parse(flow.context))
  let context: Context = given
  if (failure && steps.some(({ name, status }) => name === failure.step && status === 'failed')) {
    context = { ...context, failure }
  }
  const done = steps
    .filter(({ status, result }) => status === 'completed' && result !== null)
    .toSorted((a, b) => (a.completed_at ?? 0) - (b.completed_at ?? 0) || a.position - b.position)
  for (const step of done) context = await taught(read, flow, context, step)
  return context
}

async function taught(
  read: Executor,
  flow: FlowsTable,
  before: Context,
  step: FlowStepsTable,
): Promise<Context> {
  const result: unknown = JSON.parse(step.result ?? 'null')
  let context = before
  switch (step.type) {
    case 'tool_call': {
      const created = createdBy(step.skill ?? '', result)
      return created ? learn(context, { created }) : context
    }
    case 'ai_decision': {
      const found = Found.safeParse(result)
      return found.success ? learn(context, { resolved: found.data.resolved }) : context
    }
    case 'user_prompt': {
      const answer = Answered.safeParse(result)
      const { confirms_plan } = PromptSettings.parse(JSON.parse(step.settings))
      return answer.success && !confirms_plan ? learn(context, { userInput: answer.data.value }) : context
    }
    case 'wait_event': {
      const heard = Heard.safeParse(result)
      if (!heard.success) return context
      const { eventId, occurredAt: _at, ...payload } = heard.data
      const stored = await getEvent(read, flow.org, eventId)
      const consumed = stored
        ? usedUp(context.consumed, { id: eventId, type: stored.event.type, subject: stored.subject })
        : context.consumed
      return { ...context, event: { ...payload, id: eventId }, ...(consumed ? { consumed } : {}) }
    }
    case 'parallel': {
      const branches = Object.values(Branches.catch({ branches: {} }).parse(result).branches)
      for (const { status, flow_id } of branches) {
        const branch = flow_id === null ? undefined : await getFlow(read, flow.org, flow_id)
        if (!branch || status !== 'completed') continue
        const { resolved_entities, created_entities } = Context.parse(JSON.parse(branch.context))
        context = learn(context, {
          ...(resolved_entities ? { resolved: resolved_entities } : {}),
          ...(created_entities ? { created: created_entities } : {}),
        })
      }
      return context
    }
    default:
      return context
  }
}
