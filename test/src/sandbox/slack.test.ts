import { ErrorCode, LogLevel, WebClient } from '@slack/web-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openChannel, postsByKey } from '../../../src/sandbox/rooms.ts'
import { SLACK, startSlackStandIn } from '../../../src/sandbox/slack.ts'
import { type ChatMessage, emptyWorld, type World } from '../../../src/sandbox/world.ts'
import { stoppedClock } from './clock.ts'

const clock = stoppedClock('2026-03-02T09:00:00Z')
const channel = SLACK.escalationsChannel
let world: World
let standIn: Awaited<ReturnType<typeof startSlackStandIn>>
let client: WebClient

beforeEach(async () => {
  world = emptyWorld(clock.now())
  standIn = await startSlackStandIn({ world, clock, changed: () => {} })
  client = clientWith(SLACK.botToken)
})
afterEach(() => standIn.close())

function clientWith(token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: `${standIn.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  })
}

function messages(): ChatMessage[] {
  return Object.values(world.chat.slack.channels[channel]?.messages ?? {})
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const metadata = (key: string) => ({ event_type: 'switchboard_case', event_payload: { key } })

it('knows the bot by its token and refuses another', async () => {
  expect(await client.auth.test()).toMatchObject({ ok: true, bot_id: SLACK.botId })
  await expect(clientWith('xoxb-other').auth.test()).rejects.toMatchObject({
    data: { error: 'invalid_auth' },
  })
})

it('finds a posted message by its metadata, edits it in place and keeps what it said before', async () => {
  const posted = await client.chat.postMessage({
    channel,
    text: 'Case 1 – Müller 🙂',
    blocks: [section('first')],
    metadata: metadata('case-1'),
  })
  await client.chat.postMessage({ channel, text: 'noise' })

  const found = await client.conversations.history({ channel, include_all_metadata: true, limit: 10 })
  const payloads = found.messages?.map((message) => message.metadata?.event_payload)
  expect(payloads).toEqual([undefined, { key: 'case-1' }])

  await client.chat.update({ channel, ts: String(posted.ts), text: 'done', blocks: [section('second')] })
  expect(messages()[0]).toMatchObject({
    text: 'second',
    body: { text: 'done' },
    metadata: metadata('case-1'),
    edits: [{ text: 'first' }],
  })
  expect(postsByKey(world.chat.slack)).toEqual(new Map([['case-1', 1]]))
})

it('takes the blocks away when an update has only text', async () => {
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'x', blocks: [section('card')] })
  await client.chat.update({ channel, ts, text: 'plain' })
  const { messages: [told] = [] } = await client.conversations.history({ channel })
  expect(told).toMatchObject({ text: 'plain' })
  expect(told?.blocks).toBeUndefined()
})

it('tells metadata without its payload unless asked for all of it', async () => {
  await client.chat.postMessage({ channel, text: 'x', metadata: metadata('case-1') })
  const { messages: [told] = [] } = await client.conversations.history({ channel })
  expect(told?.metadata).toEqual({ event_type: 'switchboard_case' })
})

it('pages newest first and leaves replies and ephemeral messages out of the history', async () => {
  const { ts = '' } = await client.chat.postMessage({ channel, text: '1' })
  await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts })
  await client.chat.postEphemeral({ channel, text: 'psst', user: 'U1' })
  for (const text of ['2', '3']) await client.chat.postMessage({ channel, text })

  const one = await client.conversations.history({ channel, limit: 2 })
  const cursor = one.response_metadata?.next_cursor
  const two = await client.conversations.history({ channel, limit: 2, cursor })
  const told = [one, two].map((page) => page.messages?.map((message) => message.text))
  expect(told).toEqual([['3', '2'], ['1']])
  expect(two.has_more).toBe(false)

  const thread = await client.conversations.replies({ channel, ts })
  expect(thread.messages?.map((message) => message.text)).toEqual(['1', 'reply'])
})

it.each([
  ['an unknown channel', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'],
  ['nothing to say', { channel, text: '' }, 'no_text'],
  ['a long section', { channel, text: 'x', blocks: [section('a'.repeat(3001))] }, 'invalid_blocks'],
  ['51 blocks', { channel, text: 'x', blocks: Array(51).fill(section('a')) }, 'invalid_blocks'],
  ['a thread that is not there', { channel, text: 'x', thread_ts: '1.000000' }, 'thread_not_found'],
])('refuses %s', async (_what, message, error) => {
  await expect(client.chat.postMessage(message)).rejects.toMatchObject({ data: { error } })
  expect(messages()).toHaveLength(0)
})

it('limits the rate, and loses an answer after the message is posted, when told to', async () => {
  standIn.faults.push(
    { on: 'POST /api/chat.postMessage', kind: { status: 429, retryAfterS: 7 }, times: 1 },
    { on: 'POST /api/chat.postMessage', kind: 'timeout_after_effect', times: 1 },
  )
  const post = () => client.chat.postMessage({ channel, text: 'once' })
  await expect(post()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 7 })
  expect(messages()).toHaveLength(0)
  await expect(post()).rejects.toMatchObject({ code: ErrorCode.RequestError })
  expect(messages()).toHaveLength(1)
})

it('goes on where it was after a restart: later messages sort after earlier ones', async () => {
  await client.chat.postMessage({ channel, text: 'before' })
  const saved: World = JSON.parse(JSON.stringify(world))
  await standIn.close()
  world = saved
  standIn = await startSlackStandIn({ world, clock, changed: () => {} })
  client = clientWith(SLACK.botToken)

  await client.chat.postMessage({ channel, text: 'after' })
  const { messages: told } = await client.conversations.history({ channel })
  expect(told?.map((message) => message.text)).toEqual(['after', 'before'])
})

it('takes an incoming webhook, answers ok, and says what is wrong with a bad one', async () => {
  const post = async (body: string) => {
    const response = await fetch(standIn.webhookUrl, { method: 'POST', body })
    return [response.status, await response.text()]
  }
  expect(await post(JSON.stringify({ text: 'alert' }))).toEqual([200, 'ok'])
  expect(await post('{')).toEqual([400, 'invalid_payload'])
  expect(await post('{"text":""}')).toEqual([400, 'no_text'])
  expect(messages()).toMatchObject([{ text: 'alert', via: 'webhook' }])
})

it('posts to a channel by its name, as Slack lets one, but reads it by id only', async () => {
  openChannel(world.chat.slack, 'C9', 'night-shift')
  await client.chat.postMessage({ channel: '#night-shift', text: 'x' })
  await expect(client.conversations.history({ channel: '#night-shift' })).rejects.toMatchObject({
    data: { error: 'channel_not_found' },
  })
  expect(Object.keys(world.chat.slack.channels.C9?.messages ?? {})).toHaveLength(1)
})
