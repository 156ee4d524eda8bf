import type { Logger } from 'pino'

/** A point in time: milliseconds since 1970-01-01 UTC. Formatted, with a zone, only where a person reads it. */
export type Instant = number

/** The time and how to wait for it. Tests and the sandbox can jump; nothing else reads the system clock. */
export interface Clock {
  now(): Instant
  /** Calls `wake` once at or after `at`; the answer cancels it. */
  at(at: Instant, wake: () => void): () => void
}

/** What an integration may use of the hub. */
export type PortDeps = { clock: Clock; log: Logger }

/** Result of a start-up or `doctor` check; `hint` says what the operator should do. */
export type Check = { ok: true; detail: string } | { ok: false; detail: string; hint: string }

/** An HTTP request as it arrived: `rawBody` untouched, header names in lower case. */
export type RawRequest = {
  method: string
  /** Path and query as called, for vendors that sign the URL (prefix with PUBLIC_URL, never with Host). */
  url: string
  headers: Readonly<Record<string, string | undefined>>
  query: Readonly<Record<string, string | undefined>>
  rawBody: Buffer
}

/** A signature's verdict. `deliveryId` is the vendor's id of this delivery where it has one that survives a retry. */
export type Verified =
  | { ok: true; deliveryId: string | null }
  | { ok: false; reason: 'unsigned' | 'stale' | 'future' | 'wrong_signature' }
