import type { Check, Instant } from './common.ts'

export type Address = { email: string; name?: string }

export type OutgoingMail = {
  from: Address
  to: Address
  replyTo: string
  subject: string
  text: string
  html: string
  /** Message-ID of the mail that this one answers, with angle brackets. */
  inReplyTo?: string
  /** Oldest first, with angle brackets. */
  references?: string[]
  /** Further headers, like `Auto-Submitted` or `List-Unsubscribe`. */
  headers?: Record<string, string>
  attachments?: { filename: string; contentType: string; content: Buffer }[]
}

export interface Mailer {
  readonly name: string
  /**
   * For how long the vendor refuses a second mail under the same idempotency key; 0 when it does not.
   * Within this window an unanswered send may be repeated with its key.
   */
  readonly idempotentForMs: number
  /** Throws VendorError. `messageId` is null where the vendor tells it later (see `mail_status`). */
  send(
    mail: OutgoingMail,
    options: { key: string },
  ): Promise<{ providerId: string; messageId: string | null }>
  check(): Promise<Check>
}

/** A mail that came in, whole. */
export type ReceivedMail = {
  providerId: string
  messageId: string | null
  from: Address
  to: string[]
  cc: string[]
  subject: string
  text: string
  html: string | null
  /** Names in lower case. */
  headers: Record<string, string>
  inReplyTo: string | null
  references: string[]
  receivedAt: Instant
  attachments: { id: string; filename: string; contentType: string }[]
}

/** The inbound half: a webhook says that a mail is there, this fetches it. */
export interface InboundMail {
  readonly name: string
  /** @returns undefined when the vendor has no such mail. */
  fetch(providerId: string): Promise<ReceivedMail | undefined>
}
