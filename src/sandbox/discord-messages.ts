import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { bodyMistake, DiscordBody, readable } from './discord-body.ts'
import { DISCORD, wireChannel, wireMessage } from './discord-wire.ts'
import type { StandInReply, StandInRequest } from './standin.ts'
import type { ChatChannel, ChatMessage } from './world.ts'

export type DiscordDeps = Pick<StandInDeps, 'world' | 'clock' | 'changed' | 'port'>

/**
 * What the routes work on. `lastId` keeps ids rising; `nonces` has, by channel and nonce, the message that
 * `enforce_nonce` answers with for a few minutes (discord-api-docs developers/resources/message).
 */
export type Discord = DiscordDeps & { lastId: bigint; nonces: Map<string, ChatMessage> }

const NONCE_WINDOW_MS = 5 * 60_000

/** Posts, or answers with the message that stands under an enforced nonce already. */
export function create(
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
    thread: isThread(discord, channel) ? channel.id : null,
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

/** A thread has the id of the message it hangs on. */
function isThread({ world }: Discord, channel: ChatChannel): boolean {
  return Object.values(world.chat.discord.channels).some(({ messages }) => messages[channel.id])
}

/** What is given replaces what was there; what is absent stays (developers/resources/message#edit-message). */
export function edit(
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

export function remove(discord: Discord, message: ChatMessage, channel: ChatChannel): StandInReply {
  delete channel.messages[message.id]
  discord.changed()
  return { status: 204 }
}

/** A thread is a channel of its own. */
export function openThread(discord: Discord, message: ChatMessage, request: StandInRequest): StandInReply {
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
export function list(channel: ChatChannel, query: URLSearchParams): StandInReply {
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

export function ok(body: unknown): StandInReply {
  return { status: 200, body }
}

function invalid(why: string): StandInReply {
  return problem(400, 50035, 'Invalid Form Body', { _errors: [{ code: 'BASE_TYPE_BAD', message: why }] })
}

export function problem(status: number, code: number, message: string, errors?: unknown): StandInReply {
  return { status, body: { message, code, ...(errors !== undefined && { errors }) } }
}
