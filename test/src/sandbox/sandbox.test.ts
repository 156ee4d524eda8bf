import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Resend } from 'resend'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { discord } from '../../../integrations/discord/index.ts'
import { openai } from '../../../integrations/openai/index.ts'
import { resend as resendIntegration } from '../../../integrations/resend/index.ts'
import { slack } from '../../../integrations/slack/index.ts'
import { tasks } from '../../../integrations/tasks/index.ts'
import { vapi } from '../../../integrations/vapi/index.ts'
import { zendesk } from '../../../integrations/zendesk/index.ts'
import {
  knowledgeFolder,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../../src/sandbox/index.ts'
import { stoppedClock } from './clock.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let clock: ReturnType<typeof stoppedClock>
let hub: Receiver
let hubAnswers: number
let sandbox: Sandbox

const start = (options: Partial<SandboxOptions> = {}) => startSandbox({ clock, hubUrl: hub.url, ...options })

beforeEach(async () => {
  clock = stoppedClock('2026-11-20T09:00:00Z')
  hubAnswers = 200
  hub = await startReceiver(() => hubAnswers)
  sandbox = await start()
})
afterEach(() => Promise.all([sandbox.close(), hub.close()]))

const openTicket = () =>
  Object.values(sandbox.world.tickets).find(({ subject }) => subject === 'Trip for three in January')?.id ??
  ''

/** `type` of each webhook that arrived, in order. */
async function arrived(): Promise<string[]> {
  await sandbox.webhooks.idle()
  return hub.got.map(({ json }) => (json as { type: string }).type.replace('zen:event-type:ticket.', ''))
}

describe('the world it begins with', () => {
  it('has guests with histories, open tickets and nothing in the future', () => {
    const { people, tickets } = sandbox.world
    const guests = Object.values(people).filter(({ role }) => role === 'end-user')
    expect(guests.length).toBeGreaterThanOrEqual(12)
    expect(guests.some(({ email }) => email === null)).toBe(true)
    expect(Math.max(...guests.map(({ ticketIds }) => ticketIds.length))).toBe(15)
    const open = Object.values(tickets).filter(({ status }) => status === 'new' || status === 'open')
    expect(open.length).toBeGreaterThanOrEqual(10)
    const times = Object.values(tickets).flatMap(({ comments }) => comments.map(({ createdAt }) => createdAt))
    expect(Math.max(...times)).toBeLessThanOrEqual(clock.now())
  })

  it('brings knowledge: documents with a title, a kind and something to say', () => {
    const files = readdirSync(knowledgeFolder)
    expect(files.length).toBeGreaterThanOrEqual(30)
    for (const file of files) {
      const text = readFileSync(new URL(file, knowledgeFolder), 'utf8')
      expect(text, file).toMatch(
        /^---\ntitle: .+\nkind: (room|price|policy|location|offer|faq)\n---\n\n# .+\n\n[\s\S]{150}/,
      )
    }
  })

  it('shows a hostile ticket behind its link as text', async () => {
    const hostile = Object.values(sandbox.world.tickets).find(({ subject }) => subject.includes('<img'))
    const page = await fetch(`${sandbox.env.ZENDESK_BASE_URL}/agent/tickets/${hostile?.id}`)
    const html = await page.text()
    expect(html).toContain('&lt;script&gt;alert')
    expect(html).not.toMatch(/<script|<img|<b onmouseover/)
  })

  it('says of a hub’s every integration how to reach it, and each of them finds its stand-in well', async () => {
    const deps = { clock, log: pino({ enabled: false }) }
    const { env } = sandbox
    const ports = await Promise.all([
      zendesk.ports.desk?.(zendesk.config.parse(env), deps),
      resendIntegration.ports.mailer?.(resendIntegration.config.parse(env), deps),
      vapi.ports.voice?.(vapi.config.parse(env), deps),
      slack.ports.chat?.(slack.config.parse(env), deps),
      discord.ports.chat?.(discord.config.parse(env), deps),
      tasks.ports.taskDesk?.(tasks.config.parse(env), deps),
      openai.ports.model?.(openai.config.parse(env), deps),
    ])
    const checks = await Promise.all(ports.map((port) => port?.check()))
    expect(checks).toHaveLength(7)
    expect(checks.filter((check) => !check?.ok)).toEqual([])
  })
})

describe('webhooks on their way', () => {
  it('are tried again while the hub is down, with one delivery id and a fresh signature', async () => {
    hubAnswers = 503
    sandbox.control.assignToAi(openTicket())
    await sandbox.webhooks.idle()
    hubAnswers = 200
    clock.advance(1_000)
    await sandbox.webhooks.idle()
    expect(Object.keys(sandbox.world.outbox)).toEqual([])
    const [first] = hub.got
    const same = hub.got.filter(
      ({ headers }) =>
        headers['x-zendesk-webhook-invocation-id'] === first?.headers['x-zendesk-webhook-invocation-id'],
    )
    expect(same).toHaveLength(2)
    expect(new Set(same.map(({ headers }) => headers['x-zendesk-webhook-signature'])).size).toBe(2)
  })

  it('are not tried again when the hub refuses them', async () => {
    hubAnswers = 401
    sandbox.control.assignToAi(openTicket())
    const { length } = await arrived()
    clock.advance(3_600_000)
    expect(await arrived()).toHaveLength(length)
    expect(sandbox.world.webhooks.zendesk).toMatchObject({ refused: length, accepted: 0 })
  })

  it('can be doubled, each copy with the delivery id of the first', async () => {
    sandbox.control.set({ webhooks: { duplicates: 2 } })
    sandbox.control.commentAsAgent(openTicket(), 'On it')
    expect(await arrived()).toEqual(['comment_added', 'comment_added', 'comment_added'])
    const ids = hub.got.map(({ headers }) => headers['x-zendesk-webhook-invocation-id'])
    expect(new Set(ids).size).toBe(1)
  })

  it('can overtake one another', async () => {
    sandbox.control.set({ webhooks: { reorder: true } })
    sandbox.control.commentAsAgent(openTicket(), 'first')
    await sandbox.webhooks.idle()
    expect(hub.got).toEqual([])
    sandbox.control.commentAsAgent(openTicket(), 'second')
    await sandbox.webhooks.idle()
    const texts = hub.got.map(({ json }) => JSON.stringify(json).match(/"body":"(\w+)"/)?.[1])
    expect(texts).toEqual(['second', 'first'])
  })

  it('can be lost for good, so that only the change list tells', async () => {
    sandbox.control.set({ webhooks: { lose: 1 } })
    sandbox.control.commentAsAgent(openTicket(), 'lost')
    sandbox.control.commentAsAgent(openTicket(), 'found')
    expect(await arrived()).toEqual(['comment_added'])
    expect(sandbox.world.webhooks.zendesk).toMatchObject({ raised: 2, lost: 1 })
  })
})

describe('after a restart', () => {
  it('goes on: same ports, the answer that was due, the webhook that was not accepted', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'world.json')
    const first = await start({ file })
    hubAnswers = 503
    const resend = new Resend(first.env.RESEND_API_KEY, { baseUrl: first.env.RESEND_BASE_URL ?? '' })
    await resend.emails.send({
      from: 'care@lumenhotels.example',
      to: 'abhishek.rao@raotextiles.example',
      subject: 'Your trip',
      text: 'May we call you?',
    })
    await first.webhooks.idle()
    const { url } = first.standIns.zendesk
    await first.close()
    hub.got.length = 0
    hubAnswers = 200

    const second = await start({ file })
    expect(second.standIns.zendesk.url).toBe(url)
    clock.advance(60_000)
    await second.webhooks.idle()
    const types = hub.got.map(({ json }) => (json as { type: string }).type)
    expect(types.sort()).toEqual(['email.delivered', 'email.received', 'email.sent'])
    await second.close()
  })

  it('has on disk, a moment later, what was changed', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'world.json')
    const saved = await start({ file })
    saved.control.createTicket({ requester: 'new@example.com', subject: 'Seen?', text: 'Hello' })
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('Seen?'), 5_000)
    await saved.close()
  })
})

describe('the control over HTTP', () => {
  const request = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(sandbox.controlUrl + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }

  it('assigns a ticket to AI by its agent or by its tag, and takes it back', async () => {
    const id = openTicket()
    const { aiAgentId, agentId } = sandbox.world.desk
    expect((await request('POST', `/tickets/${id}/assign-ai`, {})).body.assigneeId).toBe(aiAgentId)
    expect((await request('POST', `/tickets/${id}/assign-ai`, { by: 'tag' })).body.tags).toContain(
      'ai_processing',
    )
    const taken = (await request('POST', `/tickets/${id}/take`, {})).body
    expect(taken).toMatchObject({ assigneeId: agentId })
    expect(taken.tags).not.toContain('ai_processing')
  })

  it('makes, changes and deletes tasks as a person of the team', async () => {
    const made = await request('POST', '/tasks', { title: 'Paint the door', project: 'House' })
    const changed = await request('PATCH', `/tasks/${made.body.id}`, { status: 'working' })
    expect(changed.body).toMatchObject({ title: 'Paint the door', status: 'working', version: 2 })
    const { body: world } = await request('GET', '/world')
    expect(world.tasks[0]).toMatchObject({ title: 'Paint the door', project: 'House', comments: [] })
    expect((await request('DELETE', `/tasks/${made.body.id}`)).status).toBe(200)
    expect((await request('PATCH', `/tasks/${made.body.id}`, {})).status).toBe(404)
    expect((await request('POST', '/tasks', { title: 'x', project: 'Nowhere' })).status).toBe(404)
  })

  it('answers as a customer in free words', async () => {
    const answered = await request('POST', '/people/abhishek.rao@raotextiles.example/answer', {
      text: 'Call me: 98201 23456',
    })
    expect(answered.status).toBe(200)
    expect(await arrived()).toEqual(['email.received'])
  })

  it('switches a fault on for one request, after the effect', async () => {
    await request('POST', '/faults', { vendor: 'resend', on: 'POST /emails', kind: 'timeout_after_effect' })
    const resend = new Resend(sandbox.env.RESEND_API_KEY, { baseUrl: sandbox.env.RESEND_BASE_URL ?? '' })
    const mail = { from: 'care@lumenhotels.example', to: 'x@example.com', subject: 'Hi', text: 'Hi' }
    const send = () => resend.emails.send(mail, { idempotencyKey: 'once' })
    expect((await send()).error).toMatchObject({ name: 'application_error' })
    expect((await send()).error).toBeNull()
    expect((await request('GET', '/effects')).body.mails).toMatchObject({ total: 1, byKey: { once: 1 } })
  })

  it('lists the world without a fault in its JSON', async () => {
    const { body } = await request('GET', '/world')
    expect(body.tickets.length).toBeGreaterThan(40)
    expect(body.people[0]).toMatchObject({ name: expect.any(String) })
  })

  it.each([
    ['an unknown ticket', 'POST', '/tickets/1/take', {}, 404],
    ['an unknown person', 'PATCH', '/people/nobody', {}, 404],
    ['a mood that is none', 'PATCH', '/settings', { call: 'sleepy' }, 400],
    ['an unknown vendor', 'POST', '/faults', { vendor: 'x', on: 'GET /', kind: 'timeout_after_effect' }, 404],
    ['an unknown route', 'GET', '/nothing', undefined, 404],
  ])('refuses %s', async (_what, method, path, body, status) => {
    expect((await request(method, path, body)).status).toBe(status)
  })

  it('refuses what a foreign page could send', async () => {
    expect((await request('POST', '/tickets', {}, { 'content-type': 'text/plain' })).status).toBe(415)
  })
})
