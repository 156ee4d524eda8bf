import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { type Answer, ask, problemOf } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { tokenOf } from '../tokens.ts'

/** Whatever is wrong with a request about flows: a clear problem, and everything as it was. */

const MB = 1024 * 1024

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ env: { APPROVE_CONTACTS: 'never' } })
})
afterAll(() => hub[Symbol.asyncDispose]())

const prompt: StepInput = {
  type: 'user_prompt',
  name: 'which',
  title: 'Which room?',
  prompt_type: 'choice',
  message: 'Which room shall it be?',
  options: [
    { value: 'sea', label: 'Sea view' },
    { value: 'garden', label: 'Garden' },
  ],
}
const words: StepInput = {
  type: 'user_prompt',
  name: 'words',
  title: 'What to say?',
  prompt_type: 'text',
  message: 'What is to be said?',
}
const approval: StepInput = {
  type: 'approval',
  name: 'approve',
  title: 'The letter',
  policy: 'always',
  payload: { text: 'Dear guest', to: 'ines@guests.example' },
  editable: ['text'],
  within: '4h',
}
const look = (name = 'look', more: Partial<Extract<StepInput, { type: 'tool_call' }>> = {}): StepInput => ({
  type: 'tool_call',
  name,
  title: 'Look it up',
  skill: 'search_tasks',
  input: { search: 'page' },
  ...more,
})

const Started = z.object({ flow: z.looseObject({ id: z.string() }) })
let saved = 0

/** A flow of these steps, run as far as it goes now. @returns its id. */
async function flowOf(...steps: StepInput[]): Promise<string> {
  saved += 1
  const template = `template_${saved}`
  await hub.api.call('POST', '/ai/flow-templates', { name: template, title: template, steps })
  const { flow } = Started.parse(await hub.api.call('POST', '/ai/flows', { template }))
  await hub.settle()
  return flow.id
}

/** Everything that the hub tells of flows: what a refused request must not change. */
async function everything(id: string | null) {
  const own = id === null ? [] : [`/ai/flows/${id}`, `/ai/flows/${id}/logs`, `/ai/flows/${id}/run`]
  const lists = ['/ai/flows', '/ai/flow-templates', '/ai/flow-schedules', '/ai/flow-triggers', '/ai/actions']
  return Promise.all([...own, ...lists].map((path) => hub.api.call('GET', path)))
}

/** Asks for something wrong, and holds the answer to be a problem after which all is as it was. */
async function refused(id: string | null, method: string, path: string, body?: unknown) {
  await hub.settle()
  const before = await everything(id)
  const answer = await ask(hub, method, `/api/v1${path}`, body === undefined ? {} : { body })
  await hub.settle()
  const problem = problemOf(answer)
  expect(await everything(id)).toEqual(before)
  return problem
}

async function stepId(id: string, name: string): Promise<string> {
  return (await hub.api.flow(id)).steps.find((step) => step.name === name)?.id ?? ''
}
const respond = async (id: string, step: string, response: unknown) => ({
  path: `/ai/flows/${id}/steps/${await stepId(id, step)}/respond`,
  body: { response },
})
async function answerRefused(id: string, step: string, response: unknown) {
  const { path, body } = await respond(id, step, response)
  return refused(id, 'POST', path, body)
}
async function answer(id: string, step: string, value: string): Promise<Answer> {
  const { path, body } = await respond(id, step, { value })
  return ask(hub, 'POST', `/api/v1${path}`, { body })
}

describe('a template', () => {
  const save = (steps: unknown[]) =>
    refused(null, 'POST', '/ai/flow-templates', { name: 'bad', title: 'Bad', steps })

  it('with an unknown skill says which skills there are', async () => {
    expect(await save([look('look', { skill: 'serch_tasks' })])).toMatchObject({
      status: 422,
      errors: [{ path: 'steps.0.skill', message: expect.stringContaining('search_tasks') }],
    })
  })

  it('whose gotos go round and round without a wait says where the circle closes', async () => {
    const problem = await save([look('one'), look('two', { on_success: 'one' })])
    expect(problem).toMatchObject({ status: 422, errors: [{ path: 'steps.1.on_success' }] })
    expect(problem.detail).toMatch(/circle|round|loop/)
  })

  it('that leads to a step that is not there says which there are', async () => {
    expect(await save([look('one', { on_success: 'nowhere' })])).toMatchObject({
      status: 422,
      errors: [{ path: 'steps.0.on_success' }],
    })
  })

  it('that reads of a later step says that it cannot have run by then', async () => {
    const early = look('early', { input: { search: '{{steps.late.result.data.0.title}}' } })
    expect(await save([early, look('late')])).toMatchObject({
      status: 422,
      errors: [{ path: 'steps.0.input.search', message: expect.stringContaining('cannot have run') }],
    })
  })

  it('of 500 steps says how many fit', async () => {
    const many = Array.from({ length: 500 }, (_, at) => look(`step_${at}`))
    expect(await save(many)).toMatchObject({
      status: 422,
      errors: [{ path: 'steps', message: 'there are 500; at most 200 fit' }],
    })
  })

  it('of 500 steps in branches says so as well', async () => {
    const steps = Array.from({ length: 50 }, (_, at) => look(`step_${at}`))
    const branches = Array.from({ length: 10 }, (_, at) => ({ name: `branch_${at}`, steps }))
    expect(await save([{ type: 'parallel', name: 'all', title: 'All', branches }])).toMatchObject({
      status: 422,
      errors: [{ path: 'steps', message: 'there are 501; at most 200 fit' }],
    })
  })

  it.each([
    ['no step', []],
    ['a step of no type', [{ name: 'one', title: 'One' }]],
    ['a step that is a list', [[]]],
    ['a step named like something that objects have', [{ ...look('constructor'), name: '__proto__' }]],
    ['two steps of one name', [look('one'), look('one')]],
    ['a mapping that does not end', [look('one', { input: { search: '{{params.x' } })]],
    ['a deadline that is no duration', [{ ...approval, within: 'soon' }]],
    ['a pattern that is none', [{ ...words, check: { pattern: '(' } }]],
  ])('with %s says where it is wrong', async (_, steps) => {
    const problem = await save(steps)
    expect([400, 422]).toContain(problem.status)
    expect(problem.errors?.length).toBeGreaterThan(0)
  })
})

describe('a start', () => {
  it.each([
    ['an unknown template', { template: 'resolve_tickets' }, 404],
    [
      'a parameter that the template does not have',
      { template: 'resolve_ticket', params: { tiket: 'x' } },
      400,
    ],
    ['a parameter of another type', { template: 'resolve_ticket', params: { ticket: 7 } }, 400],
    ['a ticket that is not there', { template: 'resolve_ticket', params: { ticket: 'zendesk:999999' } }, 404],
    [
      'a ticket of a desk that is not there',
      { template: 'resolve_ticket', params: { ticket: 'pigeon:1' } },
      400,
    ],
    ['neither template nor message', {}, 400],
    ['both', { template: 'resolve_ticket', message: 'Find it' }, 400],
    ['params that are a list', { template: 'resolve_ticket', params: [] }, 400],
    ['a message of nothing', { message: '   ' }, 400],
    ['a message that is a book', { message: `Find it. ${'x'.repeat(9_000)}` }, 413],
    [
      'parameters of half a megabyte',
      { template: 'resolve_ticket', params: { ticket: 'x'.repeat(MB / 2) } },
      413,
    ],
    ['parameters of 5 MB', { template: 'resolve_ticket', params: { ticket: 'x'.repeat(5 * MB) } }, 413],
  ])('with %s starts nothing', async (_, body, status) => {
    expect(await refused(null, 'POST', '/ai/flows', body)).toMatchObject({ status })
  })
})

describe('an answer', () => {
  it('to a prompt that is closed says by whom and when', async () => {
    const id = await flowOf(prompt, words)
    expect((await answer(id, 'which', 'sea')).status).toBe(200)
    await hub.settle()
    const problem = await answerRefused(id, 'which', { value: 'garden' })
    expect(problem).toMatchObject({ status: 409, detail: expect.stringContaining('completed') })
  })

  it('to a flow that is over says that it is', async () => {
    const id = await flowOf(prompt)
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, {})
    expect(await answerRefused(id, 'which', { value: 'sea' })).toMatchObject({
      status: 409,
      detail: expect.stringContaining('cancelled'),
    })
  })

  it('of two at once counts once: the other hears that it was too late, and nothing happens twice', async () => {
    const id = await flowOf(prompt, words)
    const answers = await Promise.all(
      ['sea', 'garden', 'sea', 'garden'].map((value) => answer(id, 'which', value)),
    )
    await hub.settle()
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409])
    for (const late of answers.filter(({ status }) => status === 409)) problemOf(late)
    const logs = await hub.api.logs(id)
    expect(logs.filter(({ type }) => type === 'prompt_answered')).toHaveLength(1)
    expect((await hub.api.flow(id)).steps.map(({ status }) => status)).toEqual(['completed', 'awaiting_user'])
  })

  const shapes: [string, StepInput, unknown, number][] = [
    ['nothing', prompt, undefined, 400],
    ['null', prompt, null, 400],
    ['a list', prompt, ['sea'], 400],
    ['a bare text', prompt, 'sea', 400],
    ['no value', prompt, { label: 'Sea view' }, 400],
    ['a value that is an object', prompt, { value: { value: 'sea' } }, 400],
    ['a value that is no option', prompt, { value: 'attic' }, 400],
    ['a value that objects have', prompt, { value: 'constructor' }, 400],
    ['an empty text', words, { value: '   ' }, 400],
    ['a truth where a text is wanted', words, { value: true }, 400],
    ['a text that is too long', words, { value: 'x'.repeat(20_001) }, 400],
    ['a text of 5 MB', words, { value: 'x'.repeat(5 * MB) }, 413],
    ['neither approve nor reject', approval, { value: 'yes' }, 400],
    [
      'an edit of what may not be edited',
      approval,
      { value: 'approve', edit: { to: 'me@evil.example' } },
      400,
    ],
    ['an edit of what is not there', approval, { value: 'approve', edit: { constructor: 'x' } }, 400],
    ['an edit that empties', approval, { value: 'approve', edit: { text: ' ' } }, 400],
    ['an edit that is an object', approval, { value: 'approve', edit: { text: { a: 1 } } }, 400],
    ['an edit of 900 kB', approval, { value: 'approve', edit: { text: 'x'.repeat(900_000) } }, 413],
    ['an edit of 5 MB', approval, { value: 'approve', edit: { text: 'x'.repeat(5 * MB) } }, 413],
    ['a note that is too long', approval, { value: 'reject', note: 'x'.repeat(2_001) }, 400],
  ]
  it.each(shapes)('that is %s is refused, and the prompt stays open', async (_, step, response, status) => {
    const id = await flowOf(step)
    expect(await answerRefused(id, step.name, response)).toMatchObject({ status })
    expect((await hub.api.flow(id)).status).toBe('awaiting_user')
  })

  it.each([
    ['nobody', null, 401],
    ['a token that may only look', 'read' as const, 403],
  ])('by %s is refused', async (_, scope, status) => {
    const id = await flowOf(prompt)
    const { path, body } = await respond(id, 'which', { value: 'sea' })
    const token = scope === null ? 'nobody' : await tokenOf(hub, `viewer_${saved}`, scope)
    const before = await everything(id)
    expect(problemOf(await ask(hub, 'POST', `/api/v1${path}`, { body, token }))).toMatchObject({ status })
    expect(await everything(id)).toEqual(before)
  })
})

describe('an insert or a delete', () => {
  it('into a flow that is over, says that it is', async () => {
    const id = await flowOf(look())
    expect(
      await refused(id, 'POST', `/ai/flows/${id}/steps`, { after: 0, step: look('more') }),
    ).toMatchObject({ status: 409, detail: expect.stringContaining('completed') })
    const path = `/ai/flows/${id}/steps/${await stepId(id, 'look')}`
    expect(await refused(id, 'DELETE', path)).toMatchObject({ status: 409 })
  })

  it.each([
    ['before the step that runs', -1, look('more'), 400],
    ['far behind the last one', 9, look('more'), 409],
    ['of an unknown skill', 0, look('more', { skill: 'nothing' }), 422],
    ['that closes a circle', 1, look('more', { on_success: 'last' }), 422],
    [
      'that reads of a later step',
      0,
      look('more', { input: { search: '{{steps.last.result.data.0.id}}' } }),
      422,
    ],
    ['that is no step', 0, { type: 'dance', title: 'Dance' }, 422],
    ['that is nothing', 0, null, 400],
  ])('%s changes nothing', async (_, after, step, status) => {
    const id = await flowOf(prompt, look('last'))
    const path = `/ai/flows/${id}/steps`
    expect(await refused(id, 'POST', path, { after, step })).toMatchObject({ status })
  })

  it('of more steps than fit changes nothing', async () => {
    const id = await flowOf(prompt, ...Array.from({ length: 199 }, (_, at) => look(`step_${at}`)))
    expect(
      await refused(id, 'POST', `/ai/flows/${id}/steps`, { after: 0, step: look('more') }),
    ).toMatchObject({ status: 422, detail: expect.stringContaining('200') })
  })
})

describe('a flow that is over', () => {
  it('cannot be cancelled again', async () => {
    const id = await flowOf(prompt)
    const path = `/ai/flows/${id}/cancel`
    await hub.api.call('POST', path, { reason: 'not wanted' })
    expect(await refused(id, 'POST', path, {})).toMatchObject({ status: 409 })
  })

  it('and did not fail cannot be retried', async () => {
    const id = await flowOf(look())
    expect(await refused(id, 'POST', `/ai/flows/${id}/retry`)).toMatchObject({
      status: 409,
      detail: expect.stringContaining('completed'),
    })
  })

  it.each([
    ['from a step that is not there', { from: 'nowhere' }, 404],
    ['with an input that the skill does not have', { from: 'look', input: { serch: 'x' } }, 400],
    ['with an input of 5 MB', { from: 'look', input: { search: 'x'.repeat(5 * MB) } }, 413],
    ['with an input of 900 kB', { from: 'look', input: { search: 'x'.repeat(900_000) } }, 413],
    ['with a tick where nothing happens', { from: 'look', again: [0] }, 400],
    [
      'with a mapping to a later step',
      { from: 'look', input: { search: '{{steps.1.result.data.0.id}}' } },
      400,
    ],
  ])('is not replayed %s', async (_, body, status) => {
    const id = await flowOf(look(), look('second'))
    expect(await refused(id, 'POST', `/ai/flows/${id}/replay`, body)).toMatchObject({ status })
  })

  it('that did nothing cannot be rolled back', async () => {
    const id = await flowOf(look())
    expect(await refused(id, 'POST', `/ai/flows/${id}/rollback`, {})).toMatchObject({ status: 409 })
  })
})

describe('a flow that is not there', () => {
  it.each([
    ['GET', ''],
    ['GET', '/logs'],
    ['GET', '/run'],
    ['POST', '/cancel'],
    ['POST', '/retry'],
    ['POST', '/steps'],
    ['POST', '/replay'],
    ['POST', '/rollback'],
    ['POST', '/steps/stp_1/respond'],
    ['POST', '/steps/stp_1/delegate'],
    ['DELETE', '/steps/stp_1'],
  ])('%s …%s is answered 404', async (method, path) => {
    const bodies: Record<string, unknown> = {
      '/steps': { after: 0, step: look() },
      '/replay': { from: 0 },
      '/steps/stp_1/respond': { response: { value: 'x' } },
      '/steps/stp_1/delegate': { to: 'user:ada' },
    }
    const body = method === 'POST' ? (bodies[path] ?? {}) : undefined
    expect(await refused(null, method, `/ai/flows/flw_nowhere${path}`, body)).toMatchObject({ status: 404 })
  })
})

describe('whatever is made of a request', () => {
  const everyType: Record<string, unknown>[] = [
    { ...look('find') },
    { type: 'ai_decision', name: 'pick', title: 'Pick', entity: 'task', on_error: { no_match: 'words' } },
    { ...prompt, check: { is: 'text', pattern: 'a+', max_length: 9 }, remind_after: '1h', on_no: 'words' },
    { ...words },
    { type: 'conditional', name: 'if', title: 'If', condition: { if: '{{user_input}}', in: ['a', 1] } },
    { type: 'delay', name: 'rest', title: 'Rest', for: '1h' },
    { ...approval },
    {
      type: 'wait_event',
      name: 'wait',
      title: 'Wait',
      event: 'ticket_closed',
      correlation: '{{flow.id}}',
      within: '1h',
      waiting_for: 'it',
      alternatives: [{ event: 'ticket_updated', correlation: '{{flow.id}}', goto: 'words' }],
    },
    {
      type: 'parallel',
      name: 'both',
      title: 'Both',
      join: 'first',
      branches: [{ name: 'left', steps: [look('inside')] }],
    },
    {
      type: 'sub_flow',
      name: 'below',
      title: 'Below',
      template: 'resolve_ticket',
      params: { ticket: 'z:1' },
    },
  ]
  const template = {
    name: 'made_up',
    title: 'Made up',
    description: 'x',
    deadline: '3d',
    bounds: { steps: 9 },
  }
  const bodies: Record<string, unknown> = {
    'POST /ai/flow-templates': { ...template, params: {}, steps: everyType },
    'POST /ai/flows/ID/steps': { after: 0, step: everyType[2] },
    'POST /ai/flows/OVER/replay': { from: 'which', input: { 0: { search: 'x' } }, again: [0] },
    'POST /ai/flows/OVER/rollback': { only: ['eff_1'] },
    'POST /ai/flows/OVER/cancel': { reason: 'not wanted' },
    'POST /ai/flows/ID/steps/STEP/respond': { response: { value: 'attic', edit: { a: 'b' }, note: 'x' } },
    'POST /ai/flows/ID/steps/STEP/delegate': { to: 'nobody', note: 'x' },
    'POST /ai/flow-schedules': {
      name: 'x',
      template: 'nope',
      params: { a: 1 },
      cron: '* * * * *',
      zone: 'UTC',
    },
    'POST /ai/flow-triggers': {
      name: 'x',
      template: 'nope',
      event: 'flow_failed',
      conditions: [{ if: '{{event.error}}', contains: 'x' }],
      params: { ticket: '{{event.ticket}}' },
    },
  }
  const odd = fc.constantFrom<unknown>(
    ...[
      null,
      true,
      -1,
      1.5,
      1e300,
      '',
      ' ',
      '{{',
      '{{a.b}}',
      '{{steps.9.result}}',
      '__proto__',
      'constructor',
    ],
    ...['\u0000', '\ud800', 'x'.repeat(30_000), '(a+)+$', 'end', 'toString', [], {}, [[]], [null], { a: {} }],
    ...[JSON.parse('{"__proto__":{"x":1}}'), { constructor: 1 }, 'flw_nowhere', '99999999d', 201],
  )

  it('is a clear problem or done, and never an error of ours', { timeout: 60_000 }, async () => {
    const id = await flowOf(prompt, look('last'))
    const over = await flowOf(look('which'))
    const step = await stepId(id, 'which')
    const change = fc.record({ at: fc.nat(), to: odd })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(bodies)),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        async (route, changes) => {
          const [method = '', path = ''] = route.split(' ')
          const body = changes.reduce<unknown>(changed, bodies[route])
          const url = `/api/v1${path.replace('ID', id).replace('OVER', over).replace('STEP', step)}`
          const answer = await ask(hub, method, url, { body })
          expect([answer.status, JSON.stringify(body), answer.text.slice(0, 300)]).not.toContain(500)
          if (answer.status >= 400) problemOf(answer)
        },
      ),
      { numRuns: 400 },
    )
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})

/** The same value with one of the places within it holding something else. */
function changed(value: unknown, { at, to }: { at: number; to: unknown }): unknown {
  const places = placesIn(value)
  const place = places[at % places.length] ?? []
  return put(value, place, to)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function placesIn(value: unknown): string[][] {
  if (!isObject(value)) return [[]]
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((rest) => [key, ...rest])),
  ]
}

function put(value: unknown, [key, ...rest]: string[], to: unknown): unknown {
  if (key === undefined || !isObject(value)) return to
  const copy: Record<string, unknown> = Array.isArray(value) ? Object.assign([], value) : { ...value }
  copy[key] = put(value[key], rest, to)
  return copy
}
