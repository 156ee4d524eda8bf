import zendeskSdk from 'node-zendesk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyZendesk } from '../../../integrations/zendesk/verify.ts'
import type { StandIn } from '../../../src/sandbox/standin.ts'
import { addPerson, type Person } from '../../../src/sandbox/world.ts'
import { startZendeskStandIn } from '../../../src/sandbox/zendesk.ts'
import { ZENDESK } from '../../../src/sandbox/zendesk-auth.ts'
import { signZendesk } from '../../../src/sandbox/zendesk-events.ts'
import { createTicket, updateTicket } from '../../../src/sandbox/zendesk-tickets.ts'
import { vendorSpec } from '../../specs.ts'
import { type Bench, startBench } from './bench.ts'

let bench: Bench
let zendesk: StandIn
let guest: Person
let ticketId: string

beforeEach(async () => {
  bench = await startBench()
  zendesk = await startZendeskStandIn(bench.deps, ZENDESK)
  guest = addPerson(bench.world, { name: 'Zoë', email: 'zoe@example.com', createdAt: bench.clock.now() })
  ticketId = newTicket('A room for three', 'We are three.')
  await bench.webhooks.idle()
  bench.hub.got.length = 0
})
afterEach(() => Promise.all([zendesk.close(), bench.close()]))

function newTicket(subject: string, body: string): string {
  const made = createTicket(bench.deps, { subject, comment: { body }, requester_id: guest.id }, guest.id)
  if (!made.ok) throw new Error(made.refusal.description)
  return made.ticket.id
}

async function call(method: string, path: string, body?: unknown, token = ZENDESK.oauthToken) {
  const response = await fetch(`${zendesk.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

/** The webhooks that arrived since, each as its event's name and its body. */
async function told() {
  await bench.webhooks.idle()
  return bench.hub.got.map(({ json }) => json as { type: string; event: Record<string, unknown> })
}

function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, inner) => (inner === null ? undefined : inner)))
}

const put = (ticket: Record<string, unknown>) => call('PUT', `/api/v2/tickets/${ticketId}.json`, { ticket })

describe('tickets', () => {
  it('speaks to the vendor-independent SDK too', async () => {
    const client = zendeskSdk.createClient({
      endpointUri: `${zendesk.url}/api/v2`,
      username: 'ai@lumenhotels.example',
      token: ZENDESK.oauthToken,
      useOAuth: true,
    })
    const { result } = await client.tickets.show(Number(ticketId))
    expect(result).toMatchObject({ id: Number(ticketId), subject: 'A room for three', status: 'new' })
  })

  it.each([
    ['GET', () => `/api/v2/tickets/${ticketId}`],
    ['GET', () => `/api/v2/tickets/${ticketId}/comments`],
    ['GET', () => '/api/v2/tickets'],
    ['GET', () => '/api/v2/search?query=type:ticket'],
    ['GET', () => '/api/v2/search/export?query=three&filter[type]=ticket'],
    ['GET', () => `/api/v2/users/${guest.id}`],
    ['GET', () => '/api/v2/users/me'],
    ['GET', () => '/api/v2/incremental/tickets/cursor?start_time=1'],
  ])('%s %# answers in the shape that Zendesk describes', async (method, path) => {
    bench.clock.advance(120_000)
    const answer = await call(method, path())
    expect(answer.status).toBe(200)
    // Zendesk answers null where its description has only the type.
    const body = withoutNulls(answer.body)
    const mistakes = (await vendorSpec('zendesk')).checkAnswer({ method, path: path(), ...answer, body })
    expect(mistakes).toEqual([])
  })

  it('refuses a safe update of a ticket that moved, and does nothing', async () => {
    const { body } = await call('GET', `/api/v2/tickets/${ticketId}.json`)
    bench.clock.advance(1_000)
    updateTicket(bench.deps, ticketId, { comment: { body: 'Hello?' } }, guest.id)
    const answer = await put({ status: 'solved', safe_update: true, updated_stamp: body.ticket.updated_at })
    expect(answer).toMatchObject({ status: 409, body: { error: 'UpdateConflict' } })
    expect(bench.world.tickets[ticketId]?.status).toBe('new')
  })

  it('never changes a closed ticket', async () => {
    await put({ status: 'closed' })
    expect((await put({ status: 'open' })).status).toBe(422)
  })

  it.each([
    ['an assignee who is no agent', () => ({ assignee_id: Number(guest.id) })],
    ['a group that is not there', () => ({ group_id: 1 })],
    ['a status that is none', () => ({ status: 'OPEN' })],
  ])('refuses %s', async (_what, change) => {
    expect((await put(change())).status).toBe(422)
  })

  it('drops an assignee who is not in the new group', async () => {
    await put({ assignee_id: Number(bench.world.desk.aiAgentId) })
    const { body } = await put({ group_id: Number(bench.world.desk.humanGroupId) })
    expect(body.ticket).toMatchObject({ assignee_id: null, group_id: Number(bench.world.desk.humanGroupId) })
  })

  it('adds, removes and sets tags', async () => {
    const path = `/api/v2/tickets/${ticketId}/tags.json`
    expect((await call('PUT', path, { tags: ['VIP', 'two words'] })).body.tags).toEqual(['vip', 'two_words'])
    expect((await call('DELETE', path, { tags: ['vip'] })).body.tags).toEqual(['two_words'])
    expect((await call('POST', path, { tags: ['only'] })).body.tags).toEqual(['only'])
  })
})

describe('lists', () => {
  it('pages comments newest first, by cursor and by number', async () => {
    for (const body of ['one', 'two', 'three']) await put({ comment: { body, public: false } })
    const path = `/api/v2/tickets/${ticketId}/comments.json`
    const first = (await call('GET', `${path}?page[size]=3&sort=-created_at&include=users`)).body
    expect(first.comments.map((one: { body: string }) => one.body)).toEqual(['three', 'two', 'one'])
    expect(first.users).toHaveLength(1)
    const last = (await call('GET', first.links.next.slice(zendesk.url.length))).body
    expect(last.comments.map((one: { body: string }) => one.body)).toEqual(['We are three.'])
    expect(last.meta.has_more).toBe(false)
    const numbered = (await call('GET', `${path}?per_page=1&page=2&sort_order=desc`)).body
    expect(numbered).toMatchObject({ count: 4, comments: [{ body: 'two' }] })
  })

  it.each([
    ['type:ticket requester:zoe@example.com', ['A room for three', 'Parking']],
    ['type:ticket status<solved', ['A room for three']],
    ['type:ticket status:solved', ['Parking']],
    ['parking', ['Parking']],
    ['subject:"room for" type:ticket', ['A room for three']],
    ['tags:late', ['Parking']],
    ['nothing_of_the_kind', []],
    ['unknown_field:x', []],
  ])('searches %s', async (query, subjects) => {
    const other = newTicket('Parking', 'Is there a garage?')
    await call('PUT', `/api/v2/tickets/${other}`, { ticket: { status: 'solved', tags: ['late'] } })
    const { body } = await call('GET', `/api/v2/search.json?query=${encodeURIComponent(query)}`)
    expect(body.results.map((one: { subject: string }) => one.subject).sort()).toEqual(subjects)
  })

  it('exports each change once in its order, holds the last minute back, and goes on from the cursor', async () => {
    const second = newTicket('Parking', 'Is there a garage?')
    bench.clock.advance(10_000)
    updateTicket(bench.deps, ticketId, { tags: ['x'] }, bench.world.desk.agentId)
    const early = await call('GET', '/api/v2/incremental/tickets/cursor.json?start_time=1')
    expect(early.body).toMatchObject({ tickets: [], end_of_stream: true })

    bench.clock.advance(60_000)
    const since = `/api/v2/incremental/tickets/cursor.json?cursor=${early.body.after_cursor}`
    const page = (await call('GET', `${since}&per_page=1`)).body
    expect(page).toMatchObject({ tickets: [{ id: Number(second) }], end_of_stream: false })
    const rest = (await call('GET', page.after_url.slice(zendesk.url.length))).body
    expect(rest).toMatchObject({ tickets: [{ id: Number(ticketId), tags: ['x'] }], end_of_stream: true })
    const again = (await call('GET', rest.after_url.slice(zendesk.url.length))).body
    expect(again).toMatchObject({ tickets: [], after_cursor: rest.after_cursor })
  })

  it('refuses to export from less than a minute ago', async () => {
    const now = Math.floor(bench.clock.now() / 1000)
    expect((await call('GET', `/api/v2/incremental/tickets/cursor.json?start_time=${now}`)).status).toBe(422)
  })
})

describe('credentials', () => {
  it('refuses a wrong token', async () => {
    expect((await call('GET', '/api/v2/users/me', undefined, 'wrong')).status).toBe(401)
  })

  it('issues a token for client credentials that works until it ends', async () => {
    const asked = {
      grant_type: 'client_credentials',
      client_id: ZENDESK.clientId,
      client_secret: ZENDESK.clientSecret,
    }
    const { body } = await call('POST', '/oauth/tokens', asked)
    expect((await call('GET', '/api/v2/users/me', undefined, body.access_token)).status).toBe(200)
    bench.clock.advance(body.expires_in * 1000)
    expect((await call('GET', '/api/v2/users/me', undefined, body.access_token)).status).toBe(401)
    expect((await call('POST', '/oauth/tokens', { ...asked, client_secret: 'wrong' })).status).toBe(401)
  })
})

describe('webhooks', () => {
  it('tells of every side of an update, with string ids and upper-case words', async () => {
    await put({
      assignee_id: Number(bench.world.desk.aiAgentId),
      tags: ['ai_processing'],
      comment: { body: 'Mine <b>now</b>', public: false },
    })
    const events = await told()
    expect(events.map(({ type }) => type.replace('zen:event-type:ticket.', '')).sort()).toEqual([
      'agent_assignment_changed',
      'comment_added',
      'status_changed',
      'tags_changed',
    ])
    expect(events.find(({ type }) => type.endsWith('agent_assignment_changed'))).toMatchObject({
      subject: `zen:ticket:${ticketId}`,
      detail: { id: ticketId, assignee_id: bench.world.desk.aiAgentId, status: 'OPEN' },
      event: { current: bench.world.desk.aiAgentId, previous: null },
    })
    expect(events.find(({ type }) => type.endsWith('tags_changed'))?.event).toMatchObject({
      tags_added: ['ai_processing'],
      tags_removed: [],
    })
  })

  it('says nothing of an update that changes nothing', async () => {
    await put({ status: 'new', tags: [] })
    expect(await told()).toEqual([])
  })

  it('sends the body of the trigger instead, where the desk is set up so', async () => {
    bench.world.settings.deskWebhooks = 'trigger'
    await put({ status: 'pending' })
    expect(await told()).toEqual([{ ticket_id: ticketId, event: 'updated' }])
  })

  it('signs as openssl does', () => {
    // printf '%s' '2026-03-02T09:00:00.000Z{"a":"Zoë"}' | openssl dgst -sha256 -hmac <secret> -binary | base64
    expect(signZendesk(ZENDESK.webhookSecret, '2026-03-02T09:00:00.000Z', '{"a":"Zoë"}')).toBe(
      'yWefB5IfD4E/vx68ABgRf+CCHTiwMdn7GAIumZkmWdo=',
    )
  })

  it('is believed by the hub’s own door', async () => {
    await put({ status: 'pending', comment: { body: 'Grüße 🌻', public: true } })
    await bench.webhooks.idle()
    for (const { rawBody, headers } of bench.hub.got) {
      const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      const request = { method: 'POST', url: '/', headers: flat, query: {}, rawBody }
      const now = new Date(bench.clock.now())
      expect(verifyZendesk(request, ZENDESK.webhookSecret, now)).toMatchObject({ ok: true })
    }
    expect(bench.hub.got).toHaveLength(2)
  })
})
