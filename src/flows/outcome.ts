import type { EventType } from '../events/index.ts'
import type { Retry } from '../ops/errors.ts'
import type { Instant } from '../ports/index.ts'

/** What one execution of a step came to. The engine turns it into rows; steps themselves write nothing. */
export type StepOutcome =
  | {
      kind: 'done'
      result: unknown
      /** Position to go on at; null: the step's own `on_success`, else the next one. */
      goto?: number | null
      /** Kept for the flow: `{{event.…}}` and what of the events is used up. */
      event?: { id: string; type: EventType; payload: Record<string, unknown> }
      by?: string
      note?: string
    }
  | { kind: 'failed'; code: string; error: string; retry: Retry; goto?: number | null; by?: string }
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
    }
  /** Parked before, nothing new. */
  | { kind: 'parked' }
  /** A gate is shut until a time: the same execution is tried again then. */
  | { kind: 'held'; until: Instant; why: string }
