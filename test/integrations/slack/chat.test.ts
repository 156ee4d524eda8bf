import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { slack } from '../../../integrations/slack/index.ts'
import type { ChatSurface, Clock } from '../../../src/ports/index.ts'
import { nocked } from '../nocked.ts'
import { view } from '../views.ts'

const clock: Clock = { now: () => 0, at: () => () => {} }
const deps = { clock, log: pino({ level: 'silent' }) }
const CHANNEL = 'C0123456789'

const connect = async (over: Record<string, string> = {}): Promise<ChatSurface> => {
  const config = slack.config.parse({
    SLACK_BOT_TOKEN: 'xoxb-test',
    SLACK_SIGNING_SECRET: 'secret',
    SLACK_ESCALATIONS_CHANNEL: CHANNEL,
    ...over,
  })
  const chat = await slack.ports.chat?.(config, deps)
  if (!chat) throw new Error('no chat')
  return chat
}
const posting = { channel: CHANNEL, key: 'case-1' }
const marked = (key: string, ts: string) => ({
  ts,
  metadata: { event_type: 'switchboard_case', event_payload: { key } },
})

describe('Slack by bot token', () => {
  const vendor = nocked('https://slack.com', 'slack')
  const method = (name: string) => `/api/${name}`

  it('posts a card under its key and says where it stands', async () => {
    vendor.answers('POST', method('chat.postMessage'), {
      body: { ok: true, channel: CHANNEL, ts: '1.000200' },
    })
    const ref = await (await connect()).post(view({ title: 'Grüße 🙂' }), { ...posting, thread: '1.000100' })
    expect(ref).toEqual({ surface: 'slack', channel: CHANNEL, message: '1.000200' })
    expect(vendor.calls[0]).toMatchObject({
      headers: { authorization: 'Bearer xoxb-test' },
      body: {
        channel: CHANNEL,
        text: '🔵 Grüße 🙂',
        thread_ts: '1.000100',
        metadata: { event_type: 'switchboard_case', event_payload: { key: 'case-1' } },
      },
    })
  })

  it('edits in place', async () => {
    vendor.answers('POST', method('chat.update'), { body: { ok: true } })
    const chat = await connect()
    await chat.update({ surface: 'slack', channel: CHANNEL, message: '1.000200' }, view({ title: 'Claimed' }))
    expect(vendor.calls[0]?.body).toMatchObject({ ts: '1.000200', text: '🔵 Claimed' })
  })

  it('finds the message under a key on a later page, and not one of another application', async () => {
    const foreign = { ts: '9.0', metadata: { event_type: 'other', event_payload: { key: 'case-1' } } }
    vendor.answers('POST', method('conversations.history'), {
      body: { ok: true, messages: [{ ts: '9.1' }, foreign], response_metadata: { next_cursor: 'p2' } },
    })
    vendor.answers('POST', method('conversations.history'), {
      body: { ok: true, messages: [marked('case-10', '3.0'), marked('case-1', '2.0')] },
    })
    const ref = await (await connect()).find(CHANNEL, 'case-1')
    expect(ref).toEqual({ surface: 'slack', channel: CHANNEL, message: '2.0' })
    expect(vendor.calls[1]?.body).toMatchObject({ cursor: 'p2', include_all_metadata: 'true' })
  })

  it('stops looking after a bounded number of pages', async () => {
    for (let page = 0; page < 5; page += 1) {
      vendor.answers('POST', method('conversations.history'), {
        body: { ok: true, messages: [], response_metadata: { next_cursor: 'more' } },
      })
    }
    expect(await (await connect()).find(CHANNEL, 'case-1')).toBeUndefined()
    expect(vendor.calls).toHaveLength(5)
  })

  it('looks into the thread that the message was posted to', async () => {
    vendor.answers('POST', method('conversations.replies'), {
      body: { ok: true, messages: [{ ts: '1.0' }, marked('case-1', '1.5')] },
    })
    expect(await (await connect()).find(CHANNEL, 'case-1', '1.0')).toMatchObject({ message: '1.5' })
    expect(vendor.calls[0]?.body).toMatchObject({ ts: '1.0' })
  })

  it('finds in a channel known by name', async () => {
    vendor.answers('POST', method('conversations.list'), {
      body: { ok: true, channels: [{ id: CHANNEL, name: 'escalations' }] },
    })
    vendor.answers('POST', method('conversations.history'), {
      body: { ok: true, messages: [marked('case-1', '2.0')] },
    })
    expect(await (await connect()).find('#escalations', 'case-1')).toMatchObject({ channel: CHANNEL })
  })

  it.each([
    ['invalid_auth', 'vendor_auth', 'never', 'none'],
    ['missing_scope', 'vendor_auth', 'never', 'none'],
    ['not_in_channel', 'vendor_auth', 'never', 'none'],
    ['channel_not_found', 'vendor_not_found', 'never', 'none'],
    ['invalid_blocks', 'vendor_rejected', 'never', 'none'],
    ['ratelimited', 'vendor_rate_limited', 'backoff', 'none'],
    ['fatal_error', 'vendor_unavailable', 'backoff', 'unknown'],
  ])('takes the answer %s for %s', async (error, code, when, effect) => {
    vendor.answers('POST', method('chat.postMessage'), { body: { ok: false, error } })
    const posted = (await connect()).post(view(), posting)
    await expect(posted).rejects.toMatchObject({ name: 'VendorError', code, retry: { when }, effect })
  })

  it('waits as long as a 429 asks and asks only once itself', async () => {
    vendor.answers('POST', method('chat.postMessage'), { status: 429, headers: { 'retry-after': '30' } })
    await expect((await connect()).post(view(), posting)).rejects.toMatchObject({
      code: 'vendor_rate_limited',
      retry: { when: 'after', ms: 30_000 },
      effect: 'none',
    })
    expect(vendor.calls).toHaveLength(1)
  })

  it('does not know whether a post took effect after a 5xx or a broken connection', async () => {
    const chat = await connect()
    vendor.answers('POST', method('chat.postMessage'), { status: 503 })
    await expect(chat.post(view(), posting)).rejects.toMatchObject({
      code: 'vendor_unavailable',
      effect: 'unknown',
    })
    vendor.breaks('POST', method('chat.postMessage'), 'ECONNRESET')
    await expect(chat.post(view(), posting)).rejects.toMatchObject({ effect: 'unknown' })
  })

  it('knows that a refused connection had no effect', async () => {
    vendor.breaks('POST', method('chat.postMessage'), 'ECONNREFUSED')
    const posted = (await connect()).post(view(), posting)
    await expect(posted).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'none' })
  })

  it('checks the token', async () => {
    const chat = await connect()
    vendor.answers('POST', method('auth.test'), { body: { ok: true, team: 'Hotel', user: 'switchboard' } })
    expect(await chat.check()).toEqual({ ok: true, detail: 'signed in to Hotel as switchboard' })
    vendor.answers('POST', method('auth.test'), { body: { ok: false, error: 'invalid_auth' } })
    expect(await chat.check()).toMatchObject({ ok: false, hint: expect.stringContaining('SLACK_BOT_TOKEN') })
  })
})

describe('Slack by incoming webhook alone', () => {
  const vendor = nocked('https://hooks.slack.com', null)
  const path = '/services/T0/B0/secretpart'
  const webhook = () =>
    slack.ports.chat?.(
      slack.config.parse({ SLACK_WEBHOOK_URL: `https://hooks.slack.com${path}` }),
      deps,
    ) as Promise<ChatSurface>

  it('posts, and says that it can neither edit nor find', async () => {
    vendor.answers('POST', path, { body: 'ok' })
    const chat = await webhook()
    expect(chat.can).toEqual({ edit: false, find: false })
    await chat.post(view({ title: 'Grüße' }), posting)
    expect(vendor.calls[0]?.body).toMatchObject({ text: '🔵 Grüße', blocks: [{ type: 'header' }] })
    expect(await chat.find('webhook', 'case-1')).toBeUndefined()
  })

  it.each([
    [404, 'no_service', 'vendor_not_found', 'none'],
    [403, 'action_prohibited', 'vendor_auth', 'none'],
    [400, 'invalid_blocks', 'vendor_rejected', 'none'],
    [429, 'rate_limited', 'vendor_rate_limited', 'none'],
    [500, 'rollup_error', 'vendor_unavailable', 'unknown'],
  ])('takes a %d %s for %s, without telling the secret address', async (status, body, code, effect) => {
    vendor.answers('POST', path, { status, body })
    const error = await (await webhook()).post(view(), posting).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'VendorError', code, effect })
    expect(String(error)).not.toContain('secretpart')
  })

  it('does not know whether a post took effect when the connection broke', async () => {
    vendor.breaks('POST', path, 'ECONNRESET')
    await expect((await webhook()).post(view(), posting)).rejects.toMatchObject({ effect: 'unknown' })
  })
})
