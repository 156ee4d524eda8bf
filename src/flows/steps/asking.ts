import { type Prompt, promptDefaults } from '../prompt.ts'
import { StepSettings, settingsOf } from '../state.ts'
import { durationOf, type StepRun } from './run.ts'

/** What of a prompt its step says; the rest is as most prompts have it. */
export type Asked = Pick<Prompt, 'type' | 'message' | 'why'> & Partial<Prompt>

/** A mapping in it may bring a whole result. */
const MESSAGE_MAX_CHARS = 8_000

/** A prompt of this step, to be answered within a duration; says itself what follows without an answer. */
export function promptOfStep(run: StepRun, within: string, asked: Asked): Prompt {
  const now = run.deps.clock.now()
  return {
    ...promptDefaults,
    asked_at: now,
    until: now + durationOf(within, run),
    ...asked,
    message: asked.message.slice(0, MESSAGE_MAX_CHARS),
    otherwise: consequenceOf(run, asked.default ?? null),
  }
}

function consequenceOf({ state, step }: StepRun, fallback: string | null): string {
  if (fallback !== null) return `"${fallback}" counts as the answer`
  const { on_timeout, on_error } = settingsOf(StepSettings, step)
  const to = on_timeout ?? on_error.timeout ?? step.on_fail_goto
  if (to === null) return 'the flow fails'
  const next = state.steps[to]
  return next ? `the flow goes on at "${next.title}"` : 'the flow ends'
}
