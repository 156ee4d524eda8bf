import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Instant } from '../ports/index.ts'
import type { Tx } from '../store/index.ts'

/** The one organisation of a self-hosted hub; every row names it all the same. */
export type OrgId = string & { readonly brand?: 'org' }

/** What a run is told about itself. `signal` fires when the hub shuts down. */
export type Job = {
  id: string
  org: OrgId
  /** 1 for the first run. */
  attempt: number
  caseId: string | null
  signal: AbortSignal
  log: Logger
  /** Ends the work in the transaction of the last thing that it changes, instead of in one of its own afterwards. */
  finish(tx: Tx): Promise<void>
}

/** How a run ended that did not throw: done, or asked to be run again at a time (not counted as a failure). */
export type RunResult = undefined | { again: Instant; why: string }

export type RetryPolicy = { attempts: number; firstDelayMs: number; factor: number; maxDelayMs: number }

export const standardRetry: RetryPolicy = {
  attempts: 8,
  firstDelayMs: 2_000,
  factor: 3,
  maxDelayMs: 3_600_000,
}

/**
 * A kind of due work. The payload holds ids; the truth is read when it runs, and the first lines of `run` ask
 * whether this has happened already. Throwing asks for another attempt (see `retryOf`).
 * Methods, not function properties: a list of kinds then holds kinds of any payload, and `payload` parses each.
 */
export type WorkKind<Payload = unknown> = {
  kind: string
  payload: z.ZodType<Payload>
  /** Rows with the same key never run at the same time, in any process. */
  key?(payload: Payload): string
  retry: RetryPolicy
  run(payload: Payload, job: Job): Promise<RunResult>
  /** Called in the transaction that declares the row dead. */
  dead?(tx: Tx, payload: Payload, error: unknown, job: Pick<Job, 'id' | 'org' | 'caseId'>): Promise<void>
}

/** Why work that goes round for ever waits: a start may hasten it. */
export const NEXT_ROUND = 'the next round'

/** Ties a kind's payload schema to its `run`; the queue then holds kinds of any payload. */
export function defineWork<Payload>(
  kind: Omit<WorkKind<Payload>, 'retry'> & { retry?: Partial<RetryPolicy> },
) {
  return { ...kind, retry: { ...standardRetry, ...kind.retry } } satisfies WorkKind<Payload>
}

/** Delay before attempt `attempt + 1`, with jitter of ±20 % so that what failed together does not return together. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  const plain = Math.min(policy.firstDelayMs * policy.factor ** (attempt - 1), policy.maxDelayMs)
  return Math.round(plain * (0.8 + 0.4 * random()))
}
