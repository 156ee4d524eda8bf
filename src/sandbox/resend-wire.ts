import type { Instant } from '../ports/common.ts'
import type { StandInReply } from './standin.ts'
import type { Mail } from './world.ts'

/** Resend's JSON of our plain data. Field names: Resend's own API description. */

/** The shape of every error; statuses by name: resend.com/docs/api-reference/errors. */
export function error(statusCode: number, name: string, message: string): StandInReply {
  return { status: statusCode, body: { statusCode, name, message } }
}

export function sentJson(mail: Mail) {
  return {
    object: 'email',
    id: mail.id,
    message_id: mail.messageId,
    to: mail.to,
    from: mail.from,
    created_at: new Date(mail.createdAt).toISOString(),
    subject: mail.subject,
    html: mail.html ?? '',
    text: mail.text,
    bcc: [],
    cc: mail.cc,
    reply_to: mail.replyTo === null ? [] : [mail.replyTo],
    last_event: mail.lastEvent,
    tags: Object.entries(mail.tags).map(([name, value]) => ({ name, value })),
  }
}

export function receivedJson(mail: Mail) {
  return {
    object: 'email',
    id: mail.id,
    to: mail.to,
    from: mail.from,
    created_at: new Date(mail.createdAt).toISOString(),
    subject: mail.subject,
    message_id: mail.messageId,
    bcc: [],
    cc: mail.cc,
    reply_to: mail.replyTo === null ? [] : [mail.replyTo],
    html: mail.html,
    text: mail.text,
    headers: mail.headers,
    attachments: mail.attachments.map(attachmentJson),
  }
}

function attachmentJson(attachment: Mail['attachments'][number]) {
  return {
    id: attachment.id,
    filename: attachment.filename,
    content_type: attachment.contentType,
    content_disposition: 'attachment',
    size: Buffer.byteLength(attachment.content),
  }
}

export function attachments(mail: Mail, id: string | undefined): StandInReply {
  if (id === undefined)
    return {
      status: 200,
      body: { object: 'list', has_more: false, data: mail.attachments.map(attachmentJson) },
    }
  const attachment = mail.attachments.find((one) => one.id === id)
  if (!attachment) return error(404, 'not_found', 'Attachment not found')
  return { status: 200, body: { object: 'attachment', ...attachmentJson(attachment) } }
}

export function domain(now: Instant) {
  return {
    id: '0d0a1e5c-5a4d-4b6e-9a2b-5a6d7b0c1e2f',
    name: 'lumenhotels.example',
    status: 'verified',
    created_at: new Date(now).toISOString(),
    region: 'eu-west-1',
    capabilities: { sending: 'enabled', receiving: 'enabled' },
  }
}

/** Names by status: resend.com/docs/api-reference/errors. */
export function faultBody(statusCode: number) {
  const name =
    statusCode === 429
      ? 'rate_limit_exceeded'
      : statusCode >= 500
        ? 'internal_server_error'
        : statusCode === 401
          ? 'missing_api_key'
          : 'validation_error'
  return { statusCode, name, message: 'Switched on in the sandbox' }
}
