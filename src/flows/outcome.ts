import type { EventType } from '../events/index.ts'
import type { Retry } from '../ops/errors.ts'
import type { Instant } from '../ports/index.ts'
import type { FlowPlan, StartFlow } from './create.ts'
import type { Prompt } from './prompt.ts'
import type { Context } from './state.ts'

/** One parameter that was put right before its step ran. */
export type Repair = { param: string; from: unknown; to: unknown; why: string }

/** A branch or a sub-flow that is to be started. */
export type Child = {
  plan: FlowPlan
  params: Record<string, unknown>
  context: Record<string, unknown>
  branch: string | null
  /** Where it is about another ticket than its parent. */
  about?: Pick<StartFlow, 'ticket' | 'customerId' | 'fence'>
}

/** What one execution of a step came to. The engine turns it into rows; steps themselves write nothing. */
export type StepOutcome =
  | {
      kind: 'done'
      result: unknown
      /** Position to go on at; null: the step's own `on_success`, else the next one. */
      goto?: number | null
      /** Kept for the flow: `{{event.…}}` and what of the events is used up. */
      event?: { id: string; type: EventType; subject: string; payload: Record<string, unknown> }
      /** What the flow knows from now on. */
      learned?: Learned
      by?: string
      note?: string
      /** What the flow's outcome is from here on, where the step's definition does not say it. */
      outcome?: string
    }
  | {
      kind: 'failed'
      code: string
      error: string
      retry: Retry
      goto?: number | null
      by?: string
      learned?: Learned
    }
  /** Parks the step: nothing is held in memory. */
  | {
      kind: 'wait'
      status: 'waiting' | 'awaiting_user'
      waitingFor: string
      until: Instant
      /** Any of these ends the wait. */
      events?: { type: EventType; correlation: string }[]
      /** For people: what is asked. */
      result?: unknown
      /** Flows whose end ends the wait, to be started with it. */
      children?: Child[]
    }
  /** Parks the step until a person has answered; then it is executed again, with the answer. */
  | { kind: 'ask'; prompt: Prompt }
  /** Parked before, nothing new. */
  | { kind: 'parked' }
  /** A gate is shut until a time: the same execution is tried again then. */
  | { kind: 'held'; until: Instant; why: string }

/** What a step adds to the flow's context: entities by name, the last answer of a person. */
export type Learned = {
  resolved?: Record<string, unknown>
  created?: Record<string, unknown>
  userInput?: unknown
  /** What to look for in a search that is made again; null: nothing any more. */
  searchAgain?: Context['search_again']
  /** From branches: the events that they used up, and that a person approved a contact. */
  consumed?: Record<string, string>
  approvedOnce?: boolean
}
