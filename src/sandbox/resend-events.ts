import { createHmac } from 'node:crypto'
import type { Instant } from '../ports/common.ts'
import type { StandInDeps } from './deps.ts'
import type { Mail } from './world.ts'

export function registerResendWebhooks(deps: StandInDeps, secret: string) {
  deps.webhooks.register('resend', {
    url: `${deps.hubUrl}/api/v1/webhooks/inbound_email`,
    sign: (webhook) => signResend(secret, webhook),
    // Svix takes anything but a 2xx for a failure (docs.svix.com/retries).
    triesAgain: () => true,
  })
}

/** Svix signs for Resend: `v1,` + base64(HMAC-SHA256(secret, id.timestamp.body)), the secret after `whsec_` in base64. */
export function signResend(
  secret: string,
  { id, body, at }: { id: string; body: string; at: Instant },
): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` }
}

/** Event data by the webhook section of Resend's own API description. */
export function tellOfMail(
  deps: StandInDeps,
  mail: Mail,
  type: 'email.sent' | 'email.delivered' | 'email.bounced' | 'email.received',
) {
  const now = new Date(deps.clock.now()).toISOString()
  const common = {
    email_id: mail.id,
    message_id: mail.messageId,
    created_at: new Date(mail.createdAt).toISOString(),
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
  }
  const data =
    type === 'email.received'
      ? {
          ...common,
          bcc: [],
          cc: mail.cc,
          received_for: mail.to,
          attachments: mail.attachments.map(({ id, filename, contentType }) => ({
            id,
            filename,
            content_type: contentType,
            content_disposition: 'attachment',
            content_id: null,
          })),
        }
      : {
          ...common,
          tags: mail.tags,
          headers: Object.entries(mail.headers).map(([name, value]) => ({ name, value })),
          ...(type === 'email.bounced'
            ? {
                bounce: {
                  type: 'Permanent',
                  subType: 'General',
                  message: "The recipient's mail server permanently rejected the email.",
                  diagnosticCode: ['smtp; 550 5.1.1 user unknown'],
                },
              }
            : {}),
        }
  deps.webhooks.send(
    'resend',
    { type, created_at: now, data },
    { id: `msg_${deps.uuid().replaceAll('-', '')}` },
  )
}
