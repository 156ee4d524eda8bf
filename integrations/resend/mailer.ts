import { createHash } from 'node:crypto'
import { z } from 'zod'
import { VendorError } from '../../src/ops/errors.ts'
import type { Check, Mailer, OutgoingMail } from '../../src/ports/index.ts'
import { formatAddress, oneLine } from './address.ts'
import { type AskResend, createResendClient, type ResendConfig } from './client.ts'

const KEY_MAX_CHARS = 256

/**
 * Mail through Resend. A repeated key within 24 hours answers the first mail's id and sends nothing; with
 * another content it is refused.
 *
 * @see https://resend.com/docs/api-reference/emails/send-email
 * @see https://resend.com/docs/dashboard/emails/idempotency-keys
 */
export function createResendMailer(config: ResendConfig, timeoutMs?: number): Mailer {
  const ask = createResendClient(config, timeoutMs)
  return {
    name: 'resend',
    idempotentForMs: 24 * 60 * 60_000,
    async send(mail, { key }) {
      const sent = await ask({ write: true, answer: z.object({ id: z.string().min(1) }) }, (sdk, signal) =>
        sdk.emails.send(payloadOf(mail), { idempotencyKey: keyOf(key), signal }),
      )
      // Resend makes the Message-ID later and tells it in `email.sent`.
      return { providerId: sent.id, messageId: null }
    },
    check: () => check(ask),
  }
}

function payloadOf(mail: OutgoingMail) {
  return {
    from: formatAddress(mail.from),
    to: [formatAddress(mail.to)],
    replyTo: mail.replyTo,
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    headers: headersOf(mail),
    ...(mail.attachments?.length && {
      attachments: mail.attachments.map(({ filename, contentType, content }) => ({
        filename,
        contentType,
        content: content.toString('base64'),
      })),
    }),
  }
}

function headersOf(mail: OutgoingMail): Record<string, string> {
  const headers = Object.entries(mail.headers ?? {}).map(([name, value]) => [name, oneLine(value)])
  if (mail.inReplyTo) headers.push(['In-Reply-To', oneLine(mail.inReplyTo)])
  if (mail.references?.length) headers.push(['References', oneLine(mail.references.join(' '))])
  return Object.fromEntries(headers)
}

function keyOf(key: string): string {
  return key.length <= KEY_MAX_CHARS ? key : createHash('sha256').update(key).digest('hex')
}

/** Reads the list of received mails: a key that may only send would fail on the first reply. */
async function check(ask: AskResend): Promise<Check> {
  try {
    await ask({ write: false, answer: z.object({ data: z.array(z.unknown()) }) }, (sdk, signal) =>
      sdk.emails.receiving.list({ limit: 1 }, { signal }),
    )
    return { ok: true, detail: 'The key may send and read replies' }
  } catch (error) {
    if (!(error instanceof VendorError)) throw error
    return { ok: false, detail: error.code, hint: error.hint }
  }
}
