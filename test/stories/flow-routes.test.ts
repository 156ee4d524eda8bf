import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ask, problemOf } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import {
  answerSchema,
  bodyOf,
  checkBody,
  type Document,
  findOperation,
  objectOf,
  readDocument,
} from '../openapi.ts'

/** Every flow route as the contract names it, asked once, held to what the OpenAPI document says of its answer. */

let hub: TestHub
let document: Document
beforeAll(async () => {
  hub = await startTestHub()
  document = readDocument('hub', objectOf((await ask(hub, 'GET', '/api/v1/openapi.json')).json))
})
afterAll(() => hub[Symbol.asyncDispose]())

const seen = new Set<string>()

/** One request and its answer, both as they are described. */
async function asDescribed(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await ask(hub, method, `/api/v1${path}`, body === undefined ? {} : { body })
  const operation = findOperation(document, method, `/api/v1${path.replace(/\?.*/, '')}`)
  if (!operation) throw new Error(`${method} ${path} is not described`)
  seen.add(`${method} ${operation.template}`)
  const schema = answerSchema(operation, answer.status)
  expect(answer.status, answer.text).toBeLessThan(300)
  if (answer.status !== 204) expect(schema, `${method} ${path} says what it answers`).toBeDefined()
  expect(checkBody(operation, schema ?? {}, answer.json, false)).toEqual([])
  if (body !== undefined) {
    const taken = bodyOf(operation)?.content['application/json']?.schema
    expect(checkBody(operation, taken, body, false), `${method} ${path} takes its body`).toEqual([])
  }
  await hub.settle()
  return answer.json
}

const Started = z.looseObject({
  flow: z.looseObject({
    id: z.string(),
    position: z.int(),
    steps: z.array(z.looseObject({ id: z.string() })),
  }),
})
const started = async (body: object) => Started.parse(await asDescribed('POST', '/ai/flows', body)).flow
const message = "Find task 'room', add comment 'Done!', mark as complete"

/** Starts the request, and answers what it asks with these, one after the other. */
async function flowAnswered(...answers: string[]): Promise<string> {
  const { id } = await started({ message })
  for (const value of answers) {
    const { flow } = Started.parse(await asDescribed('GET', `/ai/flows/${id}`))
    const step = flow.steps[flow.position]?.id
    await asDescribed('POST', `/ai/flows/${id}/steps/${step}/respond`, { response: { value } })
  }
  return id
}

describe('the flow routes', () => {
  it('list, show, plan, start, cancel and tell what happened', async () => {
    await asDescribed('POST', '/ai/flows', { message, preview: true })
    const id = await flowAnswered('t-8')
    await asDescribed('GET', '/ai/flows?limit=5')
    await asDescribed('GET', `/ai/flows/${id}/logs`)
    await asDescribed('GET', `/ai/flows/${id}/run`)
    await asDescribed('POST', `/ai/flows/${id}/cancel`, { reason: 'no longer wanted' })
  })

  it('take steps in and out, and hand a question on', async () => {
    const { id } = await started({ message })
    const step = {
      type: 'user_prompt',
      name: 'sure',
      title: 'Sure?',
      prompt_type: 'confirm',
      message: 'Really done?',
    }
    const { flow } = Started.parse(await asDescribed('POST', `/ai/flows/${id}/steps`, { after: 3, step }))
    await asDescribed('DELETE', `/ai/flows/${id}/steps/${flow.steps[4]?.id}`)
    const asking = flow.steps[flow.position]?.id
    await asDescribed('POST', `/ai/flows/${id}/steps/${asking}/delegate`, { to: 'user:ada' })
  })

  it('go back: replay, rollback', async () => {
    const done = await flowAnswered('t-8', 'yes')
    await asDescribed('GET', `/ai/flows/${done}/replay?from=add_comment`)
    await asDescribed('POST', `/ai/flows/${done}/replay`, { from: 'add_comment', again: [3] })
    await asDescribed('GET', `/ai/flows/${done}/rollback`)
    await asDescribed('POST', `/ai/flows/${done}/rollback`, {})
  })

  it('keep templates, start them by clock and event, count, and retry', async () => {
    const id = await flowAnswered('t-8', 'yes')
    const what = { type: 'string', description: 'Words of its title', from: 'steps.find_task.input.search' }
    await asDescribed('POST', '/ai/flow-templates', { name: 'finish', from_flow: id, params: { what } })
    await asDescribed('GET', '/ai/flow-templates')
    await asDescribed('GET', '/ai/flow-templates/finish')
    await started({ template: 'finish', params: { what: 'landing' } })

    const schedule = { name: 'Mondays', template: 'finish', params: { what: 'linen' }, cron: '0 9 * * MON' }
    const { id: scheduled } = Named.parse(await asDescribed('POST', '/ai/flow-schedules', schedule))
    await asDescribed('GET', '/ai/flow-schedules')
    await asDescribed('GET', `/ai/flow-schedules/${scheduled}`)
    await asDescribed('PATCH', `/ai/flow-schedules/${scheduled}`, { enabled: false })
    await asDescribed('POST', `/ai/flow-schedules/${scheduled}/run`)
    await asDescribed('DELETE', `/ai/flow-schedules/${scheduled}`)

    const trigger = {
      name: 'After each closed ticket',
      event: 'ticket_closed',
      template: 'finish',
      params: { what: '{{event.ticket}}' },
    }
    const { id: triggered } = Named.parse(await asDescribed('POST', '/ai/flow-triggers', trigger))
    await asDescribed('GET', '/ai/flow-triggers')
    await asDescribed('GET', `/ai/flow-triggers/${triggered}`)
    await asDescribed('PATCH', `/ai/flow-triggers/${triggered}`, { enabled: false })
    await asDescribed('DELETE', `/ai/flow-triggers/${triggered}`)

    await failing()
    const figures = Failures.parse(await asDescribed('GET', '/ai/flow-analytics?since=1d'))
    const alike = figures.failures[0]?.fingerprint
    await asDescribed('POST', `/ai/flow-analytics/failures/${alike}/retry`, { limit: 5 })
  })

  it('refuse a status that no flow has, and say which there are', async () => {
    const problem = problemOf(await ask(hub, 'GET', '/api/v1/ai/flows?status=done'))
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'status' }] })
    expect(problem.errors?.[0]?.message).toContain('"awaiting_user"')
  })

  it('say of everything that they take what it is', () => {
    const unsaid = Object.entries(objectOf(document.root.paths)).flatMap(([path, methods]) =>
      Object.entries(path.includes('/ai/flow') ? objectOf(methods) : {}).flatMap(([method, described]) => {
        const { parameters = [], requestBody } = Described.parse(described)
        const { properties } = requestBody?.content['application/json'].schema ?? { properties: {} }
        const fields = [
          ...parameters
            .filter((one) => one.in === 'query')
            .map(({ name, description }) => [name, description]),
          ...Object.entries(properties).map(([name, { description }]) => [name, description]),
        ]
        return fields.flatMap(([name, description]) => (description ? [] : [`${method} ${path} ${name}`]))
      }),
    )
    expect(unsaid).toEqual([])
  })

  it('are all asked above, and have the names of the contract', () => {
    const described = Object.entries(objectOf(document.root.paths)).flatMap(([path, methods]) =>
      /\/ai\/flow/.test(path)
        ? Object.keys(objectOf(methods)).map((one) => `${one.toUpperCase()} ${path}`)
        : [],
    )
    expect([...seen].toSorted()).toEqual(described.toSorted())
    expect(described).toEqual(
      expect.arrayContaining(CONTRACT.map((route) => route.replace(' /', ' /api/v1/'))),
    )
  })
})

const Field = z.looseObject({ description: z.string().optional() })
const Described = z.looseObject({
  parameters: z.array(Field.extend({ name: z.string(), in: z.string() })).optional(),
  requestBody: z
    .looseObject({
      content: z.object({
        'application/json': z.object({ schema: z.looseObject({ properties: z.record(z.string(), Field) }) }),
      }),
    })
    .optional(),
})

const Named = z.looseObject({ id: z.string() })
const Failures = z.looseObject({ failures: z.array(z.looseObject({ fingerprint: z.string() })) })

/** A flow that fails, and is retried. */
async function failing() {
  const steps = [
    {
      type: 'tool_call',
      name: 'change',
      title: 'Change it',
      skill: 'update_task',
      input: { task_id: 't-0', status: 'done' },
    },
  ]
  await asDescribed('POST', '/ai/flow-templates', { name: 'fails', title: 'Fails', steps })
  const { id } = await started({ template: 'fails' })
  await asDescribed('POST', `/ai/flows/${id}/retry`)
}

const CONTRACT = [
  'GET /ai/flows',
  'POST /ai/flows',
  'GET /ai/flows/{id}',
  'POST /ai/flows/{id}/cancel',
  'POST /ai/flows/{id}/retry',
  'GET /ai/flows/{id}/logs',
  'POST /ai/flows/{id}/steps/{stepId}/respond',
  'POST /ai/flows/{id}/steps',
  'DELETE /ai/flows/{id}/steps/{stepId}',
  'GET /ai/flow-templates',
  'POST /ai/flow-templates',
  'GET /ai/flow-schedules',
  'POST /ai/flow-schedules',
  'GET /ai/flow-analytics',
]
