import { createHash } from 'node:crypto'
import express, { type Request, type Response, Router } from 'express'
import type { Logger } from 'pino'
import type { Events } from '../events/index.ts'
import type { Clock, ParsedWebhook, RawRequest, WebhookDoor } from '../ports/index.ts'
import { insertInto, type Store } from '../store/index.ts'
import type { OrgId } from '../work/index.ts'
import { sendProblem } from './problem.ts'

/** A vendor's door with its configuration; several providers may share a route (`?provider=`). */
export type OpenDoor = { provider: string; door: WebhookDoor<never>; config: never }

export type WebhookDeps = {
  store: Store
  events: Events
  clock: Clock
  newId: (prefix: string) => string
  doors: readonly OpenDoor[]
  org: OrgId
  log: Logger
  onVerdict: (source: string, verdict: string) => void
}

const BODY_MAX = '1mb'

const ACCEPTED = '{"ok":true}'
const ACCEPTED_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': ACCEPTED.length,
}

const insertDelivery = insertInto(
  'deliveries',
  ['id', 'org', 'source', 'delivery_key', 'received_at', 'outcome', 'reason', 'headers', 'body'],
  { orIgnore: true },
)

/** Headers that would let somebody who reads the store speak as the vendor; their values are not kept. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'x-vapi-secret'])

/**
 * `POST /{route}`: raw body → verify → parse → delivery and events in one transaction → 2xx. A redelivery
 * commits nothing new and gets the same answer. What is not verified is counted, not stored and not parsed.
 */
export function webhookRouter(deps: WebhookDeps): Router {
  const router = Router()
  router.post('/:route', express.raw({ type: () => true, limit: BODY_MAX }), async (request, response) => {
    const door = findDoor(deps.doors, String(request.params.route), request.query.provider)
    if (!door) {
      sendProblem(response, 404, 'no_door', `Nothing is connected that posts to "${request.params.route}".`)
      return
    }
    await receive(deps, door, request, response)
  })
  return router
}

async function receive(
  deps: WebhookDeps,
  { provider, door, config }: OpenDoor,
  request: Request,
  response: Response,
) {
  const raw = rawOf(request)
  const verified = door.verify(raw, config, new Date(deps.clock.now()))
  if (!verified.ok) {
    deps.onVerdict(provider, verified.reason)
    deps.log.warn({ source: provider, reason: verified.reason }, 'a webhook was refused')
    sendProblem(response, 401, verified.reason, `The webhook was not accepted: ${verified.reason}.`)
    return
  }
  const parsed = door.parse(raw, config)
  const isNew = await record(deps, provider, raw, verified.deliveryId, parsed)
  const verdict = isNew ? parsed.kind : 'duplicate'
  deps.onVerdict(provider, verdict)
  if (parsed.kind === 'malformed') {
    sendProblem(response, 400, 'malformed', `Not what ${provider} documents: ${parsed.reason}.`)
    return
  }
  // Written as it is: express would look whether it could be a 304, at a tenth of the whole request's cost.
  response.writeHead(200, ACCEPTED_HEADERS).end(ACCEPTED)
}

/** @returns whether this delivery was new. */
function record(
  deps: WebhookDeps,
  provider: string,
  raw: RawRequest,
  vendorsId: string | null,
  parsed: ParsedWebhook,
): Promise<boolean> {
  const deliveryKey = vendorsId ?? `sha256:${createHash('sha256').update(raw.rawBody).digest('hex')}`
  return deps.store.write(async (tx) => {
    const id = deps.newId('dlv')
    const inserted = await tx.run(
      insertDelivery({
        id,
        org: deps.org,
        source: provider,
        delivery_key: deliveryKey,
        received_at: deps.clock.now(),
        outcome: parsed.kind,
        reason: parsed.kind === 'events' ? null : parsed.reason,
        headers: JSON.stringify(withoutSecrets(raw.headers)),
        body: raw.rawBody,
      }),
    )
    if (inserted === 0) return false
    if (parsed.kind === 'events') {
      for (const event of parsed.events)
        await deps.events.append(tx, event, { org: deps.org, deliveryId: id })
    }
    return true
  })
}

function withoutSecrets(headers: RawRequest['headers']): RawRequest['headers'] {
  const shown = { ...headers }
  for (const name of SECRET_HEADERS) if (name in shown) shown[name] = '•••'
  return shown
}

function rawOf(request: Request): RawRequest {
  const body: unknown = request.body
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  const query: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.query))
    query[name] = typeof value === 'string' ? value : undefined
  return {
    method: request.method,
    url: request.originalUrl,
    headers,
    query,
    rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  }
}

function findDoor(doors: readonly OpenDoor[], route: string, provider: unknown): OpenDoor | undefined {
  const atRoute = doors.filter(({ door }) => door.route === route)
  return typeof provider === 'string' ? atRoute.find((one) => one.provider === provider) : atRoute[0]
}
