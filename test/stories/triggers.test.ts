import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, allPages, ask, problemOf } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { freshPostgres, hasPostgres } from '../postgres.ts'
import { saveTemplate } from '../saved-template.ts'

type Row = Record<string, unknown> & { id: string }

const api = (hub: TestHub, method: string, path: string, body?: unknown): Promise<Answer> =>
  ask(hub, method, `/api/v1/ai${path}`, body === undefined ? {} : { body })
const row = (answer: Answer) => answer.json as Row

const done = {
  name: 'done',
  type: 'conditional',
  title: 'Done',
  condition: { if: '{{event.id}}', exists: true },
} as const

async function hubWithTemplates(options: Parameters<typeof startTestHub>[0] = {}) {
  const hub = await startTestHub(options)
  await saveTemplate(hub, {
    name: 'look_back',
    title: 'Look back at {{params.about}}',
    params: {
      about: { type: 'string', description: 'What to look back at' },
      seconds: { type: 'number', description: 'How long it took', required: false },
    },
    steps: [done],
  })
  await saveTemplate(hub, { name: 'look_at_nothing', steps: [done] })
  return hub
}

async function flowsOf(hub: TestHub, from: string): Promise<Row[]> {
  const pages = await allPages(hub, '/api/v1/ai/flows', 200)
  return (pages.flat() as Row[]).filter(({ requested_from }) => requested_from === from)
}
const startedBy = (hub: TestHub, trigger: string) => flowsOf(hub, `trigger ${trigger}`)

async function save(hub: TestHub, trigger: Record<string, unknown>): Promise<string> {
  const answer = await api(hub, 'POST', '/flow-triggers', {
    name: 'Look back',
    template: 'look_back',
    ...trigger,
  })
  expect(answer.status, answer.text).toBe(201)
  return row(answer).id
}

const afterJob = {
  event: 'flow_completed',
  conditions: [
    { if: '{{event.template}}', eq: 'resolve_ticket' },
    { if: '{{event.ticket}}', exists: true },
  ],
  params: { about: '{{event.ticket}}' },
}

const databases = hasPostgres ? ['SQLite', 'Postgres'] : ['SQLite']
describe.each(databases)('a trigger, on %s,', (database) => {
  it('starts its template with fields of the event, once for each event that its conditions let through', async () => {
    const env: Record<string, string> = database === 'Postgres' ? { DATABASE_URL: await freshPostgres() } : {}
    await using hub = await hubWithTemplates({ env })
    const id = await save(hub, afterJob)
    const other = await save(hub, {
      ...afterJob,
      conditions: [...afterJob.conditions, { if: '{{event.outcome}}', eq: 'no such outcome' }],
    })
    const byDesk = await save(hub, { event: 'ticket_closed', params: { about: '{{event.ticket}}' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(60_000)

    const job = await hub.flowOf(ticket)
    expect(job.status).toBe('completed')
    const flows = await startedBy(hub, id)
    expect(flows).toMatchObject([
      {
        title: `Look back at zendesk:${ticket}`,
        status: 'completed',
        depth: 1,
      },
    ])
    const started = await api(hub, 'GET', `/flows/${flows[0]?.id}`)
    expect(started.json).toMatchObject({ flow: { context: { event: { flowId: job.id } } } })
    expect(await startedBy(hub, other)).toHaveLength(0)

    // The job closed its ticket at the desk: that, too, is its doing.
    expect(await startedBy(hub, byDesk)).toMatchObject([{ depth: 1 }])

    const shown = row(await api(hub, 'GET', `/flow-triggers/${id}`))
    expect(shown).toMatchObject({ last_flow_id: flows[0]?.id, last_error: null, problem: null, ...afterJob })
    await hub.hub.replayEvent(String(shown.last_event_id))
    await hub.settle()
    expect(await startedBy(hub, id)).toHaveLength(1)
  })
})

describe('a trigger', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await hubWithTemplates()
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  /** A template of one step, run once: its end is the event. */
  async function endOf(template: string) {
    const answer = await api(hub, 'POST', '/flows', { template, params: {} })
    expect(answer.status, answer.text).toBe(201)
    await hub.settle()
  }
  const atEndOf = (template: string) => ({
    event: 'flow_completed',
    conditions: [{ if: '{{event.template}}', eq: template }],
  })
  const escalationsOf = async (trigger: string) =>
    ((await hub.api.call('GET', '/escalations?limit=200')) as { data: Row[] }).data.filter(({ brief }) =>
      String(brief).includes(trigger),
    )

  it('that is off starts nothing, and on again it does', async () => {
    await saveTemplate(hub, { name: 'first', steps: [done] })
    const id = await save(hub, { ...atEndOf('first'), params: { about: 'its end: {{event.outcome}}' } })
    expect(row(await api(hub, 'PATCH', `/flow-triggers/${id}`, { enabled: false }))).toMatchObject({
      enabled: false,
    })
    await endOf('first')
    expect(await startedBy(hub, id)).toHaveLength(0)

    await api(hub, 'PATCH', `/flow-triggers/${id}`, { enabled: true })
    await endOf('first')
    expect(await startedBy(hub, id)).toMatchObject([{ title: 'Look back at its end: completed' }])

    expect((await api(hub, 'DELETE', `/flow-triggers/${id}`)).status).toBe(204)
    await endOf('first')
    expect(await startedBy(hub, id)).toHaveLength(1)
    expect(problemOf(await api(hub, 'DELETE', `/flow-triggers/${id}`))).toMatchObject({
      type: 'urn:switchboard:unknown_trigger',
    })
  })

  it('set off by its own consequences is cut off at a depth, and people are told', async () => {
    await saveTemplate(hub, { name: 'echo', steps: [done] })
    const id = await save(hub, { ...atEndOf('echo'), template: 'echo' })
    await endOf('echo')

    const depths = (await startedBy(hub, id)).map(({ depth }) => depth)
    expect(depths.toReversed()).toEqual([1, 2, 3, 4, 5])
    expect(row(await api(hub, 'GET', `/flow-triggers/${id}`))).toMatchObject({
      last_error: expect.stringContaining('set each other off'),
    })
    expect(await escalationsOf(id)).toMatchObject([
      { reason: expect.stringContaining('its own consequences') },
    ])
  })

  it('that could not start its flow says why, tells people once, and goes on', async () => {
    await saveTemplate(hub, { name: 'second', steps: [done] })
    const wanted = { about: { type: 'string', description: 'Any' } } as const
    await saveTemplate(hub, { name: 'changing', params: wanted, steps: [done] })
    const id = await save(hub, {
      ...atEndOf('second'),
      template: 'changing',
      params: { about: '{{event.outcome}}' },
    })
    await saveTemplate(hub, { name: 'changing', version: 2, steps: [done] })
    await endOf('second')
    await endOf('second')

    const problem = 'The parameters of changing do not fit.'
    expect(row(await api(hub, 'GET', `/flow-triggers/${id}`))).toMatchObject({ last_error: problem, problem })
    expect(await escalationsOf(id)).toHaveLength(1)

    await saveTemplate(hub, { name: 'changing', version: 3, params: wanted, steps: [done] })
    await endOf('second')
    expect(row(await api(hub, 'GET', `/flow-triggers/${id}`))).toMatchObject({
      last_error: null,
      problem: null,
    })
    expect(await startedBy(hub, id)).toHaveLength(1)
  })

  it('is not set off by the sub-flow of a flow, which is a part of it', async () => {
    await saveTemplate(hub, { name: 'inner', steps: [done] })
    await saveTemplate(hub, {
      name: 'outer',
      steps: [{ name: 'inner', type: 'sub_flow', title: 'Inner', template: 'inner', params: {} }],
    })
    const id = await save(hub, { ...atEndOf('inner'), template: 'look_at_nothing' })
    await endOf('outer')
    expect(await startedBy(hub, id)).toHaveLength(0)
    await endOf('inner')
    expect(await startedBy(hub, id)).toHaveLength(1)
  })

  const field = 'must be one of'
  it.each<[string, Record<string, unknown>, string, string, string]>([
    ['an event that there is not', { event: 'tea_time' }, 'bad_input', 'event', field],
    ['an event of the doors', { event: 'mail_received' }, 'bad_input', 'event', field],
    ['a template that there is not', { template: 'no_such' }, 'unknown_template', 'template', 'one of'],
    ['no value for what is needed', { params: {} }, 'bad_params', 'about', 'must be a string'],
    ['a parameter too many', { params: { about: 'x', more: 1 } }, 'bad_params', 'more', 'not a parameter'],
    [
      'a field that there is not',
      { params: { about: '{{event.flow}}' } },
      'bad_trigger',
      'params.about',
      '{{event.flowId}}',
    ],
    [
      'a prototype for a field',
      { params: { about: '{{event.constructor}}' } },
      'bad_trigger',
      'params.about',
      'is not there',
    ],
    [
      'what is no event',
      { params: { about: '{{context.x}}' } },
      'bad_trigger',
      'params.about',
      'is not there',
    ],
    [
      'a text for a number',
      { params: { about: 'x', seconds: '{{event.outcome}}' } },
      'bad_trigger',
      'params.seconds',
      'must be a number',
    ],
    [
      'a number for a text',
      { event: 'call_ended', params: { about: '{{event.durationS}}' } },
      'bad_trigger',
      'params.about',
      'must be a string',
    ],
    [
      'what may be missing for what is needed',
      { params: { about: '{{event.ticket}}' } },
      'bad_trigger',
      'params.about',
      '"exists":true',
    ],
    [
      'a condition on nothing',
      { conditions: [{ if: '{{event.x}}', eq: 1 }] },
      'bad_trigger',
      'conditions.0.if',
      'is not there',
    ],
    [
      'a condition that is no field',
      { conditions: [{ if: 'outcome', eq: 'x' }] },
      'bad_trigger',
      'conditions.0.if',
      'one field',
    ],
    [
      'a condition that compares nothing',
      { conditions: [{ if: '{{event.outcome}}' }] },
      'bad_trigger',
      'conditions.0',
      'comparison',
    ],
    [
      'a condition that never holds',
      { conditions: [{ if: '{{event.outcome}}', eq: 7 }] },
      'bad_trigger',
      'conditions.0',
      'never 7',
    ],
  ])('with %s is refused by its path, and nothing is saved', async (_, wrong, code, path, message) => {
    const before = (await allPages(hub, '/api/v1/ai/flow-triggers', 200)).flat()
    const given = { name: 'x', event: 'flow_completed', template: 'look_back', params: { about: 'x' } }
    const problem = problemOf(await api(hub, 'POST', '/flow-triggers', { ...given, ...wrong }))
    expect(problem.type).toBe(`urn:switchboard:${code}`)
    expect(problem.errors).toMatchObject([{ path, message: expect.stringContaining(message) }])
    expect((await allPages(hub, '/api/v1/ai/flow-triggers', 200)).flat()).toEqual(before)
  })
})

describe('the skill start_flow', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await hubWithTemplates()
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  it('starts one flow for one cause, however often it is asked', async () => {
    const input = { template: 'look_back', params: { about: 'today' } }
    const act = () => ask(hub, 'POST', '/api/v1/skills/start_flow', { body: { input, key: 'once' } })
    const [first, second] = [await act(), await act()]
    expect(first).toMatchObject({ status: 200, json: { output: { title: 'Look back at today' } } })
    expect(second.json).toEqual(first.json)
    const all = (await allPages(hub, '/api/v1/ai/flows', 200)).flat()
    expect(all.filter(({ title }) => title === 'Look back at today')).toHaveLength(1)
  })

  it('refuses what does not fit the template', async () => {
    const input = { template: 'look_back', params: { about: 7 } }
    const answer = await ask(hub, 'POST', '/api/v1/skills/start_flow', { body: { input } })
    expect(problemOf(answer)).toMatchObject({
      type: 'urn:switchboard:bad_params',
      errors: [{ path: 'about' }],
    })
  })

  it('in a template that starts itself ends at a depth, with a clear error', async () => {
    await saveTemplate(hub, {
      name: 'again',
      steps: [
        {
          name: 'again',
          type: 'tool_call',
          title: 'Once more',
          skill: 'start_flow',
          input: { template: 'again' },
        },
      ],
    })
    await api(hub, 'POST', '/flows', { template: 'again', params: {} })
    await hub.settle()
    const flows = ((await allPages(hub, '/api/v1/ai/flows', 200)).flat() as Row[]).filter(
      ({ template }) => template === 'again',
    )
    expect(flows.map(({ depth, status }) => `${depth} ${status}`)).toEqual([
      '5 failed',
      '4 completed',
      '3 completed',
      '2 completed',
      '1 completed',
      '0 completed',
    ])
    expect(flows[0]).toMatchObject({
      last_error: expect.stringContaining('set each other off'),
      requested_from: `flow ${flows[1]?.id}`,
    })
  })
})
