import type { Instant } from '../ports/index.ts'

/** One attempt at asking a model, stored whatever came of it. */
export type ModelRun = {
  id: string
  caseId: string | null
  /** The flow that pays for it. */
  flowId: string | null
  /** What it was for, like `profile`. */
  purpose: string
  prompt: string
  /** Version and hash of the prompt file. */
  promptVersion: string
  provider: string
  model: string
  at: Instant
  latencyMs: number
  /** Tokens; null when the server did not answer. */
  inputTokens: number | null
  outputTokens: number | null
  /** US dollars; null where the model's price is not known. */
  costUsd: number | null
  outcome: 'answered' | 'invalid' | 'failed' | 'timeout' | 'skipped_breaker'
  /** One line; null when answered. */
  error: string | null
}

/** US dollars per million tokens, by model name. */
export type Prices = Readonly<Record<string, { input: number; output: number }>>

/** @returns null for a model without a price: unknown is not free. */
export function costOf(
  prices: Prices,
  model: string,
  usage: { input: number; output: number },
): number | null {
  const price = prices[model]
  if (!price) return null
  return (usage.input * price.input + usage.output * price.output) / 1_000_000
}

/** What the AI did, for people: the action log's `event_type`. */
export const actionTypes = [
  'intent_detected',
  'response_generated',
  'escalation_triggered',
  'failover_activated',
  'plan_created',
  'profile_built',
  'contact_blocked',
] as const
export type ActionType = (typeof actionTypes)[number]

export type AiAction = {
  type: ActionType
  caseId: string | null
  at: Instant
  /** Plain facts for a reader; no customer text, no secrets. */
  detail: Record<string, string | number | boolean | null>
}
