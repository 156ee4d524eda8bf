import { z } from 'zod'
import { OneFlow } from './flow.ts'
import { count, effectClass, record, text } from './parts.ts'

const PlanView = z
  .object({
    title: z.string(),
    effects: z.object({ reads: count, writes: count, contacts: count }).describe('How many steps do so'),
    estimated_cost_usd: z.number().nullable().describe('Null where a price is not known'),
    estimated_tokens: count,
    steps: z.array(
      z.object({
        position: count,
        name: z.string(),
        title: z.string(),
        type: z.string(),
        skill: text,
        effect: effectClass.nullable().describe('What it does at most'),
        cost_usd: z.number().nullable(),
      }),
    ),
    suggestions: z.array(z.object({ type: z.string(), message: z.string(), action: z.string() })),
    repairs: z.array(record).describe('What was put right in what the model planned'),
    planned_steps: z.array(record).optional().describe('Of a preview: the steps, as templates are written'),
  })
  .meta({ id: 'FlowPlan' })

export const StartedFlow = OneFlow.extend({ plan: PlanView.optional().describe('Of a message') })
export const PlanPreview = z.object({ success: z.literal(true), plan: PlanView })
