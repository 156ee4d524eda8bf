import { ConsecutiveBreaker, circuitBreaker, DelegateBackoff, handleWhenResult, retry, wrap } from 'cockatiel'
import { retryOf, VendorError } from '../ops/errors.ts'

/** All in milliseconds of real time: a server does not get faster when the hub's clock jumps. */
export type Limits = {
  /** For one answer. A timeout is not tried again at the same provider: the next one is quicker. */
  timeoutMs: number
  /** Attempts at one provider in all, for failures that may pass. */
  attempts: number
  firstDelayMs: number
  /** A server that wants us to wait longer than this is left for the next provider. */
  maxRetryAfterMs: number
  /** Failures in a row that open the breaker. */
  breakAfter: number
  /** How long it stays open before one request may try again. */
  breakMs: number
}

export const defaultLimits: Limits = {
  timeoutMs: 30_000,
  attempts: 3,
  firstDelayMs: 500,
  maxRetryAfterMs: 10_000,
  breakAfter: 5,
  breakMs: 30_000,
}

/** How an attempt says that it failed; every other result counts as a success. */
export type Failed = { kind: 'failed'; error: unknown }

export type Shield = {
  /** Runs an attempt with retries behind the breaker; throws cockatiel's BrokenCircuitError while that is open. */
  run<T>(attempt: () => Promise<T>): Promise<T>
}

/** Retry and circuit breaker of one provider. `random` (0 ≤ n < 1) makes the jitter. */
export function createShield(limits: Limits, random: () => number): Shield {
  const breaker = circuitBreaker(handleWhenResult(countsAgainstServer), {
    breaker: new ConsecutiveBreaker(limits.breakAfter),
    halfOpenAfter: limits.breakMs,
  })
  const retries = retry(
    handleWhenResult((result) => isFailed(result) && worthRetrying(result.error, limits)),
    {
      maxAttempts: limits.attempts - 1,
      backoff: new DelegateBackoff((context) => {
        const result = 'value' in context.result ? context.result.value : undefined
        const asked = isFailed(result) ? retryOf(result.error) : undefined
        if (asked?.when === 'after') return asked.ms
        return limits.firstDelayMs * 2 ** (context.attempt - 1) * (0.5 + random())
      }),
    },
  )
  const policy = wrap(retries, breaker)
  return { run: (attempt) => policy.execute(attempt) }
}

function isFailed(result: unknown): result is Failed {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'failed'
}

function worthRetrying(error: unknown, limits: Limits): boolean {
  if (!(error instanceof VendorError)) return false
  if (error.retry.when === 'after') return error.retry.ms <= limits.maxRetryAfterMs
  return error.retry.when === 'backoff'
}

/** A request that the server refused for what stood in it says nothing about the server's health. */
function countsAgainstServer(result: unknown): boolean {
  return isFailed(result) && !(result.error instanceof VendorError && result.error.code === 'vendor_rejected')
}
