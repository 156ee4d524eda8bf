import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { discord } from '../../../integrations/discord/index.ts'
import type { ChatSurface } from '../../../src/ports/index.ts'
import { type Call, nocked } from '../nocked.ts'
import { view } from '../views.ts'

const CHANNEL = '800000000000000001'
const MESSAGE = '900000000000000001'
const posting = { channel: CHANNEL, key: 'case-1' }

const connect = async (env: Record<string, string>): Promise<ChatSurface> => {
  const deps = { clock: { now: () => 0, at: () => () => {} }, log: pino({ level: 'silent' }) }
  const chat = await discord.ports.chat?.(discord.config.parse(env), deps)
  if (!chat) throw new Error('no chat')
  return chat
}
const created = ({ path, body }: Call) => ({
  body: { id: MESSAGE, channel_id: path.split('/')[4], ...(body as object) },
})
const refused = (status: number, code: number, message = 'no') => ({ status, body: { code, message } })

describe('Discord by bot token', () => {
  const vendor = nocked('https://discord.com', 'discord')
  const messages = `/api/v10/channels/${CHANNEL}/messages`
  const bot = () => connect({ DISCORD_BOT_TOKEN: 'bot-token', DISCORD_ESCALATIONS_CHANNEL: CHANNEL })

  it('posts a card once per key and says where it stands', async () => {
    vendor.answers('POST', messages, created)
    vendor.answers('POST', messages, created)
    const chat = await bot()
    const ref = await chat.post(view({ title: 'Grüße 🙂' }), posting)
    await chat.post(view(), { ...posting, key: 'case-2' })
    expect(ref).toEqual({ surface: 'discord', channel: CHANNEL, message: MESSAGE })
    const [first, second] = vendor.calls.map(({ body }) => body as { nonce: string })
    expect(vendor.calls[0]?.headers.authorization).toBe('Bot bot-token')
    expect(first).toMatchObject({ content: '**Grüße 🙂**', enforce_nonce: true })
    expect(first?.nonce.length).toBeLessThanOrEqual(25)
    expect(first?.nonce).not.toBe(second?.nonce)
  })

  it('edits in place, nobody mentioned', async () => {
    vendor.answers('PATCH', `${messages}/${MESSAGE}`, created)
    const ref = { surface: 'discord', channel: CHANNEL, message: MESSAGE }
    await (await bot()).update(ref, view({ title: 'Claimed' }))
    expect(vendor.calls[0]?.body).toEqual({
      content: '**Claimed**',
      embeds: [],
      allowed_mentions: { parse: [] },
    })
  })

  it('finds what it posted, on a later page', async () => {
    vendor.answers('POST', messages, created)
    const chat = await bot()
    await chat.post(view({ footer: 'updated 10:14' }), posting)
    const { embeds } = (vendor.calls[0]?.body ?? {}) as { embeds?: unknown[] }
    const page = Array.from({ length: 100 }, (_, n) => ({
      id: `${200 - n}`,
      channel_id: CHANNEL,
      embeds: [],
    }))
    vendor.answers('GET', messages, { body: page })
    vendor.answers('GET', messages, { body: [{ id: MESSAGE, channel_id: CHANNEL, embeds }] })
    expect(await chat.find(CHANNEL, 'case-1')).toMatchObject({ message: MESSAGE })
    expect(vendor.calls[2]?.query.get('before')).toBe('101')
    vendor.answers('GET', messages, { body: [{ id: MESSAGE, channel_id: CHANNEL, embeds }] })
    expect(await chat.find(CHANNEL, 'case-10')).toBeUndefined()
  })

  it('opens the thread under a message when the first answer is posted to it', async () => {
    const thread = `/api/v10/channels/${MESSAGE}/messages`
    vendor.answers('POST', thread, refused(404, 10003, 'Unknown Channel'))
    vendor.answers('POST', `${messages}/${MESSAGE}/threads`, { status: 201, body: { id: MESSAGE } })
    vendor.answers('POST', thread, created)
    const ref = await (await bot()).post(view({ title: 'Story' }), { ...posting, thread: MESSAGE })
    expect(ref.channel).toBe(MESSAGE)
    expect(vendor.calls[1]?.body).toEqual({ name: 'Story' })
  })

  it('posts into a thread that somebody opened at the same moment', async () => {
    const thread = `/api/v10/channels/${MESSAGE}/messages`
    vendor.answers('POST', thread, refused(404, 10003))
    vendor.answers('POST', `${messages}/${MESSAGE}/threads`, refused(400, 160004, 'already has a thread'))
    vendor.answers('POST', thread, created)
    await expect((await bot()).post(view(), { ...posting, thread: MESSAGE })).resolves.toBeDefined()
  })

  it('finds nothing in a thread that was never opened', async () => {
    vendor.answers('GET', `/api/v10/channels/${MESSAGE}/messages`, refused(404, 10003))
    expect(await (await bot()).find(CHANNEL, 'case-1', MESSAGE)).toBeUndefined()
  })

  it.each([
    [401, 0, 'vendor_auth', 'never', 'none'],
    [403, 50001, 'vendor_auth', 'never', 'none'],
    [404, 10003, 'vendor_not_found', 'never', 'none'],
    [400, 50035, 'vendor_rejected', 'never', 'none'],
    [400, 30046, 'vendor_rate_limited', 'backoff', 'none'],
    [502, 0, 'vendor_unavailable', 'backoff', 'unknown'],
  ])('takes a %d with code %d for %s', async (status, answer, code, when, effect) => {
    vendor.answers('POST', messages, refused(status, answer))
    const posted = (await bot()).post(view(), posting)
    await expect(posted).rejects.toMatchObject({ name: 'VendorError', code, retry: { when }, effect })
  })

  it('still says what is wrong the second time a token is refused', async () => {
    vendor.answers('POST', messages, refused(401, 0))
    vendor.answers('POST', messages, refused(401, 0))
    const chat = await bot()
    await expect(chat.post(view(), posting)).rejects.toMatchObject({ code: 'vendor_auth' })
    await expect(chat.post(view(), posting)).rejects.toMatchObject({ code: 'vendor_auth' })
  })

  it('waits as long as a 429 asks and asks only once itself', async () => {
    const body = { message: 'You are being rate limited.', retry_after: 12.5, global: false }
    const headers = { 'retry-after': '12.5', 'x-ratelimit-reset-after': '12.5', 'x-ratelimit-remaining': '0' }
    vendor.answers('POST', messages, { status: 429, body, headers })
    const error = await (await bot()).post(view(), posting).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'vendor_rate_limited', retry: { when: 'after' }, effect: 'none' })
    expect((error as { retry: { ms: number } }).retry.ms).toBeGreaterThanOrEqual(12_500)
    expect((error as { retry: { ms: number } }).retry.ms).toBeLessThan(14_000)
    expect(vendor.calls).toHaveLength(1)
  })

  it('spreads many cards over the seconds that Discord wants, instead of failing', async () => {
    const cards = Array.from({ length: 60 }, (_, n) => `case-${n}`)
    for (const _ of cards) vendor.answers('POST', messages, created)
    const chat = await bot()
    await Promise.all(cards.map((key) => chat.post(view(), { channel: CHANNEL, key })))
    expect(vendor.calls).toHaveLength(60)
  })

  it.each([
    ['ECONNREFUSED', 'none'],
    ['ECONNRESET', 'unknown'],
  ] as const)('after %s the effect is %s', async (code, effect) => {
    vendor.breaks('POST', messages, code)
    const posted = (await bot()).post(view(), posting)
    await expect(posted).rejects.toMatchObject({ code: 'vendor_unavailable', effect })
  })

  it('checks that the bot sees the channel', async () => {
    const chat = await bot()
    vendor.answers('GET', `/api/v10/channels/${CHANNEL}`, { body: { id: CHANNEL, name: 'escalations' } })
    expect(await chat.check()).toEqual({ ok: true, detail: 'sees the channel escalations' })
    vendor.answers('GET', `/api/v10/channels/${CHANNEL}`, refused(403, 50001, 'Missing Access'))
    expect(await chat.check()).toMatchObject({ ok: false, hint: expect.stringContaining('permission') })
  })
})

describe('Discord by webhook alone', () => {
  const vendor = nocked('https://discord.com', 'discord')
  const path = '/api/v10/webhooks/700000000000000001/secretpart'
  const webhook = () =>
    connect({ DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/700000000000000001/secretpart' })

  it('posts, is told where the message stands, and edits it', async () => {
    vendor.answers('POST', path, { body: { id: MESSAGE, channel_id: CHANNEL } })
    vendor.answers('PATCH', `${path}/messages/${MESSAGE}`, { body: { id: MESSAGE, channel_id: CHANNEL } })
    const chat = await webhook()
    expect(chat.can).toEqual({ edit: true, find: false })
    const ref = await chat.post(view({ title: 'Grüße' }), posting)
    await chat.update(ref, view({ title: 'Claimed' }))
    expect(vendor.calls[0]?.query.get('wait')).toBe('true')
    expect(vendor.calls[0]?.headers.authorization).toBeUndefined()
    expect(vendor.calls[1]?.body).toMatchObject({ content: '**Claimed**' })
  })

  it.each([
    [404, 10015, 'vendor_not_found', 'none'],
    [401, 50027, 'vendor_auth', 'none'],
    [500, 0, 'vendor_unavailable', 'unknown'],
  ])(
    'takes a %d with code %d for %s, without telling the secret address',
    async (status, answer, code, effect) => {
      vendor.answers('POST', path, refused(status, answer))
      const error = await (await webhook()).post(view(), posting).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'VendorError', code, effect })
      const told = [error, (error as Error).cause].map((each) => `${each} ${JSON.stringify(each)}`).join()
      expect(told).not.toContain('secretpart')
    },
  )

  it('checks that the webhook is there, posting nothing', async () => {
    vendor.answers('GET', path, { body: { id: '7', name: 'Alerts' } })
    expect(await (await webhook()).check()).toEqual({ ok: true, detail: 'posts as the webhook Alerts' })
  })
})
