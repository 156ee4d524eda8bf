import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, ask, problemOf } from '../doors.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { freshPostgres, hasPostgres } from '../postgres.ts'
import { saveTemplate, startAgain } from '../saved-template.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type Figures = Record<string, unknown>
type Analytics = {
  total: Figures
  templates: (Figures & { template: string; steps: (Figures & { step: string })[] })[]
  waiting: { flows: number; groups: Figures[] }
  failing: Figures[]
  failures: (Figures & { fingerprint: string; flows: string[] })[]
}

const api = (hub: TestHub, method: string, path: string, body?: unknown): Promise<Answer> =>
  ask(hub, method, `/api/v1/ai/flow-analytics${path}`, body === undefined ? {} : { body })
const analytics = async (hub: TestHub, query = '') => (await api(hub, 'GET', query)).json as Analytics

const quick = {
  name: 'quick',
  type: 'conditional',
  title: 'Quick',
  condition: { if: '{{flow.id}}', exists: true },
} as const

/** Fails until somebody saves the template `of_later`. */
const starts = {
  name: 'start',
  type: 'tool_call',
  title: 'Start what is not there yet',
  skill: 'start_flow',
  input: { template: 'of_later' },
} as const

const databases = hasPostgres ? ['SQLite', 'Postgres'] : ['SQLite']
describe.each(databases)('flow analytics, on %s,', (database) => {
  let hub: TestHub
  let seen: Analytics
  beforeAll(async () => {
    const env: Record<string, string> = database === 'Postgres' ? { DATABASE_URL: await freshPostgres() } : {}
    hub = await startTestHub({ env })
    await saveTemplate(hub, { name: 'old', steps: [quick] })
    await startAgain(hub, 'old')
    await hub.pass(8 * 24 * HOUR)

    await saveTemplate(hub, {
      name: 'patient',
      steps: [{ name: 'rest', type: 'delay', title: 'Rest', for: '10m' }, quick],
    })
    await saveTemplate(hub, { name: 'inner', steps: [quick] })
    await saveTemplate(hub, {
      name: 'outer',
      steps: [{ name: 'inner', type: 'sub_flow', title: 'Inner', template: 'inner' }],
    })
    await saveTemplate(hub, { name: 'broken', steps: [quick, starts] })
    await saveTemplate(hub, {
      name: 'asking',
      steps: [{ name: 'ask', type: 'user_prompt', title: 'Ask', prompt_type: 'text', message: 'What now?' }],
    })
    for (const template of ['patient', 'patient', 'outer', 'broken', 'broken', 'asking']) {
      await startAgain(hub, template)
    }
    await hub.pass(HOUR)
    await startAgain(hub, 'asking')
    seen = await analytics(hub)
  }, 60_000)
  afterAll(() => hub[Symbol.asyncDispose]())

  it('counts the runs of a window by what became of them; sub-flows are parts, not runs', () => {
    expect(seen.total).toMatchObject({
      runs: 7,
      by_status: { completed: 3, failed: 2, awaiting_user: 2 },
      success_rate: 3 / 5,
      parts: 1,
    })
    expect(seen.templates.map(({ template, runs }) => `${runs} ${template}`).toSorted()).toEqual([
      '1 outer',
      '2 asking',
      '2 broken',
      '2 patient',
    ])
    expect(seen.templates.find(({ template }) => template === 'patient')).toMatchObject({
      success_rate: 1,
      by_outcome: { completed: 2 },
    })
  })

  it('tells work from waiting, for a template and each of its steps', () => {
    const patient = seen.templates.find(({ template }) => template === 'patient')
    const rested = { p50: expect.closeTo(10 * MINUTE, -4), p95: expect.closeTo(10 * MINUTE, -4), count: 2 }
    const short = { p50: expect.closeTo(0, -4), count: 2 }
    expect(patient).toMatchObject({ duration_ms: rested, waiting_ms: rested, work_ms: short })
    expect(patient?.steps).toMatchObject([
      { step: 'rest', type: 'delay', completed: 2, failed: 0, waiting_ms: rested, work_ms: short },
      { step: 'quick', type: 'conditional', completed: 2, waiting_ms: { p50: 0 }, work_ms: short },
    ])
  })

  it('says where flows wait now, how many and which the longest, however old', () => {
    expect(seen.waiting).toMatchObject({ flows: 2, complete: true })
    expect(seen.waiting.groups).toMatchObject([
      {
        template: 'asking',
        step: 'ask',
        type: 'user_prompt',
        status: 'awaiting_user',
        flows: 2,
        oldest: { waiting_for: expect.stringContaining('What now?'), until: expect.any(Number) },
      },
    ])
  })

  it('says where flows fail, and puts failures with one cause together', () => {
    expect(seen.failing).toEqual([
      { template: 'broken', step: 'start', code: 'unknown_template', count: 2, ended: 2 },
    ])
    expect(seen.failures).toMatchObject([
      {
        template: 'broken',
        step: 'start',
        code: 'unknown_template',
        count: 2,
        sample_error: 'There is no template "of_later".',
        flows: [expect.stringMatching(/^flw_/), expect.stringMatching(/^flw_/)],
      },
    ])
  })

  it('is asked of one template, and of any window', async () => {
    const patient = await analytics(hub, '?template=patient')
    expect(patient).toMatchObject({ total: { runs: 2 }, waiting: { flows: 0 }, failures: [] })
    expect((await analytics(hub, '?since=10d')).total.runs).toBe(8)
    expect((await analytics(hub, '?since=10d&until=7d')).templates).toMatchObject([
      { template: 'old', runs: 1 },
    ])
    const since = new Date(hub.clock.now() - 30 * MINUTE).toISOString()
    expect((await analytics(hub, `?since=${since}`)).templates).toMatchObject([
      { template: 'asking', runs: 1 },
    ])
    expect((await analytics(hub, '?template=no_such')).total).toMatchObject({ runs: 0, success_rate: null })
  })

  it('is asked of what was planned, by the name under which that is counted', async () => {
    const message = "Find task 'Garden Room'"
    await hub.api.call('POST', '/ai/flows', { message, confirm: false })
    await hub.settle()
    expect(await analytics(hub, '?template=planned')).toMatchObject({
      total: { runs: 1, parts: 0, undoings: 0 },
      templates: [{ template: 'planned', runs: 1 }],
    })
  })

  it.each([
    ['?since=yesterday', 'since'],
    ['?until=03/04/2026', 'until'],
    ['?since=1d&until=2d', 'since'],
    ['?since=9999d', 'since'],
  ])('of %s is refused by its path', async (query, path) => {
    const problem = problemOf(await api(hub, 'GET', query))
    expect(problem).toMatchObject({ type: 'urn:switchboard:bad_window', errors: [{ path }] })
  })

  it('has failures of one cause retried together, once their cause is mended', async () => {
    const { fingerprint, flows } = (await analytics(hub)).failures[0] ?? { fingerprint: '', flows: [] }
    const again = (body: unknown = {}) => api(hub, 'POST', `/failures/${fingerprint}/retry`, body)

    // Not mended yet: retried, and failed again for the same cause.
    expect((await again()).json).toMatchObject({ retried: flows.toReversed(), refused: [], nextCursor: null })
    await hub.settle()
    expect((await analytics(hub)).failures).toMatchObject([{ fingerprint, count: 2 }])

    await saveTemplate(hub, { name: 'of_later', steps: [quick] })
    const first = (await again({ limit: 1 })).json as { retried: string[]; nextCursor: string }
    expect(first).toMatchObject({ retried: [flows[1]], nextCursor: flows[1] })
    expect((await again({ cursor: first.nextCursor })).json).toMatchObject({
      retried: [flows[0]],
      nextCursor: null,
    })
    await hub.settle()
    const after = await analytics(hub, '?template=broken')
    expect(after).toMatchObject({
      total: { by_status: { completed: 2 }, retries: 4 },
      failures: [],
      failing: [],
    })
    expect(problemOf(await again())).toMatchObject({ status: 404, type: 'urn:switchboard:unknown_failure' })
  })
})
