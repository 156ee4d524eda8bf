import { z } from 'zod'
import { ScheduleInput, TemplateDefinition, TriggerInput } from '../../../flows/index.ts'
import { at, atOrNever, record, text } from './parts.ts'

const written = { ...TemplateDefinition.shape, steps: z.array(record).describe('As they are written') }

export const SavedTemplate = z.object({ success: z.literal(true), template: z.object(written) })

export const Template = z
  .object({
    ...written,
    source: z.enum(['hub', 'saved']),
    versions: z.array(z.int()),
    created_by: text,
    from_flow: text,
    created_at: atOrNever,
  })
  .meta({ id: 'FlowTemplate' })

export const Schedule = z
  .object({
    ...ScheduleInput.shape,
    id: z.string(),
    next_times: z.array(z.object({ at, local: z.string() })),
    next_at: atOrNever,
    last_due_at: atOrNever,
    last_flow_id: text,
    last_error: text,
    last_note: text,
    problem: text.describe('What would make its next start fail'),
    created_by: z.string(),
    created_at: at,
    updated_at: at,
  })
  .meta({ id: 'FlowSchedule' })

export const Trigger = z
  .object({
    ...TriggerInput.shape,
    id: z.string(),
    last_at: atOrNever,
    last_event_id: text,
    last_flow_id: text,
    last_error: text,
    problem: text.describe('What would make its next start fail'),
    created_by: z.string(),
    created_at: at,
    updated_at: at,
  })
  .meta({ id: 'FlowTrigger' })
