import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import { type AuthDeps, authenticate, type Caller, type Scope } from './auth.ts'

/**
 * One REST route, as data: the router checks, runs and answers by it, and the OpenAPI document is made of it,
 * so that the two cannot disagree.
 */
export type Route<
  Path extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below /api/v1, with `:name` parameters. */
  path: string
  summary: string
  scope: Scope
  params?: Path
  query?: Query
  body?: Body
  /** Default 200. */
  status?: number
  /** What it answers then, for whoever reads the OpenAPI document; tests hold answers to it. */
  answer?: z.ZodType
  /** Where the same route may also answer without having made anything: when, and with which status then. */
  else?: { status: number; when(body: z.output<Body>): boolean; answer?: z.ZodType }
  run(input: {
    params: z.output<Path>
    query: z.output<Query>
    body: z.output<Body>
    caller: Caller
  }): Promise<unknown>
}

/** Ties schemas and handler of one route together. */
export function defineRoute<Path extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  route: Route<Path, Query, Body>,
): Route {
  // Each part is parsed by the route's own schema before `run` sees it.
  return route as unknown as Route
}

/** What every list takes: `?limit=` up to 200 and `?cursor=` from the page before. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('At most this many'),
  cursor: z.string().optional().describe('`nextCursor` of the page before'),
})

/** One page of a list that was asked for with `limit + 1` rows. */
export function pageOf<Row, Shown>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  show: (row: Row) => Shown,
): { data: Shown[]; nextCursor: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    data: page.map(show),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  }
}

/** The same of a list that is all in memory. */
export function pageOfAll<Item>(
  items: readonly Item[],
  { limit, cursor }: z.output<typeof pageQuery>,
  nameOf: (item: Item) => string,
): { data: Item[]; nextCursor: string | null } {
  const start = cursor === undefined ? 0 : items.findIndex((item) => nameOf(item) === cursor) + 1
  return pageOf(items.slice(start), limit, nameOf, (item) => item)
}

/** Serves the routes. Bodies are JSON of at most 1 MB; they are read only of who may ask. */
export function restRouter(routes: readonly Route[], auth: AuthDeps): Router {
  const router = Router()
  const json = express.json({ limit: '1mb' })
  for (const route of routes) {
    const admit: RequestHandler = async (request, response, next) => {
      response.locals.caller = await authenticate(auth, request, route.scope)
      next()
    }
    router[route.method](route.path, admit, json, async (request, response) => {
      if (route.body) requireJson(request)
      await answer(route, request, response, response.locals.caller)
    })
  }
  return router
}

async function answer(route: Route, request: Request, response: Response, caller: Caller) {
  const body = parse(route.body, request.body ?? {}, 'body')
  const result = await route.run({
    params: parse(route.params, request.params, 'path'),
    query: parse(route.query, request.query, 'query'),
    body,
    caller,
  })
  const status = route.else?.when(body) ? route.else.status : (route.status ?? 200)
  if (result === undefined) response.status(204).end()
  else response.status(status).json(result)
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return {}
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InputError('bad_input', `The ${where} of the request does not fit.`, {
    issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}

function requireJson(request: Request) {
  const length = Number(request.headers['content-length'] ?? 0)
  const isChunked = request.headers['transfer-encoding'] !== undefined
  if ((length > 0 || isChunked) && !request.is('application/json')) {
    throw new InputError('unsupported_media_type', 'Send the body as application/json.', { status: 415 })
  }
}
