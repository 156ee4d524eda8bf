import nock from 'nock'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createZendeskClient } from '../../../integrations/zendesk/client.ts'
import { createZendeskDesk } from '../../../integrations/zendesk/desk.ts'
import { VendorError } from '../../../src/ops/errors.ts'
import { startStandIn } from '../../../src/sandbox/standin.ts'
import { nocked } from '../nocked.ts'
import { zendeskConfig, zendeskDeps } from './setup.ts'
import { BASE } from './wire.ts'

const vendor = nocked(BASE, 'zendesk')

const ME = '/api/v2/users/me.json'
const TICKET = '/api/v2/tickets/7.json'
const admin = { user: { id: 1, name: 'Ada', role: 'admin' } }
const ticket = {
  id: 7,
  requester_id: 9,
  status: 'open',
  created_at: '2026-03-02T09:00:00Z',
  updated_at: '2026-03-02T09:00:00Z',
}

const clientCredentials = {
  ZENDESK_OAUTH_TOKEN: undefined,
  ZENDESK_CLIENT_ID: 'switchboard',
  ZENDESK_CLIENT_SECRET: 's3cret',
}

function tokens(...answers: { access_token?: string; expires_in?: number | null }[]) {
  for (const body of answers)
    vendor.answers('POST', '/oauth/tokens', { body: { token_type: 'bearer', ...body } })
}

const authorizations = () =>
  vendor.calls.filter((call) => call.path !== '/oauth/tokens').map((call) => call.headers.authorization)

describe('how the hub shows Zendesk who it is', () => {
  it('sends an OAuth token as it was given', async () => {
    vendor.answers('GET', ME, { body: admin })
    expect(await createZendeskDesk(zendeskConfig(), zendeskDeps()).check()).toMatchObject({ ok: true })
    expect(authorizations()).toEqual(['Bearer oauth-token'])
  })

  it('asks for one token, however many requests wait for it', async () => {
    tokens({ access_token: 't1', expires_in: 7200 })
    for (let count = 0; count < 3; count += 1) vendor.answers('GET', ME, { body: admin })
    const desk = createZendeskDesk(zendeskConfig(clientCredentials), zendeskDeps())
    await Promise.all([desk.check(), desk.check(), desk.check()])
    expect(authorizations()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1'])
    expect(vendor.calls[0]?.body).toEqual({
      grant_type: 'client_credentials',
      client_id: 'switchboard',
      client_secret: 's3cret',
      scope: 'read tickets:write',
    })
  })

  it('asks for a new token a minute before the old one ends', async () => {
    tokens({ access_token: 't1', expires_in: 600 }, { access_token: 't2', expires_in: 600 })
    for (let count = 0; count < 3; count += 1) vendor.answers('GET', ME, { body: admin })
    let now = 0
    const desk = createZendeskDesk(zendeskConfig(clientCredentials), zendeskDeps({ now: () => now }))
    for (now of [0, 539_999, 540_000]) await desk.check()
    expect(authorizations()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2'])
  })

  it('keeps a token without an end until Zendesk refuses it, and comes back with a new one', async () => {
    tokens({ access_token: 't1', expires_in: null }, { access_token: 't2' })
    vendor.answers('GET', TICKET, { body: { ticket } })
    vendor.answers('GET', TICKET, { status: 401, body: { error: 'invalid_token' } })
    vendor.answers('GET', TICKET, { body: { ticket } })
    let now = 0
    const desk = createZendeskDesk(zendeskConfig(clientCredentials), zendeskDeps({ now: () => now }))
    await desk.getTicket('7')
    now = 10 * 365 * 86_400_000
    await expect(desk.getTicket('7')).rejects.toMatchObject({
      code: 'vendor_auth',
      retry: { when: 'backoff' },
    })
    await desk.getTicket('7')
    expect(authorizations()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2'])
  })

  it('says that client id or secret are wrong, and asks again next time', async () => {
    const refusal = { error: 'invalid_client', error_description: 'Client authentication failed' }
    vendor.answers('POST', '/oauth/tokens', { status: 401, body: refusal })
    tokens({ access_token: 't1' })
    vendor.answers('GET', TICKET, { body: { ticket } })
    const desk = createZendeskDesk(zendeskConfig(clientCredentials), zendeskDeps())
    const error = await desk.getTicket('7').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'vendor_auth', retry: { when: 'never' } })
    expect(String(error)).toMatch(/Client authentication failed/)
    expect(String(error)).not.toMatch(/s3cret/)
    expect(await desk.getTicket('7')).toMatchObject({ id: '7' })
  })

  it('takes an answer without a token for a failure', async () => {
    tokens({})
    const desk = createZendeskDesk(zendeskConfig(clientCredentials), zendeskDeps())
    await expect(desk.getTicket('7')).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'none' })
  })

  it('still takes an API token, and says until when', async () => {
    vendor.answers('GET', ME, { body: admin })
    const lines: string[] = []
    const log = pino({}, { write: (line: string) => lines.push(line) })
    const legacy = {
      ZENDESK_OAUTH_TOKEN: undefined,
      ZENDESK_EMAIL: 'ada@acme.example',
      ZENDESK_API_TOKEN: 'abc',
    }
    const desk = createZendeskDesk(zendeskConfig(legacy), zendeskDeps(undefined, log))
    expect(await desk.check()).toMatchObject({ ok: true, detail: expect.stringContaining('2027-04-30') })
    // printf 'ada@acme.example/token:abc' | base64
    expect(authorizations()).toEqual(['Basic YWRhQGFjbWUuZXhhbXBsZS90b2tlbjphYmM='])
    expect(lines.join()).toMatch(/2027-04-30/)
    expect(lines.join()).not.toMatch(/abc/)
  })
})

describe('the start-up check', () => {
  it.each([
    ['an agent, who may not list changes', { id: 1, name: 'Bo', role: 'agent' }, /admin/],
    ['a customer', { id: 1, name: 'Cy', role: 'end-user' }, /admin/],
    ['nobody', { id: null, name: 'Anonymous user', role: 'end-user' }, /admin/],
  ])('is not content with the access of %s', async (_, user, hint) => {
    vendor.answers('GET', ME, { body: { user } })
    const check = await createZendeskDesk(zendeskConfig(), zendeskDeps()).check()
    expect(check).toMatchObject({ ok: false, hint: expect.stringMatching(hint) })
  })
})

describe('what goes wrong on the way', () => {
  const put = () =>
    createZendeskClient(zendeskConfig(), zendeskDeps()).put(
      TICKET,
      { ticket: { status: 'open' } },
      z.object({}),
    )

  it.each([
    ['ECONNREFUSED', 'none'],
    ['ECONNRESET', 'unknown'],
  ] as const)('a write that met %s has the effect: %s', async (code, effect) => {
    vendor.breaks('PUT', TICKET, code)
    await expect(put()).rejects.toMatchObject({
      code: 'vendor_unavailable',
      effect,
      retry: { when: 'backoff' },
    })
  })

  it('a write without an answer in time may have happened', async () => {
    nock.enableNetConnect('127.0.0.1')
    const silent = await startStandIn(() => new Promise(() => {}))
    const config = zendeskConfig({ ZENDESK_BASE_URL: silent.url })
    const client = createZendeskClient(config, zendeskDeps(), { timeoutMs: 50 })
    await expect(client.put(TICKET, {}, z.object({}))).rejects.toMatchObject({
      code: 'vendor_unavailable',
      effect: 'unknown',
      hint: expect.stringContaining('no answer in time'),
    })
    await silent.close()
  })

  it.each([
    ['a page instead of JSON', '<html>maintenance</html>'],
    ['JSON of another shape', { tickets: [] }],
  ])('a write answered with %s may have happened', async (_, body) => {
    nock(BASE).put(TICKET).reply(200, body)
    const answer = createZendeskDesk(zendeskConfig(), zendeskDeps()).update('7', {}, { marker: 'm' })
    await expect(answer).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
  })

  it('does not follow a redirect with a write', async () => {
    vendor.answers('PUT', TICKET, { status: 301, headers: { location: `${BASE}/elsewhere` } })
    await expect(put()).rejects.toMatchObject({ code: 'vendor_rejected', effect: 'none' })
  })

  it.each([
    ['Retry-After', { 'retry-after': '93' }, 93_000],
    ['ratelimit-reset', { 'ratelimit-reset': '41' }, 41_000],
    ['no header', {}, 60_000],
    ['a header that is no number', { 'retry-after': 'soon' }, 60_000],
  ])('a 429 with %s is tried again after the time it says', async (_, headers, ms) => {
    vendor.answers('PUT', TICKET, { status: 429, headers })
    await expect(put()).rejects.toMatchObject({ retry: { when: 'after', ms } })
  })

  it('tells what Zendesk said and nothing of what was sent', async () => {
    const details = { base: [{ description: 'Comment: «meet me at noon» is not allowed' }] }
    const body = { error: 'RecordInvalid', description: 'Record validation errors', details }
    vendor.answers('PUT', TICKET, { status: 422, body })
    const error = await put().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(VendorError)
    expect(String(error)).toMatch(
      /PUT \/api\/v2\/tickets\/7.json: 422 RecordInvalid: Record validation errors/,
    )
    expect(String(error)).not.toMatch(/noon/)
  })
})
