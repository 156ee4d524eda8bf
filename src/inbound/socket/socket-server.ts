import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server, type Socket } from 'socket.io'
import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { type Asking, type AuthDeps, authenticate } from '../auth.ts'
import { isAllowedOrigin } from '../origins.ts'
import type { FlowMessage } from './flow-messages.ts'

/** laravel-echo listens for `FlowFailed` as `App\Events\FlowFailed`, and for `.FlowFailed` as `FlowFailed`. */
const ECHO_NAMESPACE = 'App\\Events\\'

/** Clients send a channel's name and a token, nothing else. */
const MESSAGE_MAX_BYTES = 16 * 1024
const SOCKETS_MAX = 1_000
const CHANNELS_MAX = 100
/** A client that reconnects asks for all its channels at once; more than some rounds of that is no client. */
const REQUESTS_PER_MINUTE = 5 * CHANNELS_MAX
/** What a client has not taken off us. Beyond it, it is cut off; on reconnecting it hears how things stand. */
const BACKLOG_MAX_BYTES = 2 * 1024 * 1024
const MINUTE = 60_000

export type SocketServerDeps = {
  auth: AuthDeps
  publicUrl: string
  allowedOrigins: readonly string[]
  /** Throws InputError for a channel that is not there. */
  checkChannel(channel: string): Promise<void>
  /** What somebody who joins a channel should hear at once. */
  summaryOf(channel: string): Promise<FlowMessage | undefined>
}

const Subscription = z.object({
  channel: z.string().min(1).max(200),
  auth: z.unknown().optional(),
})

/** Where clients put a token: laravel-echo under `headers`, socket.io's own way is `token`. */
const Credentials = z.object({
  headers: z.record(z.string(), z.unknown()).default({}),
  token: z.string().optional(),
})

export type SocketServer = ReturnType<typeof createSocketServer>

/**
 * laravel-echo's `socket.io` protocol: a client sends `subscribe` and `unsubscribe` with `{channel, auth}`, hears
 * `subscription_error` (channel, HTTP status, code) where that is refused, and events as (channel, payload).
 * It is fed requests instead of listening itself, so that it need not be there before the first client is.
 */
export function createSocketServer(deps: SocketServerDeps) {
  const inner = createServer()
  const io = new Server(inner, {
    serveClient: false,
    maxHttpBufferSize: MESSAGE_MAX_BYTES,
    cors: { origin: [...deps.allowedOrigins] },
    allowRequest(request, answer) {
      if (!isAllowedOrigin(deps, request)) answer('This origin is not allowed: see ALLOWED_ORIGINS.', false)
      else if (io.engine.clientsCount >= SOCKETS_MAX) answer('Too many connections.', false)
      else answer(null, true)
    },
  })
  const { adapter, sockets } = io.of('/')
  /** What each channel of a socket was allowed by: asked again now and then, since tokens are revoked. */
  const grants = new WeakMap<Socket, Map<string, Asking>>()
  const backlogs = new WeakMap<Socket, { bytes: number }>()
  /** How often each followed channel was told something: who joins meanwhile needs no summary. */
  const told = new Map<string, number>()
  adapter.on('delete-room', (room: string) => told.delete(room))

  io.on('connection', (socket) => {
    grants.set(socket, new Map())
    backlogs.set(socket, countBacklog(socket))
    let requests = 0
    const renew = setInterval(() => {
      requests = 0
    }, MINUTE).unref()
    const stranger = setTimeout(() => void endStranger(socket), MINUTE).unref()
    socket.on('disconnect', () => {
      clearInterval(renew)
      clearTimeout(stranger)
    })
    // One after the other: an `unsubscribe` must not overtake its `subscribe`, which waits for the store.
    let last = Promise.resolve()
    const inTurn = (run: () => Promise<void>) => {
      requests += 1
      if (requests > REQUESTS_PER_MINUTE) return void socket.disconnect(true)
      last = last.then(run).catch(() => void socket.disconnect(true))
    }
    socket.on('subscribe', (given: unknown) => inTurn(() => subscribe(socket, given)))
    socket.on('unsubscribe', (given: unknown) => inTurn(() => unsubscribe(socket, given)))
  })

  async function subscribe(socket: Socket, given: unknown) {
    const asked = Subscription.safeParse(given)
    if (!asked.success) return refuse(socket, '', 400, 'bad_input')
    const { channel, auth } = asked.data
    const asking = askingOf(socket, auth)
    try {
      await authenticate(deps.auth, asking, 'read')
      await deps.checkChannel(channel)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return refuse(socket, channel, error.status, error.code)
    }
    const granted = grants.get(socket)
    if (!granted || (granted.size >= CHANNELS_MAX && !granted.has(channel)))
      return refuse(socket, channel, 429, 'too_many_channels')
    granted.set(channel, asking)
    await socket.join(channel)
    const before = told.get(channel)
    const summary = await deps.summaryOf(channel)
    if (summary && told.get(channel) === before && socket.rooms.has(channel)) send(socket, channel, summary)
  }

  async function unsubscribe(socket: Socket, given: unknown) {
    const asked = Subscription.safeParse(given)
    if (asked.success) await leave(socket, asked.data.channel)
  }

  async function leave(socket: Socket, channel: string) {
    if (grants.get(socket)?.delete(channel)) await socket.leave(channel)
  }

  /** Who has neither shown a token nor joined anything by then only takes up room. */
  async function endStranger(socket: Socket) {
    if (grants.get(socket)?.size === 0 && !(await isAdmitted(askingOf(socket)))) socket.disconnect(true)
  }

  const isAdmitted = (asking: Asking) =>
    authenticate(deps.auth, asking, 'read').then(
      () => true,
      // A store that does not answer revokes nothing.
      (error: unknown) => !(error instanceof InputError),
    )

  const review = setInterval(async () => {
    for (const socket of [...sockets.values()]) {
      for (const [channel, asking] of grants.get(socket) ?? []) {
        if (await isAdmitted(asking)) continue
        await leave(socket, channel)
        refuse(socket, channel, 401, 'unauthorized')
      }
    }
  }, MINUTE).unref()

  return {
    handleRequest: (request: IncomingMessage, response: ServerResponse) =>
      void inner.emit('request', request, response),
    handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      void inner.emit('upgrade', request, socket, head),
    isFollowed: (channel: string) => adapter.rooms.has(channel),
    tell(channel: string, message: FlowMessage) {
      told.set(channel, (told.get(channel) ?? 0) + 1)
      for (const id of [...(adapter.rooms.get(channel) ?? [])]) {
        const socket = sockets.get(id)
        if (socket && (backlogs.get(socket)?.bytes ?? 0) > BACKLOG_MAX_BYTES) socket.disconnect(true)
      }
      send(io.to(channel), channel, message)
    },
    /** Ends every connection. */
    close() {
      clearInterval(review)
      io.disconnectSockets(true)
      io.engine.close()
    },
  }
}

/** Under both names that Echo may listen for. */
function send(
  to: { emit(event: string, ...values: unknown[]): unknown },
  channel: string,
  { event, data }: FlowMessage,
) {
  to.emit(`${ECHO_NAMESPACE}${event}`, channel, data)
  to.emit(event, channel, data)
}

function refuse(socket: Socket, channel: string, status: number, code: string) {
  socket.emit('subscription_error', channel, status, { code })
}

/** The request that opened the connection, with the token that came with a subscription, the handshake or its headers. */
function askingOf(socket: Socket, auth?: unknown): Asking {
  const { handshake } = socket
  const { authorization, ...headers } = handshake.headers
  const token = tokenIn(auth) ?? tokenIn(handshake.auth) ?? authorization
  return {
    headers: { ...headers, ...(token === undefined ? {} : { authorization: token }) },
    socket: { remoteAddress: handshake.address },
  }
}

function tokenIn(auth: unknown): string | undefined {
  const given = Credentials.safeParse(auth)
  if (!given.success) return undefined
  const header = Object.entries(given.data.headers).find(([name]) => name.toLowerCase() === 'authorization')
  if (typeof header?.[1] === 'string') return header[1]
  return given.data.token === undefined ? undefined : `Bearer ${given.data.token}`
}

/** About how much waits for a client to take it; the transport takes all there is at once. */
function countBacklog(socket: Socket): { bytes: number } {
  const backlog = { bytes: 0 }
  socket.conn.on('packetCreate', ({ data }: { data?: unknown }) => {
    if (typeof data === 'string') backlog.bytes += data.length
  })
  socket.conn.on('drain', () => {
    backlog.bytes = 0
  })
  return backlog
}
