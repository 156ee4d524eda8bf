import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { bodyMistake, DiscordBody, readable } from './discord-body.ts'
import { allMessages, openChannel } from './rooms.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import type { ChatChannel, ChatMessage } from './world.ts'

export const DISCORD = {
  botToken: 'discord-bot-token-of-the-sandbox',
  applicationId: '1300000000000000001',
  guildId: '1300000000000000002',
  escalationsChannel: '1300000000000000003',
  botUserId: '1300000000000000001',
  webhookId: '1300000000000000777',
  webhookToken: 'sandbox-webhook-token',
} as const

type Deps = Pick<StandInDeps, 'world' | 'clock' | 'changed' | 'port'>

/**
 * What the routes work on. `lastId` keeps ids rising; `nonces` has, by channel and nonce, the message that
 * `enforce_nonce` answers with for a few minutes (discord-api-docs developers/resources/message).
 */
type Discord = Deps & { lastId: bigint; nonces: Map<string, ChatMessage> }

const NONCE_WINDOW_MS = 5 * 60_000

/** Serves Discord's REST API, version 10, under `/api` and one channel webhook. No gateway. */
export async function startDiscordStandIn(deps: Deps): Promise<StandIn & { webhookUrl: string }> {
  const server = deps.world.chat.discord
  openChannel(server, DISCORD.escalationsChannel, 'escalations')
  const messages = Object.values(server.channels).flatMap((channel) =>
    Object.values(channel.messages).map((message) => ({ channel, message })),
  )
  const lastId = allMessages(server).reduce((last, { id }) => (BigInt(id) > last ? BigInt(id) : last), 0n)
  const nonces = new Map(
    messages.flatMap(({ channel, message }) =>
      message.key === null ? [] : [[`${channel.id} ${message.key}`, message] as const],
    ),
  )
  const discord: Discord = { ...deps, lastId, nonces }
  const standIn = await startStandIn((request) => answer(request, discord), { port: deps.port })
  const webhookUrl = `${standIn.url}/api/webhooks/${DISCORD.webhookId}/${DISCORD.webhookToken}`
  return Object.assign(standIn, { webhookUrl })
}

type Route = {
  method: string
  path: RegExp
  /** Gets what the path's groups matched. */
  run: (ids: string[], request: StandInRequest, discord: Discord) => StandInReply
}

const bot: Route[] = [
  { method: 'GET', path: /^\/users\/@me$/, run: () => ok(botUser()) },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)$/,
    run: ([id = ''], _request, discord) => withChannel(discord, id, (channel) => ok(wireChannel(channel))),
  },
  {
    method: 'POST',
    path: /^\/channels\/(\d+)\/messages$/,
    run: ([id = ''], request, discord) =>
      withChannel(discord, id, (channel) => create(discord, channel, request, 'bot')),
  },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)\/messages$/,
    run: ([id = ''], request, discord) => withChannel(discord, id, (channel) => list(channel, request.query)),
  },
  {
    method: 'GET',
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    run: ([id = '', messageId = ''], _request, discord) =>
      withMessage(discord, id, messageId, (message, channel) => ok(wireMessage(message, channel))),
  },
  {
    method: 'PATCH',
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    run: ([id = '', messageId = ''], request, discord) =>
      withMessage(discord, id, messageId, (message, channel) =>
        message.via === 'bot'
          ? edit(discord, message, channel, request)
          : problem(403, 50005, 'Cannot edit a message authored by another user'),
      ),
  },
  {
    method: 'DELETE',
    path: /^\/channels\/(\d+)\/messages\/(\d+)$/,
    run: ([id = '', messageId = ''], _request, discord) =>
      withMessage(discord, id, messageId, (message, channel) => remove(discord, message, channel)),
  },
  {
    method: 'POST',
    path: /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/,
    run: ([id = '', messageId = ''], request, discord) =>
      withMessage(discord, id, messageId, (message) => openThread(discord, message, request)),
  },
]

const webhook: Route[] = [
  {
    method: 'GET',
    path: /^$/,
    run: () =>
      ok({
        id: DISCORD.webhookId,
        type: 1,
        name: 'Sandbox alerts',
        channel_id: DISCORD.escalationsChannel,
        guild_id: DISCORD.guildId,
        token: DISCORD.webhookToken,
        application_id: null,
        avatar: null,
      }),
  },
  {
    method: 'POST',
    path: /^$/,
    run: (_ids, request, discord) =>
      withChannel(discord, webhookChannel(request), (channel) => {
        const reply = create(discord, channel, request, 'webhook')
        const isWanted = reply.status !== 200 || request.query.get('wait') === 'true'
        return isWanted ? reply : { status: 204 }
      }),
  },
  {
    method: 'GET',
    path: /^\/messages\/(\d+)$/,
    run: ([id = ''], request, discord) =>
      withMessage(discord, webhookChannel(request), id, (message, channel) =>
        ok(wireMessage(message, channel)),
      ),
  },
  {
    method: 'PATCH',
    path: /^\/messages\/(\d+)$/,
    run: ([id = ''], request, discord) =>
      withMessage(discord, webhookChannel(request), id, (message, channel) =>
        message.via === 'webhook'
          ? edit(discord, message, channel, request)
          : problem(404, 10008, 'Unknown Message'),
      ),
  },
  {
    method: 'DELETE',
    path: /^\/messages\/(\d+)$/,
    run: ([id = ''], request, discord) =>
      withMessage(discord, webhookChannel(request), id, (message, channel) =>
        remove(discord, message, channel),
      ),
  },
]

function answer(request: StandInRequest, discord: Discord): StandInReply {
  const path = request.path.replace(/^\/api(\/v\d+)?/, '')
  const [, webhookId, token, rest = ''] = path.match(/^\/webhooks\/(\d+)\/([^/]+)(\/.*)?$/) ?? []
  if (webhookId !== undefined) {
    if (webhookId !== DISCORD.webhookId) return problem(404, 10015, 'Unknown Webhook')
    if (token !== DISCORD.webhookToken) return problem(401, 50027, 'Invalid Webhook Token')
    return route(webhook, rest, request, discord)
  }
  if (request.headers.authorization !== `Bot ${DISCORD.botToken}`) return problem(401, 0, '401: Unauthorized')
  return route(bot, path, request, discord)
}

function route(routes: Route[], path: string, request: StandInRequest, discord: Discord): StandInReply {
  for (const { method, path: pattern, run } of routes) {
    const match = method === request.method ? pattern.exec(path) : null
    if (match) return run(match.slice(1), request, discord)
  }
  return problem(404, 0, '404: Not Found')
}

function withChannel(
  discord: Discord,
  id: string,
  run: (channel: ChatChannel) => StandInReply,
): StandInReply {
  const channel = discord.world.chat.discord.channels[id]
  return channel ? run(channel) : problem(404, 10003, 'Unknown Channel')
}

function withMessage(
  discord: Discord,
  channelId: string,
  id: string,
  run: (message: ChatMessage, channel: ChatChannel) => StandInReply,
): StandInReply {
  return withChannel(discord, channelId, (channel) => {
    const message = channel.messages[id]
    return message ? run(message, channel) : problem(404, 10008, 'Unknown Message')
  })
}

function webhookChannel(request: StandInRequest): string {
  return request.query.get('thread_id') ?? DISCORD.escalationsChannel
}

function create(
  discord: Discord,
  channel: ChatChannel,
  request: StandInRequest,
  via: 'bot' | 'webhook',
): StandInReply {
  const parsed = DiscordBody.safeParse(request.json)
  if (!parsed.success) return invalid(z.prettifyError(parsed.error))
  const body = parsed.data
  const mistake = bodyMistake(body)
  if (mistake)
    return mistake.empty ? problem(400, 50006, 'Cannot send an empty message') : invalid(mistake.text)

  const key = body.nonce === undefined || body.nonce === null ? null : String(body.nonce)
  const now = discord.clock.now()
  const earlier = key === null ? undefined : discord.nonces.get(`${channel.id} ${key}`)
  if (body.enforce_nonce && earlier && now - earlier.createdAt < NONCE_WINDOW_MS)
    return ok({ ...wireMessage(earlier, channel), nonce: body.nonce })

  const message: ChatMessage = {
    id: nextSnowflake(discord),
    authorId: via === 'bot' ? DISCORD.botUserId : DISCORD.webhookId,
    authorName: via === 'bot' ? 'Switchboard' : (body.username ?? 'Sandbox alerts'),
    text: readable(body),
    body,
    key,
    metadata: null,
    thread: discord.world.chat.discord.channels[channel.id]?.messages[channel.id] ? channel.id : null,
    ephemeralFor: null,
    via,
    createdAt: now,
    edits: [],
  }
  channel.messages[message.id] = message
  if (key !== null) discord.nonces.set(`${channel.id} ${key}`, message)
  discord.changed()
  return ok({ ...wireMessage(message, channel), ...(key !== null && { nonce: body.nonce }) })
}

/** What is given replaces what was there; what is absent stays (developers/resources/message#edit-message). */
function edit(
  discord: Discord,
  message: ChatMessage,
  channel: ChatChannel,
  request: StandInRequest,
): StandInReply {
  const parsed = DiscordBody.safeParse(request.json)
  if (!parsed.success) return invalid(z.prettifyError(parsed.error))
  const body = { ...DiscordBody.parse(message.body), ...parsed.data }
  const mistake = bodyMistake(body)
  if (mistake)
    return mistake.empty ? problem(400, 50006, 'Cannot send an empty message') : invalid(mistake.text)
  message.edits.push({ at: discord.clock.now(), text: message.text })
  message.body = body
  message.text = readable(body)
  discord.changed()
  return ok(wireMessage(message, channel))
}

function remove(discord: Discord, message: ChatMessage, channel: ChatChannel): StandInReply {
  delete channel.messages[message.id]
  discord.changed()
  return { status: 204 }
}

/** A thread is a channel with the id of the message it hangs on. */
function openThread(discord: Discord, message: ChatMessage, request: StandInRequest): StandInReply {
  const body = z.looseObject({ name: z.string().min(1).max(100) }).safeParse(request.json)
  if (!body.success) return invalid(z.prettifyError(body.error))
  const server = discord.world.chat.discord
  if (server.channels[message.id])
    return problem(400, 160004, 'A thread has already been created for this message')
  const thread: ChatChannel = { id: message.id, name: body.data.name, messages: {} }
  server.channels[thread.id] = thread
  discord.changed()
  return { status: 201, body: { ...wireChannel(thread), type: 11 } }
}

/** Newest first; `before` and `after` are message ids, `limit` is 50 unless given and at most 100. */
function list(channel: ChatChannel, query: URLSearchParams): StandInReply {
  const limit = z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(50)
    .safeParse(query.get('limit') ?? undefined)
  if (!limit.success) return invalid('limit must be from 1 to 100')
  const before = query.get('before')
  const after = query.get('after')
  const within = Object.values(channel.messages)
    .reverse()
    .filter(({ id }) => !(before && BigInt(id) >= BigInt(before)) && !(after && BigInt(id) <= BigInt(after)))
  const page = after ? within.slice(-limit.data) : within.slice(0, limit.data)
  return ok(page.map((message) => wireMessage(message, channel)))
}

const DISCORD_EPOCH = 1_420_070_400_000n

/** Ids hold the time, so that their order is the order of the messages (developers/reference#snowflakes). */
function nextSnowflake(discord: Discord): string {
  const byTime = (BigInt(Math.floor(discord.clock.now())) - DISCORD_EPOCH) << 22n
  discord.lastId = byTime > discord.lastId ? byTime : discord.lastId + 1n
  return discord.lastId.toString()
}

/** As a listing shows it: without the nonce, which only the answer to the post is documented to carry. */
function wireMessage(message: ChatMessage, channel: ChatChannel) {
  const body = DiscordBody.parse(message.body)
  const edited = message.edits.at(-1)
  return {
    id: message.id,
    channel_id: channel.id,
    type: 0,
    content: body.content ?? '',
    author:
      message.via === 'bot'
        ? botUser()
        : user(message.authorId, message.authorName, message.via === 'webhook'),
    ...(message.via === 'webhook' && { webhook_id: message.authorId }),
    embeds: (body.embeds ?? []).map((embed) => ({ type: 'rich', ...embed })),
    components: body.components ?? [],
    attachments: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: pingsEveryone(body),
    pinned: false,
    tts: false,
    flags: body.flags ?? 0,
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: edited ? new Date(edited.at).toISOString() : null,
  }
}

/** Embeds never ping; content does unless `allowed_mentions` forbids it. */
function pingsEveryone(body: DiscordBody): boolean {
  if (!/@(everyone|here)\b/.test(body.content ?? '')) return false
  return body.allowed_mentions?.parse?.includes('everyone') ?? true
}

function botUser() {
  return user(DISCORD.botUserId, 'switchboard', true)
}

function user(id: string, username: string, isBot: boolean) {
  return {
    id,
    username,
    discriminator: '0000',
    global_name: null,
    avatar: null,
    bot: isBot,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
  }
}

function wireChannel(channel: ChatChannel) {
  return { id: channel.id, type: 0, name: channel.name, guild_id: DISCORD.guildId, position: 0 }
}

function ok(body: unknown): StandInReply {
  return { status: 200, body }
}

function invalid(why: string): StandInReply {
  return problem(400, 50035, 'Invalid Form Body', { _errors: [{ code: 'BASE_TYPE_BAD', message: why }] })
}

function problem(status: number, code: number, message: string, errors?: unknown): StandInReply {
  return { status, body: { message, code, ...(errors !== undefined && { errors }) } }
}
