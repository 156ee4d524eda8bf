import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { InputError } from '../ops/errors.ts'
import { prepared, qb, type Store } from '../store/index.ts'

/** What a token may do: look, act, or everything. Each includes the ones before it. */
export const scopes = ['read', 'write', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** Who asks, as audit logs name them: `user:<name>`. */
export type Caller = { actor: string; scope: Scope }

export type AuthDeps = {
  store: Store
  /** The token with every scope. */
  apiToken: string
  /** In the sandbox nobody logs in on loopback. */
  openOnLoopback: boolean
}

/** What of a request says who sent it: a REST request, or the one that opened a websocket. */
export type Asking = Pick<IncomingMessage, 'headers'> & { socket: Pick<Socket, 'remoteAddress'> }

const tokenByHash = prepared<{ hash: string }, { name: string; scopes: string }>((p) =>
  qb.selectFrom('api_tokens').select(['name', 'scopes']).where('hash', '=', p.hash),
)

export const hashOfToken = (token: string) => createHash('sha256').update(token).digest('hex')

/** Throws InputError 401 without a token that is known, 403 without the scope. */
export async function authenticate(deps: AuthDeps, request: Asking, needed: Scope): Promise<Caller> {
  const caller = await callerOf(deps, request)
  if (!caller) {
    throw new InputError('unauthorized', 'Send "Authorization: Bearer <token>" with a token of this hub.', {
      status: 401,
    })
  }
  if (scopes.indexOf(caller.scope) < scopes.indexOf(needed)) {
    throw new InputError('missing_scope', `This needs a token with the scope "${needed}".`, { status: 403 })
  }
  return caller
}

async function callerOf(deps: AuthDeps, request: Asking): Promise<Caller | undefined> {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) {
    return deps.openOnLoopback && isLoopback(request) ? { actor: 'user:sandbox', scope: 'admin' } : undefined
  }
  if (sameSecret(given, deps.apiToken)) return { actor: 'user:api', scope: 'admin' }
  const row = await deps.store.read.first(tokenByHash({ hash: hashOfToken(given) }))
  const scope = row && scopes.findLast((one) => row.scopes.split(' ').includes(one))
  return row && scope ? { actor: `user:${row.name}`, scope } : undefined
}

/** Hashed first, so that neither length nor content shows in the time it takes. */
function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Both ends: the peer, and the name it called us by, so that a page elsewhere cannot rebind a name to us. A page
 * of another origin says so in its request, and is no local caller either.
 */
function isLoopback(request: Asking): boolean {
  const { host = '', origin } = request.headers
  const peer = request.socket.remoteAddress ?? ''
  const isLocalPeer = peer === '127.0.0.1' || peer === '::1' || peer === '::ffff:127.0.0.1'
  const isOwnPage = origin === undefined || origin === `http://${host}`
  return isLocalPeer && isOwnPage && LOOPBACK_HOST.test(host)
}
