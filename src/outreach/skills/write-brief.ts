import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { defineSkill } from '../../skills/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { getFlow } from '../../store/rows/flows.ts'
import { escalationBrief } from '../escalation-brief.ts'
import type { OutreachDeps } from './deps.ts'

const ReplyPart = z.looseObject({
  kind: z.string(),
  words: z.string().nullish(),
  because: z.string().nullish(),
  question: z.string().nullish(),
})
const CallPart = z.looseObject({
  class: z.string(),
  summary: z.string(),
  decision: z.string(),
  reasons: z.array(z.string()),
  quotes: z.array(z.string()),
  promises: z.array(z.object({ text: z.string(), quote: z.string() })),
  nextStep: z.string(),
  priority: z.enum(['normal', 'high', 'urgent']),
})

/** What sent the flow here beside its steps: the last failure, the last event that it used up. */
const FlowContext = z.looseObject({
  failure: z.looseObject({ step: z.string(), error: z.string(), code: z.string() }).optional(),
  event: z.looseObject({ id: z.string(), detail: z.string().optional() }).optional(),
  consumed: z.record(z.string(), z.string()).optional(),
})

type Priority = 'emergency' | 'high' | 'normal'

type Why = {
  reasons: string[]
  quotes: string[]
  promised: { text: string; quote: string; where: string }[]
  next: string
  priority: Priority
}

const REPLY_REASONS: Record<string, string> = {
  wants_human: 'The customer asked for a person.',
  refused: 'The customer does not want to be called by an AI.',
  opted_out: 'The customer wants no more messages; only a person may decide what now.',
  question: 'The customer asks something that the mails could not settle.',
  ask_again: 'The customer was asked again and the answer is still not clear.',
  phone_given: 'The customer answered; the reply is to be read.',
  unclear: "The customer's reply could not be understood safely.",
}

/** Why a person is needed, what was tried and what was promised, out of what the flow did so far. */
export function writeBrief(deps: OutreachDeps) {
  return defineSkill({
    name: 'write_brief',
    title: 'Write the brief for a person',
    description:
      "Collects why a flow could not finish by itself, from its own steps: for the desk's note and the escalation.",
    effect: 'read',
    looksAtItsFlow: true,
    internal: true,
    input: z.object({ flowId: z.string() }),
    output: z.object({
      priority: z.enum(['emergency', 'high', 'normal']),
      reason: z.string(),
      brief: z.string(),
      note: z.string(),
    }),
    async run({ flowId }, act) {
      const flow = await getFlow(deps.store.read, act.org, flowId)
      if (!flow) throw new InputError('unknown_flow', `There is no flow ${flowId}.`)
      const steps = await getSteps(deps.store.read, flow)
      const customer = flow.customer_id
        ? await getCustomer(deps.store.read, act.org, flow.customer_id)
        : undefined
      const { failure, event, consumed } = FlowContext.parse(JSON.parse(flow.context))
      const hasBounced = event !== undefined && consumed?.mail_bounced === event.id
      const why = hasBounced ? bounced(event.detail ?? null) : whyOf(steps, failure)
      const brief = escalationBrief({
        ticketRef: flow.ticket ?? flow.id,
        customerName: customer?.name ?? 'the customer',
        why: why.reasons,
        quotes: why.quotes,
        tried: triedOf(steps),
        promised: why.promised,
        nextStep: why.next,
      })
      return {
        priority: why.priority,
        reason: why.reasons[0] ?? 'A person is needed.',
        brief: brief.lines.join('\n'),
        note: brief.note,
      }
    },
  })
}

function bounced(detail: string | null): Why {
  return {
    reasons: [`The e-mail did not arrive${detail ? `: ${detail}` : ''}.`],
    quotes: [],
    promised: [],
    next: 'Find another way to reach the customer; their e-mail address does not work',
    priority: 'normal',
  }
}

/** The newest thing that sent the flow here decides: a call's verdict, a reply, or a step that failed. */
function whyOf(
  steps: FlowStepsTable[],
  failure: { step: string; error: string; code: string } | undefined,
): Why {
  const call = lastResult(steps, 'judge_call', CallPart)
  const reply = lastResult(steps, 'read_reply', ReplyPart)
  const failed = steps.find((step) => step.name === failure?.step && step.status === 'failed')
  const newest = [failed, call?.step, reply?.step]
    .filter((step) => step !== undefined)
    .toSorted((a, b) => (b.completed_at ?? 0) - (a.completed_at ?? 0))[0]

  if (call && newest === call.step) {
    const { value } = call
    return {
      reasons: [...value.reasons, value.summary],
      quotes: value.quotes,
      promised: value.promises.map((promise) => ({ ...promise, where: 'call' })),
      next: value.nextStep,
      priority: value.priority === 'urgent' ? 'emergency' : value.priority,
    }
  }
  if (reply && newest === reply.step) {
    const { kind, words, because, question } = reply.value
    const urgent = kind === 'wants_human' && because === 'emergency'
    return {
      reasons: [
        urgent ? 'The customer speaks of an emergency.' : (REPLY_REASONS[kind] ?? 'A person is needed.'),
      ],
      quotes: [words, question].filter((text) => typeof text === 'string'),
      promised: [],
      next:
        kind === 'opted_out'
          ? 'Decide whether anybody may still write'
          : "Read the customer's reply and answer it",
      priority: urgent ? 'emergency' : kind === 'wants_human' ? 'high' : 'normal',
    }
  }
  const noReply = failure?.code === 'timeout' && failure.step.startsWith('wait_')
  return {
    reasons: [
      noReply
        ? 'The customer did not reply in time.'
        : (failure?.error ?? 'The flow could not go on by itself.'),
    ],
    quotes: [],
    promised: [],
    next: noReply ? 'Try another way to reach the customer, or close the ticket' : 'Go on by hand',
    priority: 'normal',
  }
}

function lastResult<Value>(steps: FlowStepsTable[], name: string, schema: z.ZodType<Value>) {
  const step = steps.find((one) => one.name === name && one.status === 'completed' && one.result !== null)
  const parsed = step?.result ? schema.safeParse(JSON.parse(step.result)) : undefined
  return step && parsed?.success ? { step, value: parsed.data } : undefined
}

/** Steps that a person wants to hear of: what reached the customer, what was judged, what failed. */
function triedOf(steps: FlowStepsTable[]): { what: string; at: number; result: string }[] {
  return steps
    .filter((step) => step.completed_at !== null && step.type !== 'conditional' && step.type !== 'delay')
    .filter((step) => step.status === 'completed' || step.status === 'failed')
    .toSorted((a, b) => (a.completed_at ?? 0) - (b.completed_at ?? 0))
    .map((step) => ({
      what: step.title,
      at: step.completed_at ?? 0,
      result: step.status === 'completed' ? 'done' : (step.error ?? 'failed'),
    }))
}
