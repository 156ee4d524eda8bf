import type { z } from 'zod'
import { DecisionTask, decisionOf } from './model-decision.ts'
import { draftOf } from './model-draft.ts'
import { IntentTask, intentOf } from './model-intent.ts'
import { outcomeOf } from './model-outcome.ts'
import { PlanTask, planOf } from './model-plan.ts'
import { profileOf } from './model-profile.ts'
import { readingOf } from './model-reading.ts'
import { refundOf } from './model-refund.ts'
import { DraftTask, OutcomeTask, ProfileTask, ReadingTask, RefundTask } from './model-sections.ts'

export type Sections = Record<string, unknown>
export type Answer = Record<string, unknown>

type Task = { section: string; answer: (sections: Sections) => Answer }

/** What the scripted model can do, by the schema's name; `section` is one that only this task's prompt has. */
const tasks: Record<string, Task> = {
  customer_profile: task('ticket_history', ProfileTask, profileOf),
  email_draft: task('task', DraftTask, draftOf),
  reply_reading: task('customer_reply', ReadingTask, readingOf),
  call_outcome: task('transcript', OutcomeTask, outcomeOf),
  refund_review: task('rules', RefundTask, refundOf),
  flow_plan: task('skills', PlanTask, planOf),
  flow_intent: task('message', IntentTask, intentOf),
  flow_decision: task('material', DecisionTask, decisionOf),
}

/** The task by the schema's name or, where a server is asked without one, by the sections of the prompt. */
export function taskOf(schemaName: string | undefined, sections: Sections): string | undefined {
  if (schemaName !== undefined && tasks[schemaName]) return schemaName
  return Object.keys(tasks).find((name) => tasks[name]?.section && tasks[name].section in sections)
}

/** Answers a task from the prompt's own data. Throws Error when the sections are not those described. */
export function answerOf(taskName: string, sections: Sections): Answer {
  const known = tasks[taskName]
  if (!known) throw new Error(`The scripted model has no task named ${taskName}`)
  return known.answer(sections)
}

function task<Shape extends z.ZodType>(
  section: string,
  shape: Shape,
  answer: (sections: z.output<Shape>) => Answer,
): Task {
  return { section, answer: (sections) => answer(shape.parse(sections)) }
}
