import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ask } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'

/** What OpenAPI 3.1 demands of the parts that we use (spec.openapis.org/oas/v3.1.1). */
const Schema = z.record(z.string(), z.unknown())
const Media = z.record(z.string(), z.strictObject({ schema: Schema.optional() }))
const Response = z.strictObject({ description: z.string().min(1), content: Media.optional() })
const Parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: Schema,
})
const Operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  summary: z.string().min(1),
  description: z.string().optional(),
  parameters: z.array(Parameter).default([]),
  requestBody: z.strictObject({ required: z.boolean().optional(), content: Media }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$|^default$/), Response),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
})
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const
const Paths = z.record(z.string().startsWith('/'), z.partialRecord(z.enum(methods), Operation))
const Document = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d$/),
  info: z.strictObject({ title: z.string(), version: z.string() }),
  paths: Paths,
  components: z.strictObject({
    securitySchemes: z.record(z.string(), Schema),
    schemas: z.record(z.string(), Schema),
  }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
})

let hub: TestHub
let document: z.infer<typeof Document>
beforeAll(async () => {
  hub = await startTestHub()
  document = Document.parse((await ask(hub, 'GET', '/api/v1/openapi.json')).json)
})
afterAll(() => hub[Symbol.asyncDispose]())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, byMethod]) =>
    methods.flatMap((method) => {
      const operation = byMethod[method]
      return operation ? [{ path, method, operation }] : []
    }),
  )

describe('the OpenAPI document', () => {
  it('names each operation once, and the parameters that its path has', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, method, operation } of operations()) {
      const inPath = operation.parameters.filter((one) => one.in === 'path')
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(inPath.map(({ name }) => name).toSorted(), `${method} ${path}`).toEqual(named.toSorted())
      expect(
        inPath.every(({ required }) => required),
        path,
      ).toBe(true)
    }
  })

  it('holds JSON Schemas that a validator takes, and references that lead somewhere', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(ajv)
    const bodies = operations().flatMap(({ operation }) =>
      Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) => (schema ? [schema] : [])),
    )
    const queries = operations().flatMap(({ operation }) => operation.parameters.map(({ schema }) => schema))
    expect(bodies.length).toBeGreaterThan(5)
    const answers = operations().flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap(({ content = {} }) =>
        Object.values(content).flatMap(({ schema }) => (schema ? [schema] : [])),
      ),
    )
    expect(answers.length).toBeGreaterThan(25)
    const { components } = document
    for (const schema of [...bodies, ...queries, ...answers, ...Object.values(components.schemas)]) {
      expect(() => ajv.compile({ ...schema, components }), JSON.stringify(schema)).not.toThrow()
    }
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref]) => ref)
    const parts = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`)
    expect(new Set(refs)).toEqual(new Set(parts))
  })

  it('says of a problem what a problem is', async () => {
    const ajv = new Ajv2020()
    const problem = await ask(hub, 'GET', '/api/v1/tickets?limit=0')
    expect(ajv.validate(document.components.schemas.Problem ?? false, problem.json)).toBe(true)
  })

  it('lists nothing that is not there', async () => {
    for (const { path, method } of operations()) {
      if (path.endsWith('/stream')) continue
      const address = path.replace(/\{\w+\}/g, 'none')
      const answer = await ask(hub, method.toUpperCase(), address, method === 'get' ? {} : { body: {} })
      expect(answer.text, `${method} ${path}`).not.toContain('urn:switchboard:no_route')
      expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(500)
      const said = document.paths[path]?.[method]?.responses ?? {}
      expect(
        Object.keys(said).some((one) => one === String(answer.status) || one === 'default'),
        path,
      ).toBe(true)
    }
  })

  it('lists every route that the server has, save the simulated world of the sandbox', () => {
    const router = hub.hub.http.router as unknown as Routed
    const served = routesOf(router).filter((route) => !route.includes('/api/v1/sandbox') && route !== 'get ')
    const listed = operations().map(({ path, method }) => `${method} ${path}`)
    const webhooks = listed.filter((route) => route.includes('/webhooks/'))

    expect(served.filter((route) => !route.includes('/webhooks/')).toSorted()).toEqual(
      listed.filter((route) => !webhooks.includes(route)).toSorted(),
    )
    expect(webhooks.toSorted()).toEqual(
      hub.hub.connections.doors.map(({ door }) => `post /api/v1/webhooks/${door.route}`).toSorted(),
    )
  })

  it('asks for a token everywhere but at health, figures and webhooks', async () => {
    const open = operations().filter(({ operation }) => operation.security?.length === 0)
    expect(open.map(({ path }) => path).toSorted()).toEqual(
      [
        '/healthz',
        '/metrics',
        '/readyz',
        ...Object.keys(document.paths).filter((path) => path.includes('/webhooks/')),
      ].toSorted(),
    )
    for (const { path, method, operation } of operations()) {
      if (operation.security?.length === 0) continue
      const answer = await ask(hub, method.toUpperCase(), path.replace(/\{\w+\}/g, 'none'), {
        token: null,
        headers: { host: 'hub.example' },
      })
      expect(answer.status, `${method} ${path}`).toBe(401)
    }
  })
})

/** express' own `listRoutes`, which its types do not know yet. */
type Routed = { listRoutes(): { path: string; methods?: string[]; router?: Routed }[] }

/** Like `get /api/v1/tickets/{desk}/{id}`, out of the router itself. */
function routesOf(router: Routed, mount = ''): string[] {
  return router.listRoutes().flatMap(({ path, methods = [], router: nested }) => {
    const at = mount + path.replace(/:(\w+)/g, '{$1}').replace(/^\/$/, '')
    const own = methods.filter((method) => method !== 'HEAD').map((method) => `${method.toLowerCase()} ${at}`)
    return nested ? [...own, ...routesOf(nested, at)] : own
  })
}
