import type { Check, Instant } from './common.ts'

/** How a call ended, in our words; every vendor's own reasons are mapped to these. */
export type CallOutcome =
  | 'answered'
  | 'transferred'
  | 'no_answer'
  | 'busy'
  | 'voicemail'
  | 'invalid_number'
  | 'rejected'
  | 'transient'
  | 'unknown'

export type CallTurn = {
  speaker: 'assistant' | 'customer'
  text: string /** Seconds from the start. */
  atS: number
}

export type CallRequest = {
  /** E.164. */
  to: string
  customerName: string
  /** What the assistant says first; it must disclose that it is an AI and that the call is recorded. */
  firstMessage: string
  /** The context pack: the assistant's system prompt. */
  systemPrompt: string
  /** BCP 47. */
  language: string
  maxDurationS: number
  record: boolean
  /** Where the vendor reports to; null where webhooks are configured at the vendor. */
  webhookUrl: string | null
  /** Model and voice settings are the vendor's business; questions the vendor should answer from the transcript: */
  evaluation: { successCriteria: string }
}

/** What the vendor says of a call. */
export type CallSnapshot = {
  providerCallId: string
  /** Our key as given to `initiateCall`, where the vendor echoes it. */
  key: string | null
  state: 'queued' | 'ringing' | 'in_progress' | 'ended'
  /** Set when `state` is `ended`. */
  outcome: CallOutcome | null
  /** The vendor's own word for the end, kept for people. */
  endedReason: string | null
  startedAt: Instant | null
  endedAt: Instant | null
  /** Connected seconds; 0 when not answered. */
  durationS: number
  turns: CallTurn[]
  summary: string | null
  /** The vendor's own verdict, a hint only. */
  success: boolean | null
  recordingUrl: string | null
  /** US dollars. */
  costUsd: number | null
}

export interface VoiceProvider {
  readonly name: string
  /** Dials once. Never repeats by itself. Throws VendorError, `effect: 'unknown'` when it may be ringing all the same. */
  initiateCall(request: CallRequest, options: { key: string }): Promise<{ providerCallId: string }>
  /** @returns undefined when the vendor has no such call. */
  getCallStatus(providerCallId: string): Promise<CallSnapshot | undefined>
  /** Where the recording can be fetched now, with the moment the link dies. */
  getCallRecording(providerCallId: string): Promise<{ url: string; expiresAt: Instant | null } | undefined>
  /** The call that was started under `key` at or after `since`: asked when an answer to `initiateCall` was lost. */
  findCall(key: string, since: Instant): Promise<CallSnapshot | undefined>
  /**
   * Ends a call that is queued, ringing or talking; one that is over is left alone. How it ended is reported like
   * any other end. Throws VendorError, `vendor_rejected` where the vendor gives no way to.
   */
  endCall(providerCallId: string): Promise<void>
  check(): Promise<Check>
}
