import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { messageOf } from '../ops/errors.ts'
import type { Clock, Instant } from '../ports/common.ts'
import type { OutboxItem, WebhookCounters, World } from './world.ts'

/** How one vendor delivers. */
export type WebhookRoute = {
  /** The usual address; a webhook can be sent elsewhere. Undefined: nowhere. */
  url?: string
  /** Headers of one attempt, the signature among them. `id` is the same for every attempt of one webhook. */
  sign(webhook: { id: string; body: string; url: string; at: Instant }): Record<string, string>
  /** Whether this vendor tries again after such an answer; a connection that fails is always tried again. */
  triesAgain(status: number): boolean
}

export type Webhooks = {
  register(vendor: string, route: WebhookRoute): void
  /** Hands a webhook over; it is delivered, and tried again, behind the caller's back. */
  send(vendor: string, body: unknown, options: { id: string; url?: string }): void
  /** Settles when nothing is on its way; what waits for a retry does not count. */
  idle(): Promise<void>
  close(): void
}

const MAX_IN_FLIGHT = 32
const ATTEMPT_TIMEOUT_MS = 12_000
/** Retries go on about an hour: long enough for a hub that is being restarted or debugged. */
const RETRY_DELAYS_MS = [
  500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_200_000,
]
/** With reordering on, the first of a pair waits this long for a second one to overtake it. */
const PAIR_WAIT_MS = 250

/** The one sender of all stand-ins' webhooks; what is on its way stands in `world.outbox` and survives a restart. */
export function createWebhooks(options: {
  world: World
  clock: Clock
  changed: () => void
  /** Told once per webhook that was refused or given up. */
  complain?: (line: string) => void
}): Webhooks {
  const { world, clock, changed } = options
  const routes = new Map<string, WebhookRoute>()
  const timers = new Map<string, () => void>()
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  const waiting: OutboxItem[] = []
  let idleWaiters: (() => void)[] = []
  let inFlight = 0
  let open = true
  let firstOfPair: OutboxItem | undefined

  function countersOf(vendor: string): WebhookCounters {
    world.webhooks[vendor] ??= {
      raised: 0,
      attempts: 0,
      accepted: 0,
      refused: 0,
      duplicated: 0,
      lost: 0,
      abandoned: 0,
    }
    return world.webhooks[vendor]
  }

  function enqueue(item: OutboxItem) {
    timers.delete(item.id)
    if (!open) return
    waiting.push(item)
    pump()
  }

  function pump() {
    while (open && inFlight < MAX_IN_FLIGHT) {
      const item = waiting.shift()
      if (!item) break
      inFlight += 1
      void deliver(item).finally(() => {
        inFlight -= 1
        pump()
        if (inFlight === 0 && waiting.length === 0) {
          for (const wake of idleWaiters) wake()
          idleWaiters = []
        }
      })
    }
  }

  async function deliver(item: OutboxItem) {
    const route = routes.get(item.vendor)
    const url = item.url ?? route?.url
    const counters = countersOf(item.vendor)
    // Its stand-in is not up yet after a restart; `register` hands it over again.
    if (!route) return
    if (url === undefined) {
      delete world.outbox[item.id]
      return
    }
    item.attempts += 1
    counters.attempts += 1
    const at = clock.now()
    // Duplicates carry the delivery id of the original, as a vendor's redelivery does.
    const id = item.id.replace(/~\d+$/, '')
    const result = await post(url, item.body, route.sign({ id, body: item.body, url, at }), agents)
    if (!open) return
    if (result.status >= 200 && result.status < 300) {
      counters.accepted += 1
      delete world.outbox[item.id]
    } else if (result.status !== 0 && !route.triesAgain(result.status)) {
      counters.refused += 1
      delete world.outbox[item.id]
      options.complain?.(`${item.vendor} webhook ${item.id} was refused: ${result.detail}`)
    } else {
      const delay = RETRY_DELAYS_MS[item.attempts - 1]
      if (delay === undefined) {
        counters.abandoned += 1
        delete world.outbox[item.id]
        options.complain?.(`${item.vendor} webhook ${item.id} was given up: ${result.detail}`)
      } else {
        arm(item, clock.now() + delay)
      }
    }
    changed()
  }

  function arm(item: OutboxItem, at: Instant) {
    item.dueAt = at
    timers.set(
      item.id,
      clock.at(at, () => enqueue(item)),
    )
  }

  /** Now, later, or behind its successor: as the settings say. */
  function dispatch(item: OutboxItem) {
    const { delay, reorder } = world.settings.webhooks
    if (delay > 0) return arm(item, clock.now() + delay)
    if (!reorder) return enqueue(item)
    if (firstOfPair) {
      const held = firstOfPair
      firstOfPair = undefined
      timers.get(held.id)?.()
      enqueue(item)
      enqueue(held)
      return
    }
    firstOfPair = item
    timers.set(
      item.id,
      clock.at(clock.now() + PAIR_WAIT_MS, () => {
        if (firstOfPair === item) firstOfPair = undefined
        enqueue(item)
      }),
    )
  }

  return {
    register(vendor, route) {
      routes.set(vendor, route)
      for (const item of Object.values(world.outbox)) if (item.vendor === vendor) enqueue(item)
    },
    send(vendor, body, { id, url }) {
      const settings = world.settings.webhooks
      const counters = countersOf(vendor)
      counters.raised += 1
      if (settings.lose > 0) {
        settings.lose -= 1
        counters.lost += 1
        changed()
        return
      }
      const now = clock.now()
      for (let copy = 0; copy <= settings.duplicates; copy += 1) {
        const item: OutboxItem = {
          id: copy === 0 ? id : `${id}~${copy}`,
          vendor,
          url: url ?? null,
          body: JSON.stringify(body),
          attempts: 0,
          firstAt: now,
          dueAt: now,
        }
        if (copy > 0) counters.duplicated += 1
        world.outbox[item.id] = item
        dispatch(item)
      }
      changed()
    },
    idle: () =>
      inFlight === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => idleWaiters.push(resolve)),
    close() {
      open = false
      for (const cancel of timers.values()) cancel()
      timers.clear()
      agents.http.destroy()
      agents.https.destroy()
      for (const wake of idleWaiters) wake()
    },
  }
}

/** @returns status 0 when there was no answer. */
function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  agents: { http: HttpAgent; https: HttpsAgent },
): Promise<{ status: number; detail: string }> {
  return new Promise((resolve) => {
    const secure = url.startsWith('https:')
    const send = secure ? httpsRequest : httpRequest
    const request = send(
      url,
      {
        method: 'POST',
        agent: secure ? agents.https : agents.http,
        timeout: ATTEMPT_TIMEOUT_MS,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => {
          if (chunks.length < 4) chunks.push(chunk)
        })
        response.on('error', (error) => resolve({ status: 0, detail: messageOf(error) }))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8').slice(0, 300)
          resolve({ status: response.statusCode ?? 0, detail: `${response.statusCode} ${text}` })
        })
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) => resolve({ status: 0, detail: messageOf(error) }))
    request.end(body)
  })
}
