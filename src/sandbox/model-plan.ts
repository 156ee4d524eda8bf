import { z } from 'zod'
import type { PlanAnswer } from '../flows/planner/plan.ts'
import { CannotPlan, createDraft } from './model-plan-draft.ts'
import type { Wish } from './model-wish.ts'
import { wishesOf } from './model-wishes.ts'

/** What of a planning prompt the scripted planner reads. */
export const PlanTask = z.looseObject({
  request: z.looseObject({ text: z.string() }),
  about: z.looseObject({ ticket: z.string().nullish(), customer_id: z.string().nullish() }).nullable(),
  skills: z.array(z.looseObject({ name: z.string() })),
  templates: z.array(
    z.looseObject({
      name: z.string(),
      params: z
        .record(
          z.string(),
          z.looseObject({ required: z.boolean().default(true), default: z.unknown().optional() }),
        )
        .default({}),
    }),
  ),
})
export type PlanTask = z.infer<typeof PlanTask>

/** A plan out of the skills that the prompt offers, or why there is none. A grammar, not a mind. */
export function planOf(task: PlanTask): PlanAnswer {
  const wishes = wishesOf(task.request.text)
  if (wishes.length === 0) return { kind: 'cannot', reason: 'The request says nothing to do.' }
  try {
    const draft = createDraft(task)
    for (const wish of wishes) draft.add(wish)
    return {
      kind: 'plan',
      title: titleOf(wishes),
      steps: draft.steps,
      suggestions: suggestionsOf(wishes, task),
    }
  } catch (error) {
    if (error instanceof CannotPlan) return { kind: 'cannot', reason: error.message }
    throw error
  }
}

function titleOf(wishes: readonly Wish[]): string {
  const title = wishes.map(shortly).join(', ')
  const whole = title.charAt(0).toUpperCase() + title.slice(1)
  return whole.length <= 120 ? whole : `${whole.slice(0, 119)}…`
}

function shortly(wish: Wish): string {
  switch (wish.kind) {
    case 'find':
      return `find task "${wish.search}"`
    case 'update':
      return `${wish.field} ${wish.value}`
    case 'create':
      return `create task "${wish.title}"`
    case 'wait':
      return `wait ${wish.for}`
    case 'comment_ticket':
      return `comment on ${wish.ticket}`
    case 'update_ticket':
      return `set ${wish.ticket} to ${wish.status}`
    case 'template':
      return wish.template.replaceAll('_', ' ')
    case 'mail':
      return 'e-mail the customer'
    default:
      return wish.kind.replaceAll('_', ' ')
  }
}

/** What might be done next, with the skills on offer. */
function suggestionsOf(wishes: readonly Wish[], { skills }: PlanTask) {
  const has = (kind: Wish['kind']) => wishes.some((wish) => wish.kind === kind)
  const isDone = wishes.some((wish) => wish.kind === 'update' && wish.value === 'done')
  const ideas = [
    {
      fits: isDone && !has('tell_team'),
      message: 'Want to tell the team that it is done?',
      action: 'post_chat',
    },
    {
      fits: has('create') && !has('comment'),
      message: 'Want to add a comment to the new task?',
      action: 'create_comment',
    },
    { fits: isDone, message: 'Want to create the next task?', action: 'create_task' },
  ]
  return ideas
    .filter(({ fits, action }) => fits && skills.some(({ name }) => name === action))
    .map(({ message, action }) => ({ message, action }))
}
