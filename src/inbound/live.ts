import { EventEmitter } from 'node:events'
import { Router } from 'express'
import { type AuthDeps, authenticate } from './auth.ts'

/** Something changed that a page may be showing. It says what, not how: pages fetch. */
export type Change = { kind: 'flow' | 'escalation' | 'call' | 'ticket' | 'message'; id: string }

export type Live = {
  tell(change: Change): void
  listen(listener: (change: Change) => void): () => void
  /** Ends every stream that is open: they would keep a hub that stops waiting. */
  close(): void
  onClose(end: () => void): () => void
}

export function createLive(): Live {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  return {
    tell: (change) => void emitter.emit('change', change),
    listen(listener) {
      emitter.on('change', listener)
      return () => emitter.off('change', listener)
    },
    close: () => void emitter.emit('close'),
    onClose(end) {
      emitter.on('close', end)
      return () => emitter.off('close', end)
    },
  }
}

/** A connection that says nothing for this long is cut by many proxies. */
const HEARTBEAT_MS = 20_000

/** `GET /stream`: server-sent events, so that pages need no reload. */
export function liveRouter(live: Live, auth: AuthDeps): Router {
  const router = Router()
  router.get('/stream', async (request, response) => {
    await authenticate(auth, request, 'read')
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    })
    response.write(': listening\n\n')
    const stop = live.listen((change) => response.write(`data: ${JSON.stringify(change)}\n\n`))
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
    const forget = live.onClose(() => response.end())
    request.on('close', () => {
      clearInterval(heartbeat)
      stop()
      forget()
    })
  })
  return router
}
