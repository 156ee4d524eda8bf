import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, allPages, ask, problemOf } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { freshPostgres, hasPostgres } from '../postgres.ts'
import { saveTemplate } from '../saved-template.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type Row = Record<string, unknown> & { id: string }

const api = (hub: TestHub, method: string, path: string, body?: unknown): Promise<Answer> =>
  ask(hub, method, `/api/v1/ai/flow-schedules${path}`, body === undefined ? {} : { body })
const row = (answer: Answer) => answer.json as Row

/** A hub at five past the hour, with a template that is done at once and one with a typed parameter. */
async function hubWithTemplates(options: Parameters<typeof startTestHub>[0] = {}) {
  const hub = await startTestHub(options)
  // Five past, so that no full hour comes by the way.
  hub.clock.advance(HOUR - (hub.clock.now() % HOUR) + 5 * MINUTE)
  await saveTemplate(hub, { name: 'tidy_up', steps: [nothing] })
  await saveTemplate(hub, {
    name: 'count_to',
    params: { most: { type: 'number', description: 'How far' } },
    steps: [nothing],
  })
  return hub
}
const nothing = {
  name: 'nothing',
  type: 'conditional',
  title: 'Nothing',
  condition: { if: '{{context.schedule.due}}', exists: true },
} as const

async function flowsOf(hub: TestHub, schedule: string): Promise<Row[]> {
  const pages = await allPages(hub, '/api/v1/ai/flows', 200)
  return (pages.flat() as Row[]).filter(({ requested_from }) => requested_from === `schedule ${schedule}`)
}

const hourly = { name: 'Tidy up', template: 'tidy_up', cron: '0 * * * *' }

describe('a schedule', () => {
  it('starts its template at its times, once each, and says which come next', async () => {
    await using hub = await hubWithTemplates()
    const made = await api(hub, 'POST', '', { ...hourly, zone: 'Asia/Kolkata' })
    expect(made.status).toBe(201)
    const { id, next_times: times, next_at: next } = row(made)
    expect(times).toHaveLength(5)
    expect(times).toContainEqual({ at: next, local: expect.stringMatching(/T\d\d:00:00\+05:30$/) })

    await hub.pass(3 * HOUR)
    const flows = await flowsOf(hub, id)
    expect(flows.map(({ status, requested_by }) => ({ status, requested_by }))).toEqual(
      Array(3).fill({ status: 'completed', requested_by: expect.stringMatching(/^user:/) }),
    )
    expect(row(await api(hub, 'GET', `/${id}`))).toMatchObject({
      last_flow_id: flows[0]?.id,
      last_due_at: Number(next) + 2 * HOUR,
      next_at: Number(next) + 3 * HOUR,
      last_error: null,
      last_note: null,
      problem: null,
    })
  })

  it('in no zone of its own is in that of the company', async () => {
    await using hub = await hubWithTemplates({ env: { COMPANY_TIME_ZONE: 'America/New_York' } })
    expect(row(await api(hub, 'POST', '', hourly))).toMatchObject({
      zone: 'America/New_York',
      missed: 'run_once',
    })
  })

  it('is switched off and on, moved, started by hand and removed', async () => {
    await using hub = await hubWithTemplates()
    const { id } = row(await api(hub, 'POST', '', hourly))
    expect(row(await api(hub, 'PATCH', `/${id}`, { enabled: false }))).toMatchObject({
      next_at: null,
      next_times: [],
    })
    await hub.pass(2 * HOUR)
    expect(await flowsOf(hub, id)).toHaveLength(0)

    const byHand = await api(hub, 'POST', `/${id}/run`)
    expect(byHand).toMatchObject({ status: 201, json: { success: true, flow: { template: 'tidy_up' } } })

    // From every hour to every ten minutes: what is waiting for the hour is woken earlier.
    await api(hub, 'PATCH', `/${id}`, { enabled: true })
    await api(hub, 'PATCH', `/${id}`, { cron: '*/10 * * * *' })
    await hub.pass(30 * MINUTE)
    expect(await flowsOf(hub, id)).toHaveLength(1 + 3)

    // And back: a row of work that wakes too early starts nothing.
    await api(hub, 'PATCH', `/${id}`, { cron: '0 0 1 1 *', name: 'New year' })
    await hub.pass(HOUR)
    expect(await flowsOf(hub, id)).toHaveLength(4)

    expect((await api(hub, 'DELETE', `/${id}`)).status).toBe(204)
    expect(problemOf(await api(hub, 'GET', `/${id}`))).toMatchObject({
      type: 'urn:switchboard:unknown_schedule',
    })
    expect(problemOf(await api(hub, 'POST', `/${id}/run`)).status).toBe(404)
    expect(problemOf(await api(hub, 'DELETE', `/${id}`)).status).toBe(404)
  })

  it('whose start is refused says why, tells people once, and goes on', async () => {
    await using hub = await hubWithTemplates()
    const { id } = row(await api(hub, 'POST', '', { ...hourly, template: 'count_to', params: { most: 3 } }))
    await saveTemplate(hub, {
      name: 'count_to',
      version: 2,
      params: { most: { type: 'string', description: 'How far, in words' } },
      steps: [nothing],
    })
    await hub.pass(2 * HOUR)

    const refused = row(await api(hub, 'GET', `/${id}`))
    expect(refused).toMatchObject({
      last_error: 'The parameters of count_to do not fit.',
      last_flow_id: null,
    })
    expect(refused.problem).toBe(refused.last_error)
    const told = (await hub.api.call('GET', '/escalations')) as { data: Row[] }
    expect(told.data.filter(({ source }) => source === 'schedule_failed')).toMatchObject([
      { brief: expect.stringContaining(id) },
    ])

    await api(hub, 'PATCH', `/${id}`, { params: { most: 'three' } })
    await hub.pass(HOUR)
    expect(row(await api(hub, 'GET', `/${id}`))).toMatchObject({ last_error: null, problem: null })
    expect(await flowsOf(hub, id)).toHaveLength(1)
  })
})

describe('a schedule with mistakes', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await hubWithTemplates()
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  it.each([
    [{ cron: '0 25 * * *' }, 'bad_cron', 'cron'],
    [{ cron: '0 0 * * * *' }, 'bad_cron', 'cron'],
    [{ zone: 'Berlin' }, 'bad_cron', 'zone'],
    [{ template: 'no_such' }, 'unknown_template', 'template'],
    [{ params: { much: 1 } }, 'bad_params', 'much'],
    [{ missed: 'maybe' }, 'bad_input', 'missed'],
    [{ name: '' }, 'bad_input', 'name'],
  ])('like %j is refused by its path, and nothing is saved', async (wrong, code, path) => {
    const problem = problemOf(await api(hub, 'POST', '', { ...hourly, ...wrong }))
    expect(problem).toMatchObject({ type: `urn:switchboard:${code}`, errors: [{ path }] })
    expect(row(await api(hub, 'GET', ''))).toMatchObject({ data: [] })
  })

  it('keeps what it was when it is changed to nonsense', async () => {
    const { id } = row(await api(hub, 'POST', '', hourly))
    expect(problemOf(await api(hub, 'PATCH', `/${id}`, { cron: 'sometimes' })).status).toBe(400)
    expect(row(await api(hub, 'GET', `/${id}`))).toMatchObject(hourly)
  })
})

const databases = hasPostgres ? ['SQLite', 'Postgres'] : ['SQLite']
describe.each(databases)('times that passed while the hub was down, on %s,', (database) => {
  it('are skipped, made up for once, or each, as the schedule says', async () => {
    const env: Record<string, string> = database === 'Postgres' ? { DATABASE_URL: await freshPostgres() } : {}
    await using hub = await hubWithTemplates({ env })
    const ids = new Map<string, string>()
    for (const missed of ['skip', 'run_once', 'run_all']) {
      ids.set(missed, row(await api(hub, 'POST', '', { ...hourly, missed })).id)
    }
    // The clock jumps, as it does for a hub that starts again later.
    hub.clock.advance(5 * HOUR + 30 * MINUTE)
    await hub.settle()

    const started = async (missed: string) => (await flowsOf(hub, ids.get(missed) ?? '')).length
    expect([await started('skip'), await started('run_once'), await started('run_all')]).toEqual([0, 1, 5])
    expect(row(await api(hub, 'GET', `/${ids.get('skip')}`))).toMatchObject({
      last_note: expect.stringMatching(/times missed; skipped/),
    })

    await hub.pass(HOUR)
    expect([await started('skip'), await started('run_once'), await started('run_all')]).toEqual([1, 2, 6])
  })
})
