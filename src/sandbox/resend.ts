import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { registerResendWebhooks, tellOfMail } from './resend-events.ts'
import { attachments, domain, error, faultBody, receivedJson, sentJson } from './resend-wire.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import { type Mail, personByEmail } from './world.ts'

export type ResendSecrets = { apiKey: string; webhookSecret: string }

export const RESEND = {
  apiKey: 're_sandbox_key',
  webhookSecret: `whsec_${Buffer.from('resend-webhook-secret-of-the-sandbox').toString('base64')}`,
  from: 'Lumen Hotels <care@lumenhotels.example>',
  replyTo: 'reply@inbound.lumenhotels.example',
}

/** resend.com/docs/dashboard/emails/idempotency-keys */
const KEY_LIVES_MS = 24 * 3_600_000
const KEY_MAX = 256
const SENDING_DOMAIN = 'eu-west-1.amazonses.com'

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1).max(50)])
const SendRequest = z.object({
  from: z.string(),
  to: oneOrMany,
  cc: oneOrMany.optional(),
  bcc: oneOrMany.optional(),
  reply_to: oneOrMany.optional(),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  attachments: z
    .array(
      z.object({ filename: z.string(), content: z.string().optional(), content_type: z.string().optional() }),
    )
    .optional(),
})

/**
 * Serves Resend's wire: sending under idempotency keys, received mail, and the webhooks of both.
 * `arrived` is told of every mail that reached its recipient: the simulated customers listen there.
 */
export async function startResendStandIn(
  deps: StandInDeps,
  secrets: ResendSecrets,
  arrived: (mail: Mail) => void,
): Promise<StandIn> {
  const { world, clock } = deps
  registerResendWebhooks(deps, secrets.webhookSecret)
  deps.agenda.on('mail.delivered', ({ mailId }) => deliver(mailId))

  function handle(request: StandInRequest): StandInReply {
    const refused = authenticate(request, secrets)
    if (refused) return refused
    const [resource, id, sub, part, partId] = request.path.slice(1).split('/')
    if (resource === 'domains' && request.method === 'GET')
      return { status: 200, body: { object: 'list', has_more: false, data: [domain(clock.now())] } }
    if (resource !== 'emails') return error(404, 'not_found', 'The requested endpoint does not exist')
    if (request.method === 'POST' && id === undefined) return send(request)
    if (request.method === 'POST' && id === 'batch') return sendBatch(request)
    if (request.method !== 'GET') return error(405, 'method_not_allowed', 'Method is not allowed')
    if (id === undefined) return list('sent', request)
    if (id === 'receiving') {
      if (sub === undefined) return list('received', request)
      const mail = world.mails[sub]
      if (mail?.direction !== 'received') return error(404, 'not_found', 'Email not found')
      return part === 'attachments' ? attachments(mail, partId) : { status: 200, body: receivedJson(mail) }
    }
    const mail = world.mails[id]
    if (mail?.direction !== 'sent') return error(404, 'not_found', 'Email not found')
    return { status: 200, body: sentJson(mail) }
  }

  function send(request: StandInRequest): StandInReply {
    const key = request.headers['idempotency-key']
    if (typeof key === 'string' && (key.length === 0 || key.length > KEY_MAX))
      return error(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars')
    const input = SendRequest.safeParse(request.json)
    if (!input.success) return invalid(input.error)
    const mistake = mistakeIn(input.data)
    if (mistake) return mistake
    return underKey(key, request.rawBody, () => ({ id: accept(input.data, keyOf(key)).id }))
  }

  function sendBatch(request: StandInRequest): StandInReply {
    const input = z.array(SendRequest).max(100).safeParse(request.json)
    if (!input.success) return invalid(input.error)
    const mistake = input.data.map(mistakeIn).find(Boolean)
    if (mistake) return mistake
    return underKey(request.headers['idempotency-key'], request.rawBody, () => ({
      data: input.data.map((one) => ({ id: accept(one, null).id })),
    }))
  }

  /** The same key and body within a day: the first answer again. Another body: refused. */
  function underKey(
    header: string | string[] | undefined,
    rawBody: Buffer,
    act: () => Record<string, unknown>,
  ): StandInReply {
    const key = keyOf(header)
    if (key === null) return { status: 200, body: act() }
    const body = createHash('sha256').update(rawBody).digest('base64')
    const known = world.mailKeys[key]
    if (known && clock.now() - known.at < KEY_LIVES_MS) {
      known.times += 1
      deps.changed()
      return known.body === body
        ? { status: 200, body: known.answer }
        : error(
            409,
            'invalid_idempotent_request',
            'Same idempotency key used with a different request payload',
          )
    }
    const answer = act()
    world.mailKeys[key] = { body, at: clock.now(), times: 1, answer }
    deps.changed()
    return { status: 200, body: answer }
  }

  function accept(input: z.output<typeof SendRequest>, key: string | null): Mail {
    const id = deps.uuid()
    const to = input.to.map(bareAddress)
    const mail: Mail = {
      id,
      direction: 'sent',
      messageId: `<${id.replaceAll('-', '')}@${SENDING_DOMAIN}>`,
      from: input.from,
      to,
      cc: input.cc?.map(bareAddress) ?? [],
      replyTo: input.reply_to?.[0] ?? null,
      subject: input.subject,
      text: input.text ?? '',
      html: input.html ?? null,
      headers: input.headers ?? {},
      tags: Object.fromEntries((input.tags ?? []).map(({ name, value }) => [name, value])),
      key,
      personId: personByEmail(world, to[0] ?? '')?.id ?? null,
      answers: null,
      lastEvent: 'sent',
      createdAt: clock.now(),
      attachments: [],
    }
    world.mails[id] = mail
    tellOfMail(deps, mail, 'email.sent')
    deps.agenda.after(world.settings.pace.mailDelivered, { kind: 'mail.delivered', mailId: id })
    return mail
  }

  /** An address that begins with `bounce` bounces, as do Resend's own test addresses. */
  function deliver(mailId: string) {
    const mail = world.mails[mailId]
    if (!mail) return
    const bounces = mail.to.some((address) => address.startsWith('bounce'))
    mail.lastEvent = bounces ? 'bounced' : 'delivered'
    tellOfMail(deps, mail, bounces ? 'email.bounced' : 'email.delivered')
    if (!bounces) arrived(mail)
  }

  function list(direction: Mail['direction'], request: StandInRequest): StandInReply {
    const limit = Math.min(Math.max(Number(request.query.get('limit') ?? 20) || 20, 1), 100)
    const all = Object.values(world.mails)
      .filter((mail) => mail.direction === direction)
      .reverse()
    const after = request.query.get('after')
    const start = after === null ? 0 : all.findIndex((mail) => mail.id === after) + 1
    const data = all
      .slice(start, start + limit)
      .map((mail) => (direction === 'sent' ? sentJson(mail) : receivedJson(mail)))
    return { status: 200, body: { object: 'list', has_more: start + limit < all.length, data } }
  }

  return startStandIn(handle, { port: deps.port, faultBody })
}

function authenticate(request: StandInRequest, secrets: ResendSecrets): StandInReply | undefined {
  const header = request.headers.authorization
  if (!header) return error(401, 'missing_api_key', 'Missing API Key')
  if (header !== `Bearer ${secrets.apiKey}`) return error(403, 'invalid_api_key', 'API key is invalid')
  return undefined
}

function mistakeIn(input: z.output<typeof SendRequest>): StandInReply | undefined {
  if (!isAddress(bareAddress(input.from)))
    return error(
      422,
      'invalid_from_address',
      'Invalid `from` field. The email address needs to follow the format',
    )
  if (!input.to.every((one) => isAddress(bareAddress(one))))
    return error(422, 'validation_error', 'Invalid `to` field. The email address needs to follow the format')
  if (input.text === undefined && input.html === undefined)
    return error(422, 'missing_required_field', 'Missing `html` or `text` field.')
  const badTag = input.tags?.find(
    ({ name, value }) => !/^[\w-]{1,256}$/.test(name) || !/^[\w-]{0,256}$/.test(value),
  )
  if (badTag)
    return error(
      422,
      'validation_error',
      'Tags should only contain ASCII letters, numbers, underscores, or dashes.',
    )
  return undefined
}

function invalid(mistakes: z.ZodError): StandInReply {
  const missing = mistakes.issues[0]
  return error(
    422,
    'missing_required_field',
    `Missing or invalid \`${missing?.path.join('.') || 'body'}\` field.`,
  )
}

function keyOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null
}

/** `Ada <ada@example.com>` → `ada@example.com` */
export function bareAddress(address: string): string {
  return (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim()
}

function isAddress(address: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+$/.test(address)
}
