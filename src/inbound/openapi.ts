import { z } from 'zod'
import type { Route } from './routes.ts'

/** OpenAPI 3.1 of the REST door and of the doors that are not made of routes. */
export function openApiOf(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  const shapes: Shapes = {}
  for (const route of routes) {
    const path = `/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method]: operationOf(route, path, shapes) }
  }
  for (const { path, method, ...operation } of OTHER_DOORS) {
    paths[path] = { ...paths[path], [method]: { operationId: idOf(method, path), ...operation } }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Switchboard', version },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ...shapes,
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'detail'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            errors: {
              type: 'array',
              items: {
                type: 'object',
                required: ['path', 'message'],
                properties: { path: { type: 'string' }, message: { type: 'string' } },
              },
            },
          },
        },
      },
    },
    security: [{ bearer: [] }],
  }
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})
const done = (type: string) => ({ description: 'Done', content: { [type]: {} } })
const answered = (shape: z.ZodType | undefined, shapes: Shapes) => ({
  description: 'Done',
  content: { 'application/json': shape ? { schema: sharedSchema(shape, shapes) } : {} },
})
const anyObject = { content: { 'application/json': { schema: { type: 'object' } } } }

/** Doors that nobody needs a token for. */
const open = (path: string, summary: string, type: string) => ({
  path,
  method: 'get',
  summary,
  security: [],
  responses: { 200: done(type) },
})

const webhook = (path: string, whose: string) => ({
  path: `/api/v1/webhooks/${path}`,
  method: 'post',
  summary: `${whose}, signed as it signs`,
  security: [],
  parameters: [
    { name: 'provider', in: 'query', schema: { type: 'string' }, description: 'Where there are several' },
  ],
  requestBody: anyObject,
  responses: {
    200: done('application/json'),
    400: problem('Not what the vendor documents'),
    401: problem('No signature, a wrong one, or one of another time'),
    404: problem('Nothing is connected here'),
    413: problem('Larger than 1 MB'),
  },
})

/** What is not made of routes. */
const OTHER_DOORS = [
  open('/healthz', 'Whether the process is alive', 'application/json'),
  {
    ...open(
      '/readyz',
      'Whether store and dispatcher are ready, and the state of each integration',
      'application/json',
    ),
    responses: {
      200: done('application/json'),
      503: { ...done('application/json'), description: 'Not ready' },
    },
  },
  open('/metrics', 'Figures for Prometheus', 'text/plain'),
  webhook('zendesk', "Zendesk's webhooks"),
  webhook('inbound_email', "The mail provider's webhooks"),
  webhook('call_completed', "The voice provider's webhooks"),
  {
    path: '/mcp',
    method: 'post',
    summary:
      'The skills as tools of the Model Context Protocol: JSON-RPC over Streamable HTTP, without sessions',
    requestBody: anyObject,
    responses: {
      200: done('application/json'),
      202: { description: 'A notification was taken' },
      400: problem('No JSON'),
      401: problem('No token, or a wrong one'),
      403: problem('A page of another origin that is not allowed'),
      406: { ...done('application/json'), description: 'Accept must name JSON and event streams' },
      413: problem('Larger than 1 MB'),
    },
  },
  {
    path: '/api/v1/openapi.json',
    method: 'get',
    summary: 'This document',
    responses: { 200: done('application/json'), 401: problem('No token, or a wrong one') },
  },
  {
    path: '/api/v1/stream',
    method: 'get',
    summary: 'What changes, as server-sent events: {kind, id}',
    responses: { 200: done('text/event-stream'), 401: problem('No token, or a wrong one') },
  },
]

function operationOf(route: Route, path: string, shapes: Shapes): Record<string, unknown> {
  const status = route.status ?? 200
  return {
    operationId: idOf(route.method, path),
    summary: route.summary,
    description: `Needs the scope \`${route.scope}\`.`,
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(route.body
      ? {
          requestBody: {
            required: !route.body.safeParse({}).success,
            content: { 'application/json': { schema: jsonSchema(route.body) } },
          },
        }
      : {}),
    responses: {
      [status]: status === 204 ? { description: 'Done' } : answered(route.answer, shapes),
      ...(route.else ? { [route.else.status]: answered(route.else.answer, shapes) } : {}),
      400: problem('Bad input'),
      401: problem('No token, or a wrong one'),
      403: problem('The token lacks the scope'),
      ...(route.params ? { 404: problem('There is no such thing') } : {}),
      default: problem('What else is wrong'),
    },
  }
}

/** `get_ai_flows_id` */
const idOf = (method: string, path: string) =>
  `${method}_${path
    .replace(/^\/api\/v1/, '')
    .replace(/\W+/g, '_')
    .replace(/^_|_$/g, '')}`

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query') {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema) as {
    properties?: Record<string, { description?: string }>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(property.description ? { description: property.description } : {}),
    schema: property,
  }))
}

const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

/** Schemas that have a name of their own, which several operations refer to. */
type Shapes = Record<string, unknown>

/** The schema with what has a name in it put among the shapes. */
function sharedSchema(schema: z.ZodType, shapes: Shapes): unknown {
  const { $schema: _, $defs = {}, ...own } = jsonSchema(schema)
  const shared = (part: unknown): unknown =>
    JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'))
  for (const [name, one] of Object.entries($defs)) shapes[name] = shared(one)
  return shared(own)
}
