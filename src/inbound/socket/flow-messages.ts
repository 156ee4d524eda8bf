import { type FlowState, promptOf, type Transition } from '../../flows/index.ts'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import { showFlow, showStep } from '../api/flows.ts'

/** What is sent about a flow: an event's name and its payload, flow and steps shaped as the REST API shows them. */
export type FlowMessage = { event: string; data: Record<string, unknown> }

export type AskedMoment = 'asked' | 'reminded' | 'delegated'

/** What a transition means to whoever follows the flow, in order. Most mean nothing: a step that begins, a retry. */
export function messagesOf(before: FlowState, transition: Transition): FlowMessage[] {
  const { flow, context, entered } = transition
  const shown = { ...showFlow(flow), context }
  const stepOf = (id: string | null) =>
    transition.steps.find((step) => step.id === id) ?? before.steps.find((step) => step.id === id)
  return transition.logs.flatMap(({ type, stepId, message }): FlowMessage[] => {
    const step = stepOf(stepId)
    switch (type) {
      case 'step_completed': {
        const next = entered && showStep(entered)
        return step ? [stepCompleted(shown, step, next)] : []
      }
      case 'prompt_asked':
      case 'bound_reached':
      case 'approval_requested':
        return step ? [inputRequired(shown, step, 'asked')] : []
      case 'prompt_reminded':
        return step ? [inputRequired(shown, step, 'reminded')] : []
      case 'flow_completed':
        return [completed(shown, context.suggestions)]
      case 'flow_failed':
        return [failed(shown, message)]
      default:
        return []
    }
  })
}

/** How a flow stands, for whoever begins to follow it late or after a lost connection; undefined while it just runs. */
export function messageOfState(
  flow: FlowsTable,
  steps: readonly FlowStepsTable[],
  moment: AskedMoment = 'asked',
): FlowMessage | undefined {
  const shown = showFlow(flow)
  switch (flow.status) {
    case 'awaiting_user': {
      const step = steps[flow.position]
      return step && inputRequired(shown, step, moment)
    }
    case 'completed':
      return completed(shown, suggestionsIn(shown.context))
    case 'failed':
      return failed(shown, flow.last_error ?? 'a step failed')
    case 'cancelled':
      return { event: 'FlowCancelled', data: { flow: shown, reason: flow.last_error } }
    default:
      return undefined
  }
}

type ShownFlow = ReturnType<typeof showFlow>

const stepCompleted = (flow: ShownFlow, step: FlowStepsTable, next_step: unknown): FlowMessage => ({
  event: 'FlowStepCompleted',
  data: { flow, step: showStep(step), next_step },
})

function inputRequired(flow: ShownFlow, step: FlowStepsTable, moment: AskedMoment): FlowMessage {
  const { type, message, options } = promptOf(step) ?? {
    type: 'choice',
    message: `"${step.title}" needs an approval.`,
    options: APPROVAL_OPTIONS,
  }
  return {
    event: 'FlowUserInputRequired',
    data: { flow, step: showStep(step), prompt_type: type, message, options, moment },
  }
}

const APPROVAL_OPTIONS = [
  { value: 'approve', label: 'Approve' },
  { value: 'reject', label: 'Reject' },
]

const completed = (flow: ShownFlow, suggestions: unknown): FlowMessage => ({
  event: 'FlowCompleted',
  data: { flow, suggestions: suggestions ?? [] },
})

const failed = (flow: ShownFlow, error: string): FlowMessage => ({
  event: 'FlowFailed',
  data: { flow, error },
})

const suggestionsIn = (context: unknown): unknown =>
  typeof context === 'object' && context !== null && 'suggestions' in context ? context.suggestions : []
