import { z } from 'zod'
import { OneFlow } from './flow.ts'
import { at, atOrNever, count, effectClass, record, text } from './parts.ts'

export const ReplayEffects = z.object({
  flow: z.string(),
  from: z.object({ position: count, name: z.string(), title: z.string() }),
  effects: z.array(
    z.object({
      position: count,
      step: z.string(),
      title: z.string(),
      skill: z.string(),
      effect: effectClass,
      about: z.string().describe('Whom or what it concerns'),
      earlier: z.enum(['done', 'undone', 'failed', 'in_doubt', 'none']),
      done_at: atOrNever,
      again: z.enum(['if_ticked', 'must_be_ticked', 'yes']),
    }),
  ),
})

const Undoing = z
  .object({
    effect: z.string(),
    flow: z.string(),
    step: z.object({ id: z.string(), position: count, title: z.string() }).nullable(),
    skill: z.string(),
    class: effectClass,
    about: z.string(),
    done_at: at,
    state: z.enum(['undoable', 'impossible', 'undone']),
    undo: z.object({ skill: z.string(), title: z.string(), input: record }).nullable(),
    why: text.describe('It cannot be taken back'),
  })
  .meta({ id: 'Undoing' })

export const RollbackPlan = z.object({ flow: z.string(), effects: z.array(Undoing) })
export const RollbackStarted = OneFlow.extend({
  left: z.array(Undoing).describe('What is not taken back'),
})
