import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** Reads OpenAPI 3.0 and 3.1 documents and finds what is wrong with a request; specs.ts says which document. */

export type Json = Record<string, unknown>

/** One thing wrong; `at` is a path like `body.ticket.comment.public` or `query.page`. */
export type Mistake = { at: string; text: string }

export type Operation = {
  document: Document
  method: string
  template: string
  pathValues: Json
  parameters: Json[]
  definition: Json
}

export type Document = { name: string; root: Json; bases: string[]; strict: Ajv2020; loose: Ajv2020 }

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Compiles lazily: a document of a megabyte costs nothing until an operation of it is asked for. */
export function readDocument(name: string, root: Json): Document {
  const components = objectOf(root.components)
  const schemas = Object.fromEntries(
    Object.entries(objectOf(components.schemas)).map(([key, schema]) => [key, plainSchema(schema, name)]),
  )
  const bases = listOf(root.servers)
    .map((server) => String(objectOf(server).url ?? ''))
    .map((url) => url.replace(/^[^/]*\/\/[^/]*/, '').replace(/\/$/, ''))
  const ajv = (coerceTypes: false | 'array') => {
    const instance = new Ajv2020({
      strict: false,
      logger: false,
      validateSchema: false,
      allErrors: true,
      coerceTypes,
    })
    formats.default(instance)
    instance.addSchema({ $id: name, components: { schemas } })
    return instance
  }
  return { name, root, bases: [...new Set([...bases, ''])], strict: ajv(false), loose: ajv('array') }
}

const SCHEMA_LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const SCHEMA_MAPS = ['properties', 'patternProperties', '$defs'] as const
const SCHEMAS = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']

/** A schema in the 2020-12 dialect: 3.0's `nullable` becomes a type, references become absolute. */
export function plainSchema(schema: unknown, name: string): unknown {
  if (!isObject(schema)) return schema
  const out: Json = { ...schema }
  delete out.example
  delete out.examples
  delete out.discriminator
  if (typeof out.$ref === 'string' && out.$ref.startsWith('#')) out.$ref = `${name}${out.$ref}`
  for (const key of SCHEMA_LISTS)
    if (Array.isArray(out[key])) out[key] = listOf(out[key]).map((one) => plainSchema(one, name))
  for (const key of SCHEMA_MAPS)
    if (isObject(out[key]))
      out[key] = Object.fromEntries(
        Object.entries(objectOf(out[key])).map(([property, one]) => [property, plainSchema(one, name)]),
      )
  for (const key of SCHEMAS) if (isObject(out[key])) out[key] = plainSchema(out[key], name)
  if (schema.nullable !== true) return out
  delete out.nullable
  return { anyOf: [out, { type: 'null' }] }
}

function resolve(document: Document, value: unknown): Json {
  if (!isObject(value) || typeof value.$ref !== 'string') return objectOf(value)
  let found: unknown = document.root
  for (const part of value.$ref.replace(/^[^#]*#\//, '').split('/'))
    found = objectOf(found)[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')]
  return resolve(document, found)
}

/** @returns the most literal template that fits, or undefined when no operation is described for the path. */
export function findOperation(document: Document, method: string, path: string): Operation | undefined {
  const candidates: (Operation & { literals: number })[] = []
  for (const [template, item] of Object.entries(objectOf(document.root.paths))) {
    const definition = objectOf(item)[method.toLowerCase()]
    if (!isObject(definition)) continue
    for (const base of document.bases) {
      const values = matchPath(base + template, path)
      if (!values) continue
      const parameters = [...listOf(objectOf(item).parameters), ...listOf(definition.parameters)].map((one) =>
        resolve(document, one),
      )
      const literals = template.split('/').filter((part) => !part.includes('{')).length
      candidates.push({
        document,
        method: method.toUpperCase(),
        template,
        pathValues: values,
        parameters,
        definition,
        literals,
      })
    }
  }
  return candidates.sort((a, b) => b.literals - a.literals)[0]
}

function matchPath(template: string, path: string): Json | undefined {
  const names: string[] = []
  const source = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(part.slice(1, -1))
      return '([^/]+)'
    })
    .join('')
  const match = new RegExp(`^${source}/?$`).exec(path)
  if (!match) return undefined
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]))
}

function errorsOf(validate: ValidateFunction, at: string): Mistake[] {
  return (validate.errors ?? []).map((error) => ({
    at: `${at}${error.instancePath.replaceAll('/', '.')}`,
    text: `${error.message ?? error.keyword} ${JSON.stringify(error.params)}`,
  }))
}

export function checkPath(operation: Operation): Mistake[] {
  const described = operation.parameters.filter((one) => one.in === 'path')
  return checkParameters(operation, described, operation.pathValues, 'path')
}

/** @param query parsed; a repeated name has a list of values. @param alsoKnown documented but undeclared names. */
export function checkQuery(operation: Operation, query: Json, alsoKnown: readonly string[]): Mistake[] {
  const described = operation.parameters.filter((one) => one.in === 'query')
  const names = new Set(described.flatMap((one) => [String(one.name), `${String(one.name)}[]`]))
  const unknown = Object.keys(query)
    .filter((name) => !names.has(name) && !names.has(name.replace(/\[.*$/, '')) && !alsoKnown.includes(name))
    .map((name) => ({ at: `query.${name}`, text: 'not described' }))
  return [...unknown, ...checkParameters(operation, described, query, 'query')]
}

function checkParameters(operation: Operation, described: Json[], given: Json, where: string): Mistake[] {
  const { document } = operation
  return described.flatMap((parameter) => {
    const name = String(parameter.name)
    const at = `${where}.${name}`
    const value = given[name] ?? given[`${name}[]`]
    if (value === undefined) return parameter.required === true ? [{ at, text: 'required' }] : []
    const schema = plainSchema(parameter.schema ?? {}, document.name)
    const validate = document.loose.compile({ type: 'object', properties: { value: schema } })
    return validate({ value }) ? [] : errorsOf(validate, where).map((mistake) => ({ ...mistake, at }))
  })
}

export type Body = { content: Record<string, Json>; required: boolean }

/** The bodies that the operation takes, by media type; undefined when it takes none. */
export function bodyOf(operation: Operation): Body | undefined {
  if (operation.definition.requestBody === undefined) return undefined
  const body = resolve(operation.document, operation.definition.requestBody)
  const content = Object.fromEntries(
    Object.entries(objectOf(body.content)).map(([type, media]) => [type, objectOf(media)]),
  )
  return { content, required: body.required === true }
}

export function checkBody(operation: Operation, schema: unknown, body: unknown, coerce: boolean): Mistake[] {
  const { document } = operation
  const ajv = coerce ? document.loose : document.strict
  const plain = plainSchema(schema ?? {}, document.name)
  const validate = ajv.compile(objectOf(plain))
  const value = structuredClone(body)
  const mistakes = validate(value) ? [] : errorsOf(validate, 'body')
  return [...mistakes, ...unknownKeys(document, [schema], value, 'body')]
}

/** The schema of an answer with `status`, or undefined when none is described. */
export function answerSchema(operation: Operation, status: number): unknown {
  const responses = objectOf(operation.definition.responses)
  const range = `${Math.floor(status / 100)}XX`
  const answer = resolve(operation.document, responses[status] ?? responses[range] ?? responses.default)
  const media = Object.entries(objectOf(answer.content)).find(([type]) => type.includes('json'))?.[1]
  return objectOf(media).schema
}

export function checkAnswerBody(operation: Operation, schema: unknown, body: unknown): Mistake[] {
  const plain = objectOf(plainSchema(schema, operation.document.name))
  const validate = operation.document.strict.compile(plain)
  return validate(body) ? [] : errorsOf(validate, 'answer')
}

type Shape = { properties: Map<string, unknown[]>; items: unknown[]; rest: unknown[]; free: boolean }

/**
 * Keys that no branch of the schemas lists. Vendors' schemas nearly all accept unknown keys, so that a
 * misspelt optional field would pass. A schema that lists no property at all leaves its keys free.
 */
function unknownKeys(document: Document, schemas: unknown[], value: unknown, at: string): Mistake[] {
  const shape: Shape = { properties: new Map(), items: [], rest: [], free: false }
  for (const schema of schemas) gather(document, schema, shape, 0)
  if (Array.isArray(value)) {
    if (shape.items.length === 0) return []
    return value.flatMap((item, index) => unknownKeys(document, shape.items, item, `${at}.${index}`))
  }
  if (!isObject(value)) return []
  const free = shape.free || (shape.properties.size === 0 && shape.rest.length === 0)
  return Object.entries(value).flatMap(([key, inner]) => {
    const described = shape.properties.get(key)
    if (described) return unknownKeys(document, described, inner, `${at}.${key}`)
    if (shape.rest.length > 0) return unknownKeys(document, shape.rest, inner, `${at}.${key}`)
    return free ? [] : [{ at: `${at}.${key}`, text: 'not described' }]
  })
}

function gather(document: Document, raw: unknown, shape: Shape, depth: number): void {
  if (!isObject(raw) || depth > 12) return
  const schema = resolve(document, raw)
  for (const [key, property] of Object.entries(objectOf(schema.properties)))
    shape.properties.set(key, [...(shape.properties.get(key) ?? []), property])
  if (schema.items !== undefined) shape.items.push(schema.items)
  for (const key of ['allOf', 'anyOf', 'oneOf'])
    for (const branch of listOf(schema[key])) gather(document, branch, shape, depth + 1)
  if (isObject(schema.additionalProperties) && Object.keys(schema.additionalProperties).length > 0)
    shape.rest.push(schema.additionalProperties)
  else if (schema.additionalProperties === true || isObject(schema.additionalProperties)) shape.free = true
  if (schema.patternProperties !== undefined) shape.free = true
}
