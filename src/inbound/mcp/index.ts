import express, { type RequestHandler, Router } from 'express'
import { InputError } from '../../ops/errors.ts'
import { type AuthDeps, authenticate } from '../auth.ts'
import { isAllowedOrigin } from '../origins.ts'
import type { McpDeps } from './mcp-server.ts'

type Deps = { mcp: McpDeps; auth: AuthDeps; publicUrl: string; allowedOrigins: readonly string[] }

/**
 * `POST /mcp`: Model Context Protocol over Streamable HTTP, without sessions. There is no stream to open and no
 * session to end, so GET and DELETE are answered 405, as the protocol wants. The SDK is loaded for the first request.
 */
export function mcpRouter({ mcp, auth, ...origins }: Deps): Router {
  const router = Router()
  const admitPage: RequestHandler = (request, response, next) => {
    const { origin } = request.headers
    if (!isAllowedOrigin(origins, request)) {
      const message = `The origin ${origin} is not allowed: see ALLOWED_ORIGINS.`
      throw new InputError('origin_not_allowed', message, { status: 403 })
    }
    if (origin !== undefined) {
      response.setHeader('access-control-allow-origin', origin)
      response.setHeader('vary', 'origin')
      response.setHeader('access-control-allow-methods', 'POST')
      response.setHeader('access-control-allow-headers', 'authorization, content-type, mcp-protocol-version')
    }
    next()
  }
  const admitCaller: RequestHandler = async (request, response, next) => {
    response.setHeader('www-authenticate', 'Bearer')
    response.locals.caller = await authenticate(auth, request, 'read')
    response.removeHeader('www-authenticate')
    next()
  }
  router.use(admitPage)
  router.post('/', admitCaller, express.json({ limit: '1mb' }), async (request, response) => {
    const { answerMcp } = await import('./mcp-server.ts')
    await answerMcp(mcp, response.locals.caller, request, response)
  })
  router.use((request, response) => {
    if (request.method === 'OPTIONS') return void response.status(204).end()
    response.setHeader('allow', 'POST')
    const message = 'Send requests by POST: there are no sessions and no stream.'
    throw new InputError('method_not_allowed', message, { status: 405 })
  })
  return router
}
