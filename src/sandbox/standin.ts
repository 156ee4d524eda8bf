import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** How a stand-in can be told to misbehave; counted down per matching request. */
export type Fault = {
  /** Which requests: a method (or `*`) and a part of the path, like `POST /emails`. */
  on: string
  kind:
    | { status: number; retryAfterS?: number }
    /** Carries the request out and then breaks the connection: the caller cannot know. */
    | 'timeout_after_effect'
    /** Breaks the connection before anything happened. */
    | 'reset_before_effect'
    /** Carries the request out and answers so late (wall time) that most callers have given up. */
    | { answerAfterMs: number }
  times: number
}

/** A request whose body has been read. */
export type StandInRequest = {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  rawBody: Buffer
  /** Parsed JSON, or undefined when the body is none. */
  json: unknown
}

export type StandInReply = {
  status: number
  headers?: Record<string, string>
  /** Text and bytes are sent as they are, anything else as JSON. */
  body?: unknown
}

/** What arrived, for tests that count effects. */
export type SeenRequest = { at: number; method: string; path: string; body: unknown; status: number }

export type StandIn = {
  url: string
  port: number
  faults: Fault[]
  seen: SeenRequest[]
  close(): Promise<void>
}

/** More would be felt in the memory of a long run: bodies of model requests are long. */
const SEEN_REQUESTS = 2_000

/**
 * Serves one vendor's wire protocol on loopback. `handle` answers a request; what it throws becomes a 500.
 * Faults are applied around it, so a stand-in itself knows nothing of them.
 * A `port` that is taken by somebody else is given up for any other.
 */
export async function startStandIn(
  handle: (request: StandInRequest) => Promise<StandInReply> | StandInReply,
  options: {
    port?: number | undefined
    /** What this vendor says in the body of such an error; a switched-on fault answers it. */
    faultBody?: (status: number) => unknown
  } = {},
): Promise<StandIn> {
  const faults: Fault[] = []
  const seen: SeenRequest[] = []

  const server: Server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
    })
  })

  async function serve(incoming: IncomingMessage, response: ServerResponse) {
    const rawBody = await readBody(incoming)
    const url = new URL(incoming.url ?? '/', 'http://standin')
    const request: StandInRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      rawBody,
      json: parseJson(rawBody),
    }
    const fault = takeFault(faults, request)
    if (fault?.kind === 'reset_before_effect') {
      incoming.socket.destroy()
      return
    }
    if (typeof fault?.kind === 'object' && 'status' in fault.kind) {
      const headers: Record<string, string> =
        fault.kind.retryAfterS === undefined ? {} : { 'retry-after': String(fault.kind.retryAfterS) }
      note(seen, request, fault.kind.status)
      send(response, {
        status: fault.kind.status,
        headers,
        body: options.faultBody?.(fault.kind.status) ?? { error: 'fault switched on in the sandbox' },
      })
      return
    }
    const reply = await handle(request)
    note(seen, request, reply.status)
    if (fault?.kind === 'timeout_after_effect') {
      incoming.socket.destroy()
      return
    }
    if (typeof fault?.kind === 'object') await setTimeout(fault.kind.answerAfterMs, undefined, { ref: false })
    send(response, reply)
  }

  await listen(server, options.port ?? 0).catch((error: unknown) => {
    if (options.port && isInUse(error)) return listen(server, 0)
    throw error
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function takeFault(faults: Fault[], request: StandInRequest): Fault | undefined {
  if (faults.length === 0) return undefined
  const index = faults.findIndex((fault) => {
    const [method, part = ''] = fault.on.split(' ', 2)
    return fault.times > 0 && (method === '*' || method === request.method) && request.path.includes(part)
  })
  const fault = faults[index]
  if (!fault) return undefined
  fault.times -= 1
  if (fault.times === 0) faults.splice(index, 1)
  return fault
}

function note(seen: SeenRequest[], request: StandInRequest, status: number) {
  seen.push({ at: Date.now(), method: request.method, path: request.path, body: request.json, status })
  // Half at once: dropping one at a time would move the whole list for each request.
  if (seen.length > SEEN_REQUESTS) seen.splice(0, SEEN_REQUESTS / 2)
}

function send(response: ServerResponse, { status, headers, body }: StandInReply) {
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain' : 'application/json; charset=utf-8'
  const bytes =
    body === undefined || body instanceof Uint8Array
      ? body
      : Buffer.from(isText ? body : JSON.stringify(body))
  response.writeHead(status, {
    'content-type': type,
    ...(bytes ? { 'content-length': bytes.length } : {}),
    ...headers,
  })
  response.end(bytes)
}
