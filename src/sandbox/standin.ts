import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a stand-in can be told to misbehave; counted down per matching request. */
export type Fault = {
  /** Which requests: a method and a part of the path, like `POST /emails`. */
  on: string
  kind:
    | { status: number; retryAfterS?: number }
    /** Carries the request out and then breaks the connection: the caller cannot know. */
    | 'timeout_after_effect'
    /** Breaks the connection before anything happened. */
    | 'reset_before_effect'
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

const SEEN_MAX = 10_000

/**
 * Serves one vendor's wire protocol on loopback. `handle` answers a request; what it throws becomes a 500.
 * Faults are applied around it, so a stand-in itself knows nothing of them.
 */
export async function startStandIn(
  handle: (request: StandInRequest) => Promise<StandInReply> | StandInReply,
  options: { port?: number } = {},
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
    if (fault && typeof fault.kind === 'object') {
      const headers: Record<string, string> =
        fault.kind.retryAfterS === undefined ? {} : { 'retry-after': String(fault.kind.retryAfterS) }
      note(seen, request, fault.kind.status)
      send(response, {
        status: fault.kind.status,
        headers,
        body: { error: 'fault switched on in the sandbox' },
      })
      return
    }
    const reply = await handle(request)
    note(seen, request, reply.status)
    if (fault?.kind === 'timeout_after_effect') {
      incoming.socket.destroy()
      return
    }
    send(response, reply)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
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

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
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
  const index = faults.findIndex((fault) => {
    const [method, part = ''] = fault.on.split(' ', 2)
    return fault.times > 0 && method === request.method && request.path.includes(part)
  })
  const fault = faults[index]
  if (!fault) return undefined
  fault.times -= 1
  if (fault.times === 0) faults.splice(index, 1)
  return fault
}

function note(seen: SeenRequest[], request: StandInRequest, status: number) {
  seen.push({ at: Date.now(), method: request.method, path: request.path, body: request.json, status })
  if (seen.length > SEEN_MAX) seen.splice(0, seen.length - SEEN_MAX)
}

function send(response: ServerResponse, { status, headers, body }: StandInReply) {
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain' : 'application/json; charset=utf-8'
  response.writeHead(status, { 'content-type': type, ...headers })
  if (body === undefined) response.end()
  else if (isText || body instanceof Uint8Array) response.end(body)
  else response.end(JSON.stringify(body))
}
