import { z } from 'zod'
import { flowStatuses, Prompt, stepStatuses } from '../../../flows/index.ts'
import { at, atOrNever, count, record, text } from './parts.ts'

const Asked = Prompt.meta({ id: 'FlowPrompt' })

/** A branch or a sub-flow, on the step that started it. */
const Child = z.object({
  id: z.string(),
  branch: text,
  title: z.string(),
  status: z.enum(flowStatuses),
  outcome: text,
  last_error: text,
  waiting_for: text,
  waiting_until: atOrNever,
  run: z.int().nullable().describe('Which execution of the step started it: 1, 2, …'),
  asks: z
    .object({ flow_id: z.string(), step_id: z.string(), prompt: Asked.nullable() })
    .nullable()
    .describe('What it asks a person, and where to answer'),
})

/** A step as `showStep` shows it, with its children. */
export const Step = z
  .object({
    id: z.string(),
    flow_id: z.string(),
    position: count,
    parent_step_id: text.describe('In a branch or sub-flow: the step that started it'),
    type: z.string(),
    name: z.string(),
    skill: text,
    title: z.string(),
    description: text,
    status: z.enum(stepStatuses),
    input_params: record.describe('What it is given in any case'),
    param_mappings: record.describe('What earlier steps bring'),
    settings: record.describe('What its type has beside these'),
    input: record.nullable().describe('What its last execution ran with'),
    result: z.unknown(),
    error: text,
    error_code: text,
    repairs: z
      .array(z.object({ param: z.string(), from: z.unknown(), to: z.unknown(), why: z.string() }))
      .nullable()
      .describe('Parameters that were put right'),
    condition: z.unknown(),
    on_success_goto: count.nullable(),
    on_fail_goto: count.nullable(),
    ai_decision_prompt: text,
    ai_decision_result: z.unknown(),
    prompt: Asked.nullable().describe('What it asks a person'),
    prompt_type: z.enum(['choice', 'text', 'confirm']).nullable(),
    prompt_message: text,
    prompt_options: Prompt.shape.options.nullable(),
    user_response: z.unknown(),
    runs: count.describe('How often it was executed: loops, answers'),
    attempts: count.describe('Of its last execution'),
    wait_until: atOrNever,
    waited_ms: count,
    started_at: atOrNever,
    completed_at: atOrNever,
    created_at: at,
    updated_at: at,
    children: z.array(Child),
  })
  .meta({ id: 'FlowStep' })
