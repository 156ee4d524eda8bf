import { RateLimitError, REST } from '@discordjs/rest'
import { Routes } from 'discord-api-types/v10'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DISCORD, startDiscordStandIn } from '../../../src/sandbox/discord.ts'
import { type ChatMessage, emptyWorld, type World } from '../../../src/sandbox/world.ts'
import { vendorSpec } from '../../specs.ts'
import { stoppedClock } from './clock.ts'

const clock = stoppedClock('2026-03-02T09:00:00Z')
const channel = DISCORD.escalationsChannel
let world: World
let standIn: Awaited<ReturnType<typeof startDiscordStandIn>>
let rest: REST

beforeEach(async () => {
  world = emptyWorld(clock.now())
  await start()
})
afterEach(() => standIn.close())

async function start() {
  standIn = await startDiscordStandIn({ world, clock, changed: () => {} })
  rest = restWith(DISCORD.botToken)
}

function restWith(token: string): REST {
  const api = `${standIn.url}/api`
  return new REST({ api, version: '10', retries: 0, rejectOnRateLimit: () => true }).setToken(token)
}

type Message = { id: string; content: string; mention_everyone: boolean; edited_timestamp: string | null }
const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'id' in value && 'content' in value

async function post(body: Record<string, unknown>, where: string = channel): Promise<Message> {
  const message = await rest.post(Routes.channelMessages(where), { body })
  if (!isMessage(message)) throw new Error('no message')
  return message
}

function messages(where: string = channel): ChatMessage[] {
  return Object.values(world.chat.discord.channels[where]?.messages ?? {})
}

const embed = (description: string) => ({ title: 'Case', description, footer: { text: 'ref abc' } })

it('posts, edits in place and keeps what was said before', async () => {
  const { id } = await post({ embeds: [embed('first – Müller 🙂')] })
  const edited = await rest.patch(Routes.channelMessage(channel, id), { body: { embeds: [embed('second')] } })
  expect(edited).toMatchObject({ id, embeds: [{ type: 'rich', description: 'second' }] })
  expect(messages()).toMatchObject([{ text: 'Case\nsecond\nref abc', via: 'bot' }])
  expect(messages()[0]?.edits[0]?.text).toContain('first – Müller 🙂')
})

it('answers with messages as Discord describes them', async () => {
  const message = await post({ content: 'hello', embeds: [embed('x')], nonce: 'n-1' })
  const spec = await vendorSpec('discord')
  const path = `/channels/${channel}/messages`
  expect(spec.checkAnswer({ method: 'POST', path, status: 200, body: message })).toEqual([])
})

it('posts once under an enforced nonce, for a few minutes', async () => {
  const body = { content: 'once', nonce: 'case-1', enforce_nonce: true }
  const first = await post(body)
  expect((await post(body)).id).toBe(first.id)
  clock.advance(6 * 60_000)
  expect((await post(body)).id).not.toBe(first.id)
  expect(messages()).toHaveLength(2)
})

it('still knows an enforced nonce after a restart', async () => {
  const body = { content: 'once', nonce: 'case-1', enforce_nonce: true }
  const { id } = await post(body)
  await standIn.close()
  world = JSON.parse(JSON.stringify(world))
  await start()
  expect((await post(body)).id).toBe(id)
})

it('lists newest first, in pages', async () => {
  for (const content of ['1', '2', '3']) await post({ content })
  const list = async (query: Record<string, string>) => {
    const page = await rest.get(Routes.channelMessages(channel), { query: new URLSearchParams(query) })
    return Array.isArray(page) ? page.filter(isMessage) : []
  }
  const one = await list({ limit: '2' })
  const two = await list({ limit: '2', before: one.at(-1)?.id ?? '' })
  expect([one, two].map((page) => page.map(({ content }) => content))).toEqual([['3', '2'], ['1']])
})

it('hangs a thread on a message, once', async () => {
  const { id } = await post({ content: 'case' })
  const open = () => rest.post(Routes.threads(channel, id), { body: { name: 'Details' } })
  expect(await open()).toMatchObject({ id, type: 11 })
  await expect(open()).rejects.toMatchObject({ code: 160004 })
  await post({ content: 'story' }, id)
  expect(messages(id)).toMatchObject([{ text: 'story', thread: id }])
  expect(messages()).toMatchObject([{ text: 'case', thread: null }])
})

it('tells whether everybody was pinged', async () => {
  expect((await post({ content: '@everyone!' })).mention_everyone).toBe(true)
  const quiet = { content: '@everyone!', allowed_mentions: { parse: [] } }
  expect((await post(quiet)).mention_everyone).toBe(false)
})

it.each([
  ['nothing to say', {}, 50006],
  ['a content over 2000 characters', { content: 'a'.repeat(2001) }, 50035],
  ['embeds over 6000 characters', { embeds: [embed('a'.repeat(3001)), embed('a'.repeat(3001))] }, 50035],
  ['a nonce over 25 characters', { content: 'x', nonce: 'n'.repeat(26) }, 50035],
  ['content beside components V2', { content: 'x', flags: 1 << 15, components: [{}] }, 50035],
])('refuses %s', async (_what, body, code) => {
  await expect(post(body)).rejects.toMatchObject({ code, status: 400 })
  expect(messages()).toHaveLength(0)
})

it('knows the bot by its token, and only its own channels and messages', async () => {
  expect(await rest.get(Routes.user())).toMatchObject({ id: DISCORD.botUserId, bot: true })
  await expect(restWith('other').get(Routes.user())).rejects.toMatchObject({ status: 401 })
  await expect(post({ content: 'x' }, '999')).rejects.toMatchObject({ code: 10003 })
  const missing = rest.patch(Routes.channelMessage(channel, '999'), { body: { content: 'x' } })
  await expect(missing).rejects.toMatchObject({ code: 10008 })
})

it('limits the rate, and loses an answer after the message is posted, when told to', async () => {
  standIn.faults.push(
    { on: 'POST /messages', kind: { status: 429, retryAfterS: 7 }, times: 1 },
    { on: 'POST /messages', kind: 'timeout_after_effect', times: 1 },
  )
  await expect(post({ content: 'x' })).rejects.toBeInstanceOf(RateLimitError)
  expect(messages()).toHaveLength(0)
  rest = restWith(DISCORD.botToken)
  await expect(post({ content: 'x' })).rejects.toThrow()
  expect(messages()).toHaveLength(1)
})

it('takes a webhook’s messages, answering with them only when asked to wait', async () => {
  const send = (query: string) =>
    fetch(`${standIn.webhookUrl}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'alert' }),
    })
  expect((await send('')).status).toBe(204)
  const posted: unknown = await (await send('?wait=true')).json()
  if (!isMessage(posted)) throw new Error('no message')
  const path = Routes.webhookMessage(DISCORD.webhookId, DISCORD.webhookToken, posted.id)
  await rest.patch(path, { auth: false, body: { content: 'edited' } })
  expect(messages().map(({ text, via }) => [text, via])).toEqual([
    ['alert', 'webhook'],
    ['edited', 'webhook'],
  ])
  const wrong = await fetch(standIn.webhookUrl.replace(/[\w-]+$/, 'wrong'), { method: 'POST' })
  expect(wrong.status).toBe(401)
})
