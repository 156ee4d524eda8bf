import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Scope } from '../../src/inbound/auth.ts'
import { startHub } from '../../src/start.ts'
import { qb } from '../../src/store/index.ts'
import { type Answer, type Ask, allPages, ask, problemOf } from '../doors.ts'
import { ABHISHEK, type SeenFlow, startTestHub, type TestHub } from '../hub.ts'
import { tokenOf } from '../tokens.ts'

let hub: TestHub
let flow: SeenFlow
beforeAll(async () => {
  hub = await startTestHub()
  for (const email of [ABHISHEK, 'sofia.herrera@correo.example']) hub.assign(email)
  await hub.settle()
  hub.control.set({ call: 'angry' })
  for (const email of ['k.tanaka@tanaka-trading.example', 'lena.schaefer@web.example']) hub.assign(email)
  await hub.settle()
  flow = await hub.flowOf(hub.control.world.tickets[firstTicket()]?.id ?? '')
}, 30_000)
afterAll(() => hub[Symbol.asyncDispose]())

const firstTicket = () => hub.personOf(ABHISHEK).ticketIds.at(-1) ?? ''

/** A request from elsewhere: not by a name of loopback, so that the sandbox's open door does not count. */
const elsewhere = { host: 'hub.example' }
const api = (method: string, path: string, options: Ask = {}): Promise<Answer> =>
  ask(hub, method, `/api/v1${path}`, options)

describe('who may', () => {
  it('is asked for a token: none, a wrong one and a misspelt header are 401', async () => {
    const refused = [
      await api('GET', '/tickets', { token: null, headers: elsewhere }),
      await api('GET', '/tickets', { token: 'not-a-token-of-this-hub', headers: elsewhere }),
      await api('GET', '/tickets', { token: 'not-a-token-of-this-hub' }),
      await api('GET', '/tickets', {
        token: null,
        headers: { ...elsewhere, authorization: `Basic ${hub.apiToken}` },
      }),
      await api('GET', '/tickets', { token: null, headers: { ...elsewhere, authorization: 'Bearer ' } }),
      await api('GET', '/stream', { token: null, headers: elsewhere }),
      await api('GET', '/sandbox/world', { token: null, headers: elsewhere }),
    ]
    for (const answer of refused) {
      expect(problemOf(answer)).toMatchObject({ status: 401, type: 'urn:switchboard:unauthorized' })
    }
  })

  it('is asked before anything is read of the body', async () => {
    const headers = elsewhere
    const big = await api('POST', '/ai/flows', { token: null, body: 'x'.repeat(2_000_000), headers })
    const broken = await api('POST', '/ai/flows', { token: null, body: '{"', headers })
    expect([big.status, broken.status]).toEqual([401, 401])
  })

  it('may look with read, act with write, and run skills with admin; less is 403', async () => {
    const [read = '', write = '', admin = ''] = await Promise.all(
      (['read', 'write', 'admin'] as const).map((scope) => tokenOf(hub, scope, scope)),
    )
    const look = (token: string) => api('GET', '/tickets', { token })
    const act = (token: string) => api('POST', '/escalations/esc_none/claim', { token })
    const run = (token: string) =>
      api('POST', '/skills/search_knowledge', { token, body: { input: { query: 'rooms' } } })

    expect([(await look(read)).status, (await look(write)).status, (await look(admin)).status]).toEqual([
      200, 200, 200,
    ])
    expect([(await act(read)).status, (await act(write)).status, (await act(admin)).status]).toEqual([
      403, 404, 404,
    ])
    expect([(await run(read)).status, (await run(write)).status, (await run(admin)).status]).toEqual([
      403, 403, 200,
    ])
    expect(problemOf(await act(read))).toMatchObject({
      type: 'urn:switchboard:missing_scope',
      detail: expect.stringContaining('"write"'),
    })
  })

  it('may do nothing with a token whose scope nobody knows', async () => {
    const token = await tokenOf(hub, 'everything', 'everything' as Scope)
    expect((await api('GET', '/tickets', { token })).status).toBe(401)
  })

  it('is not asked on loopback in the sandbox, where the request calls us by a name of loopback', async () => {
    const { port } = new URL(hub.url)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect((await api('GET', '/tickets', { token: null, headers: { host } })).status, host).toBe(200)
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', `evil:${port}`]) {
      expect((await api('GET', '/tickets', { token: null, headers: { host } })).status, host).toBe(401)
    }
  })

  it('is asked where a page of another origin makes the request', async () => {
    const path = `/escalations/esc_none/claim`
    const from = (origin: string) => api('POST', path, { token: null, headers: { origin } })
    expect((await from('https://evil.example')).status).toBe(401)
    expect((await from('null')).status).toBe(401)
    expect((await from(hub.url)).status).toBe(404)
  })

  it('is asked on loopback too, where the hub is no sandbox', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-rest-'))
    const own = { PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder, LOG_LEVEL: 'silent' }
    const real = await startHub({ env: { ...hub.sandbox.env, ...own }, sandbox: 'none' })
    onTestFinished(async () => {
      await real.close()
      rmSync(folder, { recursive: true })
    })
    const look = (token: string | null) => ask(real, 'GET', '/api/v1/tickets', { token })

    expect([(await look(null)).status, (await look(real.apiToken)).status]).toEqual([401, 200])
    expect((await ask(real, 'GET', '/api/v1/sandbox/world')).status).toBe(404)
  })
})

describe('what is wrong is said as problem+json', () => {
  const cases: [string, () => Promise<Answer>, number, object][] = [
    [
      'JSON that does not end',
      () => api('POST', '/ai/flows', { body: '{"template": ' }),
      400,
      { type: 'urn:switchboard:invalid_json' },
    ],
    [
      'a body that is no object',
      () => api('POST', '/ai/flows', { body: '[1]' }),
      400,
      { errors: [{ path: '' }] },
    ],
    [
      'a field of the wrong type, by its path',
      () => api('POST', `/ai/flows/${flow.id}/steps/x/respond`, { body: { response: { value: [] } } }),
      400,
      { errors: [{ path: 'response.value' }] },
    ],
    [
      'a missing field',
      () => api('POST', '/knowledge/search', { body: {} }),
      400,
      { errors: [{ path: 'query' }] },
    ],
    [
      'several at once',
      () => api('POST', '/knowledge/documents', { body: { name: '', content: 7 } }),
      400,
      { errors: [{ path: 'name' }, { path: 'content' }] },
    ],
    ['a limit of none', () => api('GET', '/tickets?limit=0'), 400, { errors: [{ path: 'limit' }] }],
    ['a limit beyond all', () => api('GET', '/tickets?limit=100000'), 400, { errors: [{ path: 'limit' }] }],
    [
      'a limit given twice',
      () => api('GET', '/tickets?limit=1&limit=2'),
      400,
      { errors: [{ path: 'limit' }] },
    ],
    [
      'a status nobody knows',
      () => api('GET', '/calls?status=ringing'),
      400,
      { errors: [{ path: 'status' }] },
    ],
    ['a path that is no text', () => api('GET', '/customers/%E0%A4%A'), 400, {}],
    [
      'an unknown ticket',
      () => api('GET', '/tickets/zendesk/1'),
      404,
      { type: 'urn:switchboard:unknown_ticket' },
    ],
    [
      'an unknown desk',
      () => api('POST', '/tickets/pigeon/1/assign-ai'),
      404,
      { type: 'urn:switchboard:unknown_ticket' },
    ],
    [
      'an unknown flow',
      () => api('GET', '/ai/flows/flw_none'),
      404,
      { type: 'urn:switchboard:unknown_flow' },
    ],
    [
      'the log of an unknown flow',
      () => api('GET', '/ai/flows/flw_none/logs'),
      404,
      { type: 'urn:switchboard:unknown_flow' },
    ],
    ['an unknown customer', () => api('GET', '/customers/cus_none/conversation'), 404, {}],
    ['an unknown skill', () => api('POST', '/skills/fly', { body: { input: {} } }), 404, {}],
    ['an unknown template', () => api('POST', '/ai/flows', { body: { template: 'fly' } }), 404, {}],
    ['an unknown route', () => api('GET', '/pigeons'), 404, { type: 'urn:switchboard:no_route' }],
    [
      'a known route by another method',
      () => api('DELETE', '/tickets'),
      404,
      { type: 'urn:switchboard:no_route' },
    ],
    [
      'what is over already',
      () => api('POST', `/ai/flows/${flow.id}/cancel`),
      409,
      { type: 'urn:switchboard:conflict' },
    ],
    [
      'a body of 2 MB',
      () => api('POST', '/knowledge/documents', { body: { name: 'a.md', content: 'x'.repeat(2_000_000) } }),
      413,
      {},
    ],
    [
      'a form where JSON is due',
      () =>
        api('POST', '/ai/flows', {
          body: 'template=x',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      415,
      { type: 'urn:switchboard:unsupported_media_type' },
    ],
    [
      'an encoding nobody knows',
      () => api('POST', '/ai/flows', { body: '{}', headers: { 'content-encoding': 'pigeon' } }),
      415,
      {},
    ],
    [
      'bytes that are not the encoding they claim',
      () => api('POST', '/ai/flows', { body: '{}', headers: { 'content-encoding': 'gzip' } }),
      400,
      {},
    ],
  ]
  it.each(cases)('%s', async (_, request, status, problem) => {
    const answer = await request()
    expect(answer.status, answer.text).toBe(status)
    expect(problemOf(answer)).toMatchObject(
      'errors' in problem && Array.isArray(problem.errors)
        ? { errors: problem.errors.map((one) => expect.objectContaining(one)) }
        : problem,
    )
  })

  it('nothing of our own inside shows', async () => {
    const answer = await api('GET', '/tickets?cursor=%00%27%3B--')
    expect(answer.status).toBe(200)
    expect(answer.text).not.toMatch(/at .*\.ts|node_modules|SQLITE/)
  })

  it('outside the API as well', async () => {
    expect(problemOf(await ask(hub, 'POST', '/slack/pigeons', { token: null, body: {} })).status).toBe(404)
  })
})

describe('lists', () => {
  it.each([
    '/ai/flows',
    '/ai/flow-templates',
    '/tickets',
    '/customers',
    '/calls',
    '/escalations',
    '/knowledge/documents',
    '/skills',
    '/ai/actions',
  ])('%s goes page by page, each thing once and in the same order as in one piece', async (path) => {
    if (path === '/knowledge/documents') {
      for (const name of ['a.md', 'b.md', 'c.md']) {
        await api('POST', path, { body: { name, content: `# ${name}\n\nText of ${name}.` } })
      }
    }
    const whole = (await allPages(hub, `/api/v1${path}`, 200)).flat()
    const pages = await allPages(hub, `/api/v1${path}`, 2)

    expect(whole.length).toBeGreaterThan(0)
    expect(pages.flat()).toEqual(whole)
    expect(pages.every((page) => page.length <= 2)).toBe(true)
    expect(pages).toHaveLength(Math.ceil(whole.length / 2))
  })

  it("a flow's log and a customer's conversation do so too", async () => {
    for (const path of [`/ai/flows/${flow.id}/logs`, `/customers/${flow.customer_id}/conversation`]) {
      const whole = (await allPages(hub, `/api/v1${path}`, 200)).flat()
      const pages = await allPages(hub, `/api/v1${path}`, 3)
      expect(whole.length, path).toBeGreaterThan(3)
      expect(pages.flat()).toEqual(whole)
    }
  })

  it('dead work too, which can be run again once', async () => {
    for (const name of ['one', 'two', 'three']) {
      const broken = { kind: `no.such.kind`, payload: '{}', state: 'dead', attempts: 3, last_error: name }
      await hub.hub.store.write((tx) =>
        tx.run(
          qb.insertInto('work').values({
            ...broken,
            id: `wrk_${name}`,
            org: 'default',
            run_at: 0,
            created_at: 0,
            case_id: null,
            work_key: null,
            unique_key: null,
            lease_until: null,
            leased_key: null,
            leases: 0,
            interruptions: 0,
          }),
        ),
      )
    }
    expect((await allPages(hub, '/api/v1/work/dead', 2)).flat()).toHaveLength(3)
    expect((await api('POST', '/work/dead/wrk_one/replay')).status).toBe(200)
    expect((await api('POST', '/work/dead/wrk_none/replay')).status).toBe(404)
  })

  it('stand still while the list grows at its head', async () => {
    const path = '/api/v1/ai/flows'
    const first = await ask(hub, 'GET', `${path}?limit=2`)
    const known = (await allPages(hub, path, 200)).flat()
    hub.control.createTicket({
      requester: 'late@guests.example',
      subject: 'Late',
      text: 'Hi',
      tags: ['ai_processing'],
    })
    await hub.settle()
    const cursor = String((first.json as { nextCursor: string }).nextCursor)
    const rest = await ask(hub, 'GET', `${path}?limit=200&cursor=${encodeURIComponent(cursor)}`)
    expect((rest.json as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(
      known.slice(2).map(({ id }) => id),
    )
  })
})

describe('limits', () => {
  it('are told in the headers of each answer', async () => {
    const { headers } = await api('GET', '/tickets')
    expect(headers['ratelimit-policy']).toMatch(/q=\d+; w=60/)
    expect(headers.ratelimit).toMatch(/r=\d+; t=\d+/)
  })
})
