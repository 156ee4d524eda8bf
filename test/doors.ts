import { createHmac, randomUUID } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import { z } from 'zod'
import type { TestHub } from './hub.ts'

/** The hub's doors, knocked at as strangers do: every header and every byte can be chosen. */

type At = { url: string; apiToken?: string }

export type Answer = {
  status: number
  type: string
  headers: IncomingHttpHeaders
  text: string
  json: unknown
}

export type Ask = {
  /** Another token than the hub's own; null for none. */
  token?: string | null
  /** An object goes as JSON, text and bytes as they are. */
  body?: unknown
  headers?: Record<string, string>
}

/** One request to the hub, with the token that may do everything unless told otherwise. */
export function ask(hub: At, method: string, path: string, options: Ask = {}): Promise<Answer> {
  const { body } = options
  const token = options.token === undefined ? hub.apiToken : options.token
  const bytes = body === undefined ? undefined : bytesOf(body)
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${hub.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const type = String(response.headers['content-type'] ?? '').split(';')[0] ?? ''
        const json: unknown = type.endsWith('json') && text !== '' ? JSON.parse(text) : undefined
        resolve({ status: response.statusCode ?? 0, type, headers: response.headers, text, json })
      })
    })
    request.on('error', reject)
    request.end(bytes)
  })
}

const bytesOf = (body: unknown) =>
  Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))

const Problem = z.strictObject({
  type: z.string().startsWith('urn:switchboard:'),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string().min(1) })).optional(),
})

/** The answer as problem+json, whole and of its own status. */
export function problemOf(answer: Answer): z.infer<typeof Problem> {
  expect(answer.type, answer.text).toBe('application/problem+json')
  const problem = Problem.parse(answer.json)
  expect(problem.status).toBe(answer.status)
  return problem
}

export type Vendor = 'zendesk' | 'resend' | 'vapi'

/** What may be wrong with a webhook; nothing by default. */
export type Spoilt = {
  /** The delivery's id, which a redelivery has again. */
  id?: string
  at?: number
  secret?: string
  unsigned?: boolean
  /** The body that the signature is of, where another one is sent. */
  signedBody?: string
  query?: string
}

const ROUTES: Record<Vendor, string> = {
  zendesk: 'zendesk',
  resend: 'inbound_email',
  vapi: 'call_completed',
}

/** The secrets that the sandbox's stand-ins sign with. */
const SECRETS: Record<Vendor, string> = {
  zendesk: 'zendesk-webhook-secret-of-the-sandbox',
  resend: `whsec_${Buffer.from('resend-webhook-secret-of-the-sandbox').toString('base64')}`,
  vapi: 'vapi-webhook-secret-of-the-sandbox',
}

/** Posts a webhook as this vendor does, signed by the vendor's own description, not by our code. */
export function deliver(
  hub: At & { clock: { now(): number } },
  vendor: Vendor,
  body: unknown,
  spoilt: Spoilt = {},
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const id = spoilt.id ?? randomUUID()
  const signed = { id, at: spoilt.at ?? hub.clock.now(), body: spoilt.signedBody ?? text }
  const headers = spoilt.unsigned ? {} : SIGN[vendor](spoilt.secret ?? SECRETS[vendor], signed)
  const path = `/api/v1/webhooks/${ROUTES[vendor]}${spoilt.query ?? ''}`
  return ask(hub, 'POST', path, { token: null, body: text, headers })
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text)

const SIGN: Record<
  Vendor,
  (secret: string, of: { id: string; at: number; body: string }) => Record<string, string>
> = {
  zendesk(secret, { id, at, body }) {
    const timestamp = new Date(at).toISOString()
    return {
      'x-zendesk-webhook-invocation-id': id,
      'x-zendesk-webhook-signature-timestamp': timestamp,
      'x-zendesk-webhook-signature': hmac(secret, timestamp + body).digest('base64'),
    }
  },
  resend(secret, { id, at, body }) {
    const timestamp = String(Math.floor(at / 1_000))
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const signature = hmac(key, `${id}.${timestamp}.${body}`).digest('base64')
    return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` }
  },
  vapi(secret, { at, body }) {
    return { 'x-timestamp': String(at), 'x-signature': hmac(secret, `${at}.${body}`).digest('hex') }
  },
}

/** An update at the desk that is none of ours, by whatever agent; its webhooks follow. */
export async function updateAtDesk(
  { sandbox }: Pick<TestHub, 'sandbox'>,
  ticket: string,
  change: Record<string, unknown>,
): Promise<void> {
  const answer = await fetch(`${sandbox.standIns.zendesk.url}/api/v2/tickets/${ticket}.json`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${sandbox.env.ZENDESK_OAUTH_TOKEN}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ticket: change }),
  })
  expect(answer.status, await answer.text()).toBe(200)
}

/** A counter or gauge of `/metrics` with these labels; 0 where it was never counted. */
export async function metric(hub: At, name: string, labels: Record<string, string> = {}): Promise<number> {
  const { text } = await ask(hub, 'GET', '/metrics', { token: null })
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const line = text
    .split('\n')
    .find((one) => new RegExp(`^${name}[ {]`).test(one) && wanted.every((label) => one.includes(label)))
  return line ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0
}

/** Walks a list page by page to its end. */
export async function allPages(hub: At, path: string, limit: number): Promise<Record<string, unknown>[][]> {
  const Page = z.strictObject({
    data: z.array(z.record(z.string(), z.unknown())),
    nextCursor: z.string().nullable(),
  })
  const pages: Record<string, unknown>[][] = []
  const first = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`
  for (let next: string | null = first; next !== null; ) {
    const answer = await ask(hub, 'GET', next)
    expect(answer.status, `${next}: ${answer.text}`).toBe(200)
    const page = Page.parse(answer.json)
    pages.push(page.data)
    next = page.nextCursor === null ? null : `${first}&cursor=${encodeURIComponent(page.nextCursor)}`
  }
  return pages
}
