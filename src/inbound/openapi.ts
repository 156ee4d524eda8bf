import { z } from 'zod'
import type { Route } from './routes.ts'

/** OpenAPI 3.1 of the REST door and of the doors that are not made of routes. */
export function openApiOf(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = `/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method]: operationOf(route) }
  }
  for (const [path, method, summary] of OTHER_DOORS) {
    paths[path] = { ...paths[path], [method]: { summary, responses: { 200: { description: 'Done' } } } }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Switchboard', version },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
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

const OTHER_DOORS: [string, string, string][] = [
  ['/healthz', 'get', 'Whether the process is alive'],
  ['/readyz', 'get', 'Whether store and dispatcher are ready, and the state of each integration'],
  ['/metrics', 'get', 'Figures for Prometheus'],
  ['/api/v1/webhooks/zendesk', 'post', "Zendesk's webhooks, signed by it"],
  ['/api/v1/webhooks/inbound_email', 'post', "The mail provider's webhooks, signed by it"],
  ['/api/v1/webhooks/call_completed', 'post', "The voice provider's webhooks, signed by it"],
]

function operationOf(route: Route): Record<string, unknown> {
  const problem = {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
  return {
    summary: route.summary,
    description: `Needs the scope \`${route.scope}\`.`,
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(route.body
      ? { requestBody: { content: { 'application/json': { schema: jsonSchema(route.body) } } } }
      : {}),
    responses: {
      [route.status ?? 200]: { description: 'Done', content: { 'application/json': {} } },
      400: { description: 'Bad input', ...problem },
      401: { description: 'No token, or a wrong one', ...problem },
      403: { description: 'The token lacks the scope', ...problem },
    },
  }
}

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
