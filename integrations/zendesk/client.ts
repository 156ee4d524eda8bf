import type { z } from 'zod'
import type { PortDeps } from '../../src/ports/index.ts'
import { type Authorizer, createAuthorizer } from './auth.ts'
import { type Asked, jsonOf, refused, unanswered, unreadable } from './failures.ts'
import type { ZendeskConfig } from './index.ts'

/** Unconfirmed how long Zendesk itself takes to give up: it publishes no limit. */
const TIMEOUT_MS = 20_000

type Query = Record<string, string | number | undefined>

/** One request, one answer, no retries. Answers are parsed with the schema given. */
export type ZendeskClient = {
  baseUrl: string
  authKind: Authorizer['kind']
  /** Throws VendorError; `vendor_not_found` on 404. */
  get<Schema extends z.ZodType>(path: string, query: Query, schema: Schema): Promise<z.output<Schema>>
  /** Throws VendorError; `effect: 'unknown'` when Zendesk may have carried it out all the same. */
  put<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema): Promise<z.output<Schema>>
}

/**
 * Talks to the Support API. Not through node-zendesk: it drops a failure's headers, takes every answer with a
 * Retry-After for a 429, has no timeout and cannot renew a token, which is all that a client is needed for here.
 * @param options.timeoutMs how long one request may take in all.
 */
export function createZendeskClient(
  config: ZendeskConfig,
  deps: PortDeps,
  options: { timeoutMs?: number } = {},
): ZendeskClient {
  const origin = config.ZENDESK_BASE_URL ?? `https://${config.ZENDESK_SUBDOMAIN}.zendesk.com`
  const baseUrl = origin.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS

  const authorizer = createAuthorizer(config, deps.clock, async (body) => {
    const path = '/oauth/tokens'
    // Asking for a token changes no ticket.
    const asked = { method: 'POST', path, changes: false }
    const { response, text } = await exchange(asked, new URL(baseUrl + path), { body })
    if (!response.ok) throw refused(asked, response, text, false)
    return jsonOf(text)
  })

  async function exchange(asked: Asked, url: URL, parts: { authorization?: string; body?: unknown }) {
    const headers = new Headers({ accept: 'application/json' })
    if (parts.authorization) headers.set('authorization', parts.authorization)
    if (parts.body !== undefined) headers.set('content-type', 'application/json')
    try {
      const response = await fetch(url, {
        method: asked.method,
        headers,
        body: parts.body === undefined ? null : JSON.stringify(parts.body),
        // A renamed account answers 301, and a PUT that follows it would arrive as a GET.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { response, text: await response.text() }
    } catch (error) {
      throw unanswered(asked, error)
    }
  }

  async function request<Schema extends z.ZodType>(
    asked: Asked,
    query: Query,
    body: unknown,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const url = new URL(baseUrl + asked.path)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const authorization = await authorizer.header()
    const { response, text } = await exchange(asked, url, { authorization, body })
    if (response.status === 401) authorizer.forget()
    if (!response.ok) throw refused(asked, response, text, authorizer.kind === 'client_credentials')
    const parsed = schema.safeParse(jsonOf(text))
    if (!parsed.success) throw unreadable(asked, parsed.error)
    return parsed.data
  }

  return {
    baseUrl,
    authKind: authorizer.kind,
    get: (path, query, schema) => request({ method: 'GET', path, changes: false }, query, undefined, schema),
    put: (path, body, schema) => request({ method: 'PUT', path, changes: true }, {}, body, schema),
  }
}
