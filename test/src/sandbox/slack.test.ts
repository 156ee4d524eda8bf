import { ErrorCode, WebClient } from '@slack/web-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { emptySlack, SLACK, saySlack, slackText, startSlackStandIn } from '../../../src/sandbox/slack.ts'
import { stoppedClock } from './clock.ts'

const clock = stoppedClock('2026-03-02T09:00:00Z')
let world: { slack: ReturnType<typeof emptySlack> }
let standIn: Awaited<ReturnType<typeof startSlackStandIn>>
let client: WebClient

beforeEach(async () => {
  world = { slack: emptySlack() }
  standIn = await startSlackStandIn({ world, clock })
  client = new WebClient(SLACK.botToken, {
    slackApiUrl: `${standIn.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  })
})
afterEach(() => standIn.close())

const channel = SLACK.escalationsChannel
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const metadata = (key: string) => ({ event_type: 'switchboard_case', event_payload: { key } })

it('knows the bot by its token and refuses another', async () => {
  expect(await client.auth.test()).toMatchObject({ ok: true, bot_id: SLACK.botId })
  const stranger = new WebClient('xoxb-other', { slackApiUrl: `${standIn.url}/api/` })
  await expect(stranger.auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } })
})

it('finds a posted message again by its metadata, edits it in place and keeps what it said before', async () => {
  const posted = await client.chat.postMessage({
    channel,
    text: 'Case 1 – Müller 🙂',
    blocks: [section('first')],
    metadata: metadata('case-1'),
  })
  await client.chat.postMessage({ channel, text: 'noise' })

  const found = await client.conversations.history({ channel, include_all_metadata: true, limit: 10 })
  expect(found.messages?.map((message) => message.metadata?.event_payload)).toEqual([
    undefined,
    { key: 'case-1' },
  ])

  await client.chat.update({ channel, ts: String(posted.ts), text: 'done', blocks: [section('second')] })
  const [message] = world.slack.channels[channel]?.messages ?? []
  expect(message).toMatchObject({
    text: 'done',
    metadata: metadata('case-1'),
    edits: [{ text: 'first' }],
  })
  expect(message && slackText(message)).toBe('second')
})

it('tells metadata without its payload unless asked for all of it', async () => {
  await client.chat.postMessage({ channel, text: 'x', metadata: metadata('case-1') })
  const { messages } = await client.conversations.history({ channel })
  expect(messages?.[0]?.metadata).toEqual({ event_type: 'switchboard_case' })
})

it('pages newest first and leaves replies and ephemeral messages out of the history', async () => {
  const first = await client.chat.postMessage({ channel, text: '1' })
  await client.chat.postMessage({ channel, text: 'reply', thread_ts: first.ts })
  await client.chat.postEphemeral({ channel, text: 'psst', user: 'U1' })
  for (const text of ['2', '3']) await client.chat.postMessage({ channel, text })

  const one = await client.conversations.history({ channel, limit: 2 })
  const two = await client.conversations.history({
    channel,
    limit: 2,
    cursor: one.response_metadata?.next_cursor,
  })
  const told = [one, two].map((page) => page.messages?.map((message) => message.text))
  expect(told).toEqual([['3', '2'], ['1']])
  expect(two.has_more).toBe(false)

  const thread = await client.conversations.replies({ channel, ts: String(first.ts) })
  expect(thread.messages?.map((message) => message.text)).toEqual(['1', 'reply'])
})

it.each([
  ['an unknown channel', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'],
  ['nothing to say', { channel, text: '' }, 'no_text'],
  [
    'a section over 3000 characters',
    { channel, text: 'x', blocks: [section('a'.repeat(3001))] },
    'invalid_blocks',
  ],
  [
    '51 blocks',
    { channel, text: 'x', blocks: Array.from({ length: 51 }, () => section('a')) },
    'invalid_blocks',
  ],
  ['a thread that is not there', { channel, text: 'x', thread_ts: '1.000000' }, 'thread_not_found'],
])('refuses %s', async (_what, message, error) => {
  await expect(client.chat.postMessage(message)).rejects.toMatchObject({ data: { error } })
})

it('does not let the bot edit what a person said', async () => {
  const said = saySlack({ world, clock }, channel, { text: 'mine', user: 'U1' })
  await expect(client.chat.update({ channel, ts: said?.ts ?? '', text: 'ours' })).rejects.toMatchObject({
    data: { error: 'cant_update_message' },
  })
})

it('limits the rate, and loses an answer after the message is posted, when told to', async () => {
  standIn.faults.push(
    { on: 'POST /api/chat.postMessage', kind: { status: 429, retryAfterS: 7 }, times: 1 },
    { on: 'POST /api/chat.postMessage', kind: 'timeout_after_effect', times: 1 },
  )
  const post = () => client.chat.postMessage({ channel, text: 'once' })
  await expect(post()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 7 })
  expect(world.slack.channels[channel]?.messages).toHaveLength(0)
  await expect(post()).rejects.toMatchObject({ code: ErrorCode.RequestError })
  expect(world.slack.channels[channel]?.messages).toHaveLength(1)
})

it('takes an incoming webhook, answers ok, and says what is wrong with a bad one', async () => {
  const post = (body: string) => fetch(standIn.webhookUrl, { method: 'POST', body })
  const good = await post(JSON.stringify({ text: 'alert' }))
  expect([good.status, await good.text()]).toEqual([200, 'ok'])
  const bad = await post('{')
  expect([bad.status, await bad.text()]).toEqual([400, 'invalid_payload'])
  expect(world.slack.channels[channel]?.messages).toMatchObject([{ text: 'alert', by: { kind: 'webhook' } }])
})
