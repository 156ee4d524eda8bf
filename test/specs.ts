import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { SeenRequest } from '../src/sandbox/standin.ts'
import {
  answerSchema,
  bodyOf,
  checkAnswerBody,
  checkBody,
  checkPath,
  checkQuery,
  type Document,
  findOperation,
  isObject,
  type Json,
  type Mistake,
  objectOf,
  readDocument,
} from './openapi.ts'

/**
 * Holds what a test lets out against the vendor's own API description. The descriptions lie outside the
 * repository (`VENDOR_SPECS_DIR`, else `../shared/specs` beside the checkout); without them nothing is checked,
 * and that is said once. What a trimmed description lacks stands in `fixtures/<vendor>/undescribed.json`,
 * an OpenAPI document of our own in which every operation names the vendor's page.
 */

const HERE = new URL('.', import.meta.url)
const DIRECTORY = process.env.VENDOR_SPECS_DIR ?? fileURLToPath(new URL('../../shared/specs', HERE))

export const specsAvailable = existsSync(DIRECTORY)

/** Which files describe a vendor, where it is not `<vendor>.json` alone. */
const FILES: Record<string, string[]> = {
  zendesk: ['zendesk.json', 'zendesk-webhooks.json'],
  // slack.json is six years old and calls POST methods GET; see its entry in the descriptions' README.
  slack: ['slack-web-api.json'],
  jira: ['jira.json', 'jira-service-management.json'],
  zoho: ['zoho-desk.json'],
}

/** What is documented on the vendor's pages and missing in its description, or wrong there. */
type Quirks = {
  path?: (path: string) => string
  query?: readonly string[]
  correct?: (file: string, root: Json) => void
  /** Mistakes of the description itself: never ours. */
  ignore?: RegExp
}

const QUIRKS: Record<string, Quirks> = {
  zendesk: {
    path: (path) => path.replace(/\.json$/, ''),
    // developer.zendesk.com/api-reference/introduction/pagination and …/side_loading: undeclared on every list.
    query: ['page[size]', 'page[after]', 'page[before]', 'page', 'per_page', 'sort', 'include', 'cursor'],
    correct: correctZendesk,
    // With `cursor` there is no `start_time`: using-the-incremental-export-api#cursor-based-incremental-exports
    ignore: /^query\.start_time required/,
  },
  // Unassigning is documented as accountId null; the description forbids it.
  jira: { ignore: /^body\.accountId must be string/ },
  // Public integrations send orgId as a header.
  zoho: { ignore: /^query\.orgId required/ },
}

/**
 * In an update a custom field is `{id, value}` and there is metadata for the audit; nobody being assigned is null,
 * both ways. The description has these from other operations, or not at all.
 */
function correctZendesk(file: string, root: Json) {
  if (file !== 'zendesk.json') return
  const schemas = objectOf(objectOf(root.components).schemas)
  const ticket = objectOf(objectOf(schemas.TicketObject).properties)
  const update = objectOf(objectOf(schemas.TicketUpdateInput).properties)
  update.custom_fields = ticket.custom_fields
  update.metadata = ticket.metadata
  for (const properties of [ticket, update])
    for (const field of ['assignee_id', 'group_id']) properties[field] = { type: 'integer', nullable: true }
}

export type OutgoingRequest = {
  method: string
  /** One of both: a whole URL, or the path with or without a query. */
  url?: string
  path?: string
  /** Beside or instead of the query in `url` or `path`; null: not known, so not checked. */
  query?: Record<string, string> | URLSearchParams | null
  /** An object, or the text as sent (JSON or a form). */
  body?: unknown
  /** `application/json` unless told. */
  contentType?: string
  /** Paths like `body.ticket.x` or `query.y` (and all below) that this call may use although not described. */
  allow?: string[]
}

export type VendorSpec = {
  /** @returns what is wrong, one line each; empty: fine. */
  check(request: OutgoingRequest): string[]
  /** Whether an answer that a stand-in or a fixture gives is one that the vendor describes. */
  checkAnswer(answer: { method: string; path: string; status: number; body: unknown }): string[]
}

const loaded = new Map<string, VendorSpec>()
const nothing: VendorSpec = { check: () => [], checkAnswer: () => [] }

/** Throws when the folder is there and the vendor's description is not in it. */
export async function vendorSpec(vendor: string): Promise<VendorSpec> {
  const known = loaded.get(vendor)
  if (known) return known
  const spec = specsAvailable ? loadSpec(vendor) : nothing
  if (!specsAvailable && loaded.size === 0)
    console.warn(`No vendor descriptions at ${DIRECTORY}: requests are not held against them.`)
  loaded.set(vendor, spec)
  return spec
}

/** Fails the test when the vendor's description does not know the request. */
export async function expectDescribed(vendor: string, request: OutgoingRequest): Promise<void> {
  const mistakes = (await vendorSpec(vendor)).check(request)
  expect(mistakes, `${request.method} ${request.url ?? request.path}`).toEqual([])
}

/**
 * What is wrong with the requests that a stand-in saw; empty: fine. A stand-in keeps no query and no form,
 * so those are not checked here.
 */
export async function describeCalls(
  vendor: string,
  seen: readonly SeenRequest[],
  allow: string[] = [],
): Promise<string[]> {
  const spec = await vendorSpec(vendor)
  return seen.flatMap(({ method, path, body }) =>
    spec.check({ method, path, body, query: null, allow }).map((line) => `${method} ${path}: ${line}`),
  )
}

function loadSpec(vendor: string): VendorSpec {
  const quirks = QUIRKS[vendor] ?? {}
  const documents = (FILES[vendor] ?? [`${vendor}.json`]).map((file) => {
    const root = readJson(`${DIRECTORY}/${file}`)
    quirks.correct?.(file, root)
    return readDocument(file, root)
  })
  const own = fileURLToPath(new URL(`fixtures/${vendor}/undescribed.json`, HERE))
  if (existsSync(own)) documents.push(readDocument('undescribed.json', readJson(own)))
  return {
    check: (request) => checkRequest(documents, quirks, request),
    checkAnswer: ({ method, path, status, body }) => {
      const operation = find(documents, method, (quirks.path ?? same)(path.split('?')[0] ?? ''))
      if (!operation) return [`${method} ${path}: no such operation`]
      const schema = answerSchema(operation, status)
      return schema === undefined ? [] : checkAnswerBody(operation, schema, body).map(lineOf)
    },
  }
}

function readJson(file: string): Json {
  return objectOf(JSON.parse(readFileSync(file, 'utf8')))
}

function same(path: string): string {
  return path
}

function lineOf(mistake: Mistake): string {
  return `${mistake.at} ${mistake.text}`
}

function find(documents: Document[], method: string, path: string) {
  for (const document of documents) {
    const operation = findOperation(document, method, path)
    if (operation) return operation
  }
  return undefined
}

function checkRequest(documents: Document[], quirks: Quirks, request: OutgoingRequest): string[] {
  const url = new URL(request.url ?? request.path ?? '/', 'http://vendor')
  const operation = find(documents, request.method, (quirks.path ?? same)(url.pathname))
  if (!operation) return [`${request.method} ${url.pathname}: no operation describes it`]

  const mistakes = [...checkPath(operation)]
  if (request.query !== null) {
    const query = new URLSearchParams([...url.searchParams, ...new URLSearchParams(request.query)])
    mistakes.push(...checkQuery(operation, grouped(query), quirks.query ?? []))
  }
  mistakes.push(...checkSentBody(operation, request))
  return mistakes
    .filter(({ at }) => !request.allow?.some((path) => at === path || at.startsWith(`${path}.`)))
    .map(lineOf)
    .filter((line) => !quirks.ignore?.test(line))
}

function checkSentBody(operation: NonNullable<ReturnType<typeof find>>, request: OutgoingRequest): Mistake[] {
  const described = bodyOf(operation)
  const { body } = request
  if (body === undefined || body === null || body === '') {
    const onlyJson = described && Object.keys(described.content).every((type) => type.includes('json'))
    const known = request.query !== null || onlyJson
    return described?.required && known ? [{ at: 'body', text: 'required' }] : []
  }
  if (!described) return [{ at: 'body', text: 'the operation takes none' }]
  const type = (request.contentType ?? 'application/json').split(';')[0]?.trim() ?? ''
  const media = described.content[type]
  if (!media) return [{ at: 'body', text: `${type} is not taken, ${Object.keys(described.content)} is` }]
  if (type === 'multipart/form-data') return []
  const isForm = type === 'application/x-www-form-urlencoded'
  return checkBody(operation, media.schema, isForm ? formBody(body) : jsonBody(body), isForm)
}

function jsonBody(body: unknown): unknown {
  if (Buffer.isBuffer(body)) return JSON.parse(body.toString('utf8'))
  return typeof body === 'string' ? JSON.parse(body) : body
}

/** Lists and objects travel in a form as JSON text (Slack). */
function formBody(body: unknown): Json {
  const fields = isObject(body) && !(body instanceof URLSearchParams) ? body : undefined
  const entries = fields ?? grouped(new URLSearchParams(String(body)))
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [
      key,
      typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  )
}

function grouped(query: URLSearchParams): Json {
  const out: Json = {}
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    out[name] = values.length > 1 ? values : values[0]
  }
  return out
}
