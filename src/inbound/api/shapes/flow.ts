import { z } from 'zod'
import { flowStatuses } from '../../../flows/index.ts'
import { at, atOrNever, count, record, text } from './parts.ts'
import { Step } from './step.ts'

const flow = {
  id: z.string(),
  title: z.string(),
  original_request: z.string(),
  status: z.enum(flowStatuses),
  outcome: text.describe('What came of it'),
  waiting_for: text.describe('In one line'),
  waiting_until: atOrNever,
  deadline_at: at.describe('Past it the flow is reported to a person'),
  position: count.describe('Of the step that it is at'),
  total_steps: count,
  completed_steps: count,
  steps_executed: count.describe('Loops included'),
  steps_below: count.describe('Executed in branches and sub-flows'),
  retry_count: count,
  max_retries: count,
  last_error: text,
  requested_by: z.string().describe('`user:<who>`, `system` or `ai`'),
  requested_from: z.string().describe('Like `api`, `schedule sch_…`, `ticket zendesk:4711`'),
  template: text.describe('Null of a flow that was planned'),
  template_version: z.int().nullable(),
  case_id: z.string(),
  ticket: text,
  customer_id: text,
  fence: z.int().nullable(),
  model_run_id: text,
  bounds: record.describe('What it may use up: steps, usd, tokens, wallMs; empty before it begins'),
  spent_usd: z.number(),
  spent_tokens: count,
  waited_ms: count,
  parent_flow_id: text,
  parent_step_id: text,
  parent_runs: z.int().nullable(),
  branch: text,
  depth: count.describe('How many flows stand above it'),
  replay_of: text,
  undo_of: text,
  fingerprint: text.describe('Of a failure: the same cause, the same fingerprint'),
  start_key: text,
  entered_at: atOrNever,
  entered_runs: count,
  started_at: atOrNever,
  paused_at: atOrNever,
  completed_at: atOrNever,
  created_at: at,
  updated_at: at,
}

export const FlowInList = z
  .object({ ...flow, ticket_subject: text, customer_name: text })
  .meta({ id: 'FlowInList' })

export const Flow = z
  .object({ ...flow, context: record, planning_prompt: text.optional(), steps: z.array(Step) })
  .meta({ id: 'Flow' })

/** What everything that is done to one flow answers. */
export const OneFlow = z.object({ success: z.literal(true), flow: Flow })

export const FlowLog = z
  .object({
    id: z.string(),
    flow_id: z.string(),
    step_id: text,
    type: z.string().describe('Like `step_completed`, `prompt_answered`'),
    message: z.string(),
    metadata: record,
    actor_type: z.enum(['system', 'user', 'ai']),
    actor_id: text,
    at,
  })
  .meta({ id: 'FlowLog' })

/** Everything about one run, for its page; the parts are rows as other routes show them. */
export const FlowRun = z.object({
  flow: Flow,
  ticket: record.nullable(),
  customer: record.nullable(),
  profile: record.nullable(),
  ...Object.fromEntries(
    [
      'consents',
      'messages',
      'calls',
      'deskWrites',
      'effects',
      'escalations',
      'alerts',
      'modelRuns',
      'logs',
    ].map((part) => [part, z.array(record)]),
  ),
})
