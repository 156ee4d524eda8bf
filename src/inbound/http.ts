import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import express, { type Express } from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { SkillPolicy } from '../flows/index.ts'
import type { Health } from '../ops/health.ts'
import type { Clock } from '../ports/index.ts'
import { type ApiDeps, apiRoutes } from './api/index.ts'
import { type AuthDeps, authenticate } from './auth.ts'
import { type Live, liveRouter } from './live.ts'
import { mcpRouter } from './mcp/index.ts'
import { openApiOf } from './openapi.ts'
import { problemHandler, sendProblem } from './problem.ts'
import { restRouter } from './routes.ts'
import { type SandboxDoor, sandboxRouter } from './sandbox.ts'
import { SOCKET_PATH, type Sockets } from './socket/index.ts'
import { type WebhookDeps, webhookRouter } from './webhooks.ts'

export type HttpDeps = {
  webhooks: WebhookDeps
  api: ApiDeps
  auth: AuthDeps
  live: Live
  sockets: Sockets
  /** Which pages may use websocket and MCP beside the hub's own. */
  origins: { publicUrl: string; allowedOrigins: readonly string[] }
  /** Which skills may be used at whose request. */
  policy: SkillPolicy
  health: () => Promise<Health>
  registry: Registry
  /** The built console. */
  pages: string
  /** Null outside the sandbox. */
  sandbox: SandboxDoor | null
  clock: Clock
  version: string
  log: Logger
}

/** Per address and minute; the sandbox and tests share one address. */
const REQUESTS_PER_MINUTE = 3_000

/** The hub's one express app. Webhooks come first: they are many, and need nothing of the rest. */
export function createHttp(deps: HttpDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.use('/api/v1/webhooks', webhookRouter(deps.webhooks))

  app.get('/healthz', (_request, response) => {
    response.json({ alive: true })
  })
  app.get('/readyz', async (_request, response) => {
    const health = await deps.health()
    response.status(health.ready ? 200 : 503).json(health)
  })
  app.get('/metrics', async (_request, response) => {
    response.type(deps.registry.contentType).send(await deps.registry.metrics())
  })

  app.use(SOCKET_PATH, (request, response) => {
    // Socket.IO looks for its path, which express has cut off.
    request.url = request.originalUrl
    return deps.sockets.handleRequest(request, response)
  })

  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      // A self-hosted hub may be reached over plain http inside a network.
      strictTransportSecurity: false,
    }),
  )
  const routes = apiRoutes(deps.api)
  const openApi = openApiOf(routes, deps.version)
  app.use(
    ['/api/v1', '/mcp'],
    rateLimit({
      windowMs: 60_000,
      limit: REQUESTS_PER_MINUTE,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      handler: (_request, response) =>
        sendProblem(
          response,
          429,
          'too_many_requests',
          'Too many requests: wait as long as Retry-After says.',
        ),
    }),
  )
  // Pages tell times against the hub's clock: in the sandbox it runs ahead of theirs, elsewhere theirs may be wrong.
  app.use('/api/v1', (_request, response, next) => {
    response.setHeader('x-now', String(deps.clock.now()))
    next()
  })
  app.get('/api/v1/openapi.json', async (request, response) => {
    await authenticate(deps.auth, request, 'read')
    response.json(openApi)
  })
  app.use('/api/v1', liveRouter(deps.live, deps.auth))
  const mcp = { ...deps.api, policy: deps.policy, version: deps.version }
  app.use('/mcp', mcpRouter({ mcp, auth: deps.auth, ...deps.origins }))
  if (deps.sandbox) app.use('/api/v1/sandbox', sandboxRouter(deps.sandbox, deps.auth))
  app.use('/api/v1', restRouter(routes, deps.auth))
  servePages(app, deps.pages)
  app.use((request, response) => {
    sendProblem(response, 404, 'no_route', `There is no ${request.method} ${request.path}.`)
  })
  app.use(problemHandler(deps.log))
  return app
}

function servePages(app: Express, pages: string) {
  if (!existsSync(resolve(pages, 'index.html'))) {
    app.get('/', (_request, response) => {
      response.type('text/plain').send('The console is not built: run npm start once, or npx vite build.\n')
    })
    return
  }
  app.use(express.static(pages, { index: 'index.html', maxAge: '1h', setHeaders: cacheForm }))
}

/** Hashed assets may stay for ever; the page that names them may not. */
function cacheForm(response: { setHeader(name: string, value: string): unknown }, path: string) {
  response.setHeader(
    'cache-control',
    path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  )
}
