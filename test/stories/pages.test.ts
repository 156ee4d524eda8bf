import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config/index.ts'
import { PlanAnswer } from '../../src/flows/planner/plan.ts'
import { stepsOfPlan } from '../../src/flows/planner/steps-of-plan.ts'
import { ask } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { bodyOf, checkBody, findOperation, objectOf, readDocument } from '../openapi.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
})
afterAll(() => hub[Symbol.asyncDispose]())

/** What a page shows as JSON, by what stands behind the word: ```json step, ```json POST /api/v1/ai/flows. */
const examples = ['README.md', ...globSync('docs/*.md', { cwd: root })].flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/```json ([^\n]+)\n(.*?)```/gs)].map(([, kind = '', json = '']) => ({
    page,
    kind,
    value: JSON.parse(json) as unknown,
  }))
})
const ofKind = (wanted: RegExp) => examples.filter(({ kind }) => wanted.test(kind))

describe('what pages show as steps', () => {
  const pages = [...new Set(ofKind(/^step$/).map(({ page }) => page))]

  it.each(pages)('can be saved as a template, in the order of %s', async (page) => {
    const steps = ofKind(/^step$/).flatMap((one) => (one.page === page ? [one.value] : []))
    const answer = await ask(hub, 'POST', '/api/v1/ai/flow-templates', {
      body: { name: 'of_a_page', title: 'Of a page', params: paramsOf(steps), steps },
    })
    expect(answer.status, answer.text).toBe(201)
    const { template } = answer.json as { template: unknown }
    expect(template, 'names that steps do not have are left out').toMatchObject({ steps })
  })

  it('are in docs/flows.md one flow of all types, which runs to its end', { timeout: 30_000 }, async () => {
    const steps = ofKind(/^step$/).flatMap((one) => (one.page === 'docs/flows.md' ? [one.value] : []))
    const body = { name: 'the_page', title: 'The page', params: paramsOf(steps), steps }
    await ask(hub, 'POST', '/api/v1/ai/flow-templates', { body })
    const params = { ticket: `zendesk:${hub.ticketOf(ABHISHEK)}`, what: 'landing' }
    const { flow } = Shown.parse(await hub.api.call('POST', '/ai/flows', { template: 'the_page', params }))
    await hub.settle()
    const answer = async (id: string, step: string, value: string) => {
      await hub.api.call('POST', `/ai/flows/${id}/steps/${step}/respond`, { response: { value } })
      await hub.settle()
    }
    const now = async () => Shown.parse(await hub.api.call('GET', `/ai/flows/${flow.id}`)).flow
    const stepNow = async () => {
      const { steps: all, position } = await now()
      const step = all[position]
      if (!step) throw new Error('it has ended already')
      return step
    }

    await answer(flow.id, (await stepNow()).id, '2026-12-01')
    await answer(flow.id, (await stepNow()).id, 'approve')
    await hub.pass(8 * DAY)
    const asks = (await stepNow()).children[0]?.asks
    await answer(asks?.flow_id ?? '', asks?.step_id ?? '', 'approve')

    const { outcome, steps: ended } = await now()
    expect(outcome).toBe('settled')
    expect(ended.filter(({ status }) => status === 'skipped').map(({ name }) => name)).toEqual(['is_well'])
    expect(new Set(ended.map(({ type }) => type)).size).toBe(9)
  })
})

const DAY = 86_400_000
const Asks = z.object({ flow_id: z.string(), step_id: z.string() })
const Shown = z.object({
  flow: z.object({
    id: z.string(),
    position: z.int(),
    outcome: z.string().nullable(),
    steps: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        type: z.string(),
        status: z.string(),
        children: z.array(z.object({ asks: Asks.nullable() })),
      }),
    ),
  }),
})

const paramsOf = (steps: unknown[]) =>
  Object.fromEntries(
    [...JSON.stringify(steps).matchAll(/\{\{params\.(\w+)/g)].map(([, name = '']) => [
      name,
      { type: 'string', description: 'Of a page' },
    ]),
  )

describe('what the planner is shown as plans', () => {
  const plans = readFileSync(join(root, 'prompts/flow_plan.md'), 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('{"kind":"plan"') ? [PlanAnswer.parse(JSON.parse(line))] : []))

  it.each(plans.map((plan) => [plan.title, plan] as const))(
    'could run: %s',
    async (title, { steps = [] }) => {
      const answer = await ask(hub, 'POST', '/api/v1/ai/flow-templates', {
        body: { name: 'of_the_prompt', title, steps: stepsOfPlan(steps) },
      })
      expect(answer.status, answer.text).toBe(201)
    },
  )

  it('are several', () => expect(plans.length).toBeGreaterThan(2))
})

describe('what pages show as settings', () => {
  it.each(ofKind(/^[A-Z_]+$/).map((one) => [one.page, one.kind, one.value] as const))(
    'is in %s a %s that is read without a complaint',
    (_page, name, value) => expect(() => loadConfig({ [name]: JSON.stringify(value) }, [])).not.toThrow(),
  )
})

describe('what pages show as requests', () => {
  it.each(ofKind(/^(GET|POST|PATCH|DELETE) /).map((one) => [one.page, one.kind, one.value] as const))(
    'is in %s a %s as its description wants it',
    async (_page, kind, value) => {
      const document = readDocument('hub', objectOf((await ask(hub, 'GET', '/api/v1/openapi.json')).json))
      const [method = '', path = ''] = kind.split(' ')
      const operation = findOperation(document, method, path)
      if (!operation) throw new Error(`there is no ${kind}`)
      const schema = bodyOf(operation)?.content['application/json']?.schema
      expect(checkBody(operation, schema, value, false)).toEqual([])
    },
  )
})
