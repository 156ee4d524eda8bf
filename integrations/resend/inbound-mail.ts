import { z } from 'zod'
import { VendorError } from '../../src/ops/errors.ts'
import type { InboundMail, ReceivedMail } from '../../src/ports/index.ts'
import { bareAddress, parseAddress } from './address.ts'
import { createResendClient, type ResendConfig } from './client.ts'
import { htmlToText } from './html-text.ts'

/** `received_for` is in npm `resend`, not in the OpenAPI description; a header sent twice may be a list. */
const AnswerSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  received_for: z.array(z.string()).nullish(),
  cc: z.array(z.string()).nullish(),
  subject: z.string().nullish(),
  text: z.string().nullish(),
  html: z.string().nullish(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullish(),
  message_id: z.string().nullish(),
  created_at: z.string().transform(Date.parse).pipe(z.int()),
  attachments: z
    .array(z.object({ id: z.string(), filename: z.string().nullish(), content_type: z.string().nullish() }))
    .nullish(),
})

/**
 * Fetches a received mail.
 *
 * @see https://resend.com/docs/api-reference/emails/retrieve-received-email
 */
export function createResendInboundMail(config: ResendConfig, timeoutMs?: number): InboundMail {
  const ask = createResendClient(config, timeoutMs)
  return {
    name: 'resend',
    async fetch(providerId) {
      try {
        const answer = await ask({ write: false, answer: AnswerSchema }, (sdk, signal) =>
          // The SDK puts the id into the path as it is, and ours comes out of a webhook.
          sdk.emails.receiving.get(encodeURIComponent(providerId), {}, { signal }),
        )
        return mailOf(answer)
      } catch (error) {
        if (error instanceof VendorError && error.code === 'vendor_not_found') return undefined
        throw error
      }
    },
  }
}

function mailOf(answer: z.infer<typeof AnswerSchema>): ReceivedMail {
  const headers = headersOf(answer.headers ?? {})
  return {
    providerId: answer.id,
    messageId: answer.message_id ?? headers['message-id'] ?? null,
    from: senderOf(answer.from, headers.from),
    to: [...new Set([...answer.to, ...(answer.received_for ?? [])].map(bareAddress))],
    cc: (answer.cc ?? []).map(bareAddress),
    subject: answer.subject ?? '',
    text: answer.text?.trim() ? answer.text : htmlToText(answer.html ?? ''),
    html: answer.html ?? null,
    headers,
    inReplyTo: messageIds(headers['in-reply-to'])[0] ?? null,
    references: messageIds(headers.references),
    receivedAt: answer.created_at,
    attachments: (answer.attachments ?? []).map((file) => ({
      id: file.id,
      filename: file.filename ?? 'unnamed',
      contentType: file.content_type ?? 'application/octet-stream',
    })),
  }
}

/** `from` may be the bare address; the header then knows the name. */
function senderOf(from: string, header: string | undefined) {
  const sender = parseAddress(from)
  const inHeader = header === undefined ? undefined : parseAddress(header)
  return sender.name === undefined && inHeader?.email === sender.email ? inHeader : sender
}

function headersOf(raw: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}

/** Ids in angle brackets; folded lines and comments between them do not matter (RFC 5322 §3.6.4). */
function messageIds(header: string | undefined): string[] {
  return header?.match(/<[^<>\s]+>/g) ?? []
}
