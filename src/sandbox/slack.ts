import { z } from 'zod'
import type { Clock } from '../ports/index.ts'
import { blockMistake, plainWords } from './slack-blocks.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'

/** A message as Slack keeps it. `ts` is its id within the channel and sorts as text. */
export type SlackMessage = {
  ts: string
  thread_ts?: string
  text: string
  blocks?: unknown[]
  attachments?: unknown[]
  metadata?: { event_type: string; event_payload: Record<string, unknown> }
  /** Who wrote it: the bot, the incoming webhook or a person. */
  by: { kind: 'bot' | 'webhook'; id: string } | { kind: 'person'; id: string }
  edits: { at: number; text: string }[]
  /** Only this user saw it; never part of a history. */
  ephemeralFor?: string
}

export type SlackChannel = { id: string; name: string; messages: SlackMessage[] }

/** The workspace as plain data. Messages stand in the order of their `ts`. */
export type SlackWorld = { channels: Record<string, SlackChannel>; lastMicros: number }

export const SLACK = {
  botToken: 'xoxb-sandbox',
  signingSecret: 'slack-signing-secret-of-the-sandbox',
  escalationsChannel: 'C0ESCALATE',
  teamId: 'T0SANDBOX',
  botUserId: 'U0BOT',
  botId: 'B0BOT',
  appId: 'A0SANDBOX',
  webhookPath: '/services/T0SANDBOX/B0HOOK/sandboxwebhooksecret',
} as const

export function emptySlack(): SlackWorld {
  return {
    channels: {
      [SLACK.escalationsChannel]: { id: SLACK.escalationsChannel, name: 'escalations', messages: [] },
      C0GENERAL: { id: 'C0GENERAL', name: 'general', messages: [] },
    },
    lastMicros: 0,
  }
}

export type SlackDeps = {
  world: { slack: SlackWorld }
  clock: Clock
  /** Told after every change, so that the world can be written down. */
  changed?: () => void
  port?: number
  /** The bot token that is accepted; another answers `invalid_auth`. */
  token?: string
}

/**
 * Serves Slack's Web API under `/api/` and one incoming webhook under `SLACK.webhookPath`.
 * A refused call is HTTP 200 with `ok: false`, as at Slack (docs.slack.dev/apis/web-api).
 */
export async function startSlackStandIn(deps: SlackDeps): Promise<StandIn & { webhookUrl: string }> {
  const standIn = await startStandIn((request) => answer(request, deps), { port: deps.port })
  return Object.assign(standIn, { webhookUrl: `${standIn.url}${SLACK.webhookPath}` })
}

/** The words of a message as a person would read them. */
export function slackText(message: SlackMessage): string {
  const words = plainWords([...(message.blocks ?? []), ...(message.attachments ?? [])])
  return words.length > 0 ? words.join('\n') : message.text
}

/** A person writes into a channel: what the sandbox's page does for its user. */
export function saySlack(
  deps: SlackDeps,
  channelId: string,
  said: { text: string; user: string; thread?: string },
): SlackMessage | undefined {
  const channel = deps.world.slack.channels[channelId]
  if (!channel) return undefined
  const by = { kind: 'person' as const, id: said.user }
  return append(deps, channel, { text: said.text, by, thread_ts: said.thread })
}

function answer(request: StandInRequest, deps: SlackDeps): StandInReply {
  if (request.path === SLACK.webhookPath) return incomingWebhook(request, deps)
  if (request.path.startsWith('/services/')) return { status: 404, body: 'no_service' }
  const method = request.path.match(/^\/api\/([\w.]+)$/)?.[1]
  if (!method) return { status: 404, body: 'not found' }

  const args = readArguments(request)
  const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? args.token
  if (!token) return refused('not_authed')
  if (token !== (deps.token ?? SLACK.botToken)) return refused('invalid_auth')
  const run = methods[method]
  return run ? run(args, deps) : refused('unknown_method')
}

type Arguments = Record<string, unknown>

/** Form fields hold arrays and objects as JSON text (`@slack/web-api` 8 `WebClient.serializeBody`). */
function readArguments(request: StandInRequest): Arguments {
  const args: Arguments = Object.fromEntries(request.query)
  if (request.headers['content-type']?.startsWith('application/json')) {
    const body = z.record(z.string(), z.unknown()).safeParse(request.json)
    return body.success ? { ...args, ...body.data } : args
  }
  for (const [name, value] of new URLSearchParams(request.rawBody.toString('utf8'))) args[name] = value
  for (const name of ['blocks', 'attachments', 'metadata']) args[name] = parsedIfText(args[name])
  return args
}

function parsedIfText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

const Metadata = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
})
const Content = z.object({
  text: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  attachments: z.array(z.unknown()).optional(),
})
const flag = z.union([z.boolean(), z.string().transform((text) => text === 'true' || text === '1')])
const Paging = z.object({
  channel: z.string(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(999).default(100),
  latest: z.string().optional(),
  oldest: z.string().optional(),
  inclusive: flag.default(false),
  include_all_metadata: flag.default(false),
})

const methods: Record<string, (args: Arguments, deps: SlackDeps) => StandInReply> = {
  'auth.test': () =>
    ok({
      url: 'https://sandbox.slack.com/',
      team: 'Sandbox',
      user: 'switchboard',
      team_id: SLACK.teamId,
      user_id: SLACK.botUserId,
      bot_id: SLACK.botId,
      is_enterprise_install: false,
    }),

  'chat.postMessage': (args, deps) => {
    const channel = channelOf(args, deps, { byName: true })
    if (!channel) return refused('channel_not_found')
    const mistake = contentMistake(args)
    if (mistake) return mistake
    const metadata = Metadata.optional().safeParse(args.metadata)
    if (!metadata.success) return refused('invalid_metadata_format')
    const thread = textOf(args.thread_ts)
    if (thread && !find(channel, thread)) return refused('thread_not_found')
    const { text = '', blocks, attachments } = Content.parse(args)
    const by = { kind: 'bot' as const, id: SLACK.botId }
    const message = append(deps, channel, {
      text,
      by,
      blocks,
      attachments,
      metadata: metadata.data,
      thread_ts: thread,
    })
    return ok({ channel: channel.id, ts: message.ts, message: wire(message, true) })
  },

  'chat.update': (args, deps) => {
    const channel = channelOf(args, deps)
    if (!channel) return refused('channel_not_found')
    const message = find(channel, textOf(args.ts) ?? '')
    if (!message) return refused('message_not_found')
    if (message.by.kind !== 'bot') return refused('cant_update_message')
    const mistake = contentMistake(args)
    if (mistake) return mistake
    const emptied = z.object({}).strict().safeParse(args.metadata).success
    const metadata = Metadata.optional().safeParse(args.metadata)
    if (!metadata.success && !emptied) return refused('invalid_metadata_format')
    const { text, blocks, attachments } = Content.parse(args)
    message.edits.push({ at: deps.clock.now(), text: slackText(message) })
    message.text = text ?? message.text
    // A text without blocks takes the old blocks away; attachments and metadata stay unless given
    // (docs.slack.dev/reference/methods/chat.update).
    if (blocks) message.blocks = blocks
    else if (text !== undefined) delete message.blocks
    if (attachments) message.attachments = attachments
    if (emptied) delete message.metadata
    else if (metadata.data) message.metadata = metadata.data
    deps.changed?.()
    return ok({ channel: channel.id, ts: message.ts, text: message.text, message: wire(message, true) })
  },

  'chat.postEphemeral': (args, deps) => {
    const channel = channelOf(args, deps, { byName: true })
    if (!channel) return refused('channel_not_found')
    const user = textOf(args.user)
    if (!user) return refused('user_not_in_channel')
    const mistake = contentMistake(args)
    if (mistake) return mistake
    const { text = '', blocks, attachments } = Content.parse(args)
    const by = { kind: 'bot' as const, id: SLACK.botId }
    const message = append(deps, channel, { text, by, blocks, attachments, ephemeralFor: user })
    return ok({ message_ts: message.ts })
  },

  'chat.delete': (args, deps) => {
    const channel = channelOf(args, deps)
    if (!channel) return refused('channel_not_found')
    const at = indexOf(channel, textOf(args.ts) ?? '')
    if (at < 0) return refused('message_not_found')
    channel.messages.splice(at, 1)
    deps.changed?.()
    return ok({ channel: channel.id, ts: args.ts })
  },

  'conversations.history': (args, deps) => {
    const channel = channelOf(args, deps)
    const paging = Paging.safeParse(args)
    if (!channel) return refused('channel_not_found')
    if (!paging.success) return refused('invalid_arguments')
    return page(channel.messages.toReversed().filter(isTopLevel), paging.data)
  },

  'conversations.replies': (args, deps) => {
    const channel = channelOf(args, deps)
    const paging = Paging.safeParse(args)
    if (!channel) return refused('channel_not_found')
    if (!paging.success) return refused('invalid_arguments')
    const parent = find(channel, textOf(args.ts) ?? '')
    if (!parent) return refused('thread_not_found')
    const thread = parent.thread_ts ?? parent.ts
    const story = channel.messages.filter((each) => each.ts === thread || each.thread_ts === thread)
    return page(story, paging.data)
  },

  'conversations.info': (args, deps) => {
    const channel = channelOf(args, deps)
    if (!channel) return refused('channel_not_found')
    return ok({ channel: { id: channel.id, name: channel.name, is_channel: true, is_member: true } })
  },

  'users.info': (args) => {
    const id = textOf(args.user)
    if (!id) return refused('user_not_found')
    return ok({ user: { id, team_id: SLACK.teamId, name: id.toLowerCase(), is_bot: id === SLACK.botUserId } })
  },
}

function incomingWebhook(request: StandInRequest, deps: SlackDeps): StandInReply {
  const body = Content.safeParse(request.json)
  if (!body.success) return { status: 400, body: 'invalid_payload' }
  const { text = '', blocks, attachments } = body.data
  if (!text && !blocks?.length && !attachments?.length) return { status: 400, body: 'no_text' }
  if (blocks && blockMistake(blocks)) return { status: 400, body: 'invalid_blocks' }
  const channel = deps.world.slack.channels[SLACK.escalationsChannel]
  if (!channel) return { status: 404, body: 'channel_not_found' }
  append(deps, channel, { text, blocks, attachments, by: { kind: 'webhook', id: 'B0HOOK' } })
  return { status: 200, body: 'ok' }
}

function channelOf(args: Arguments, deps: SlackDeps, options: { byName?: boolean } = {}) {
  const given = textOf(args.channel)
  if (!given) return undefined
  const { channels } = deps.world.slack
  if (channels[given] || !options.byName) return channels[given]
  const name = given.replace(/^#/, '')
  return Object.values(channels).find((channel) => channel.name === name)
}

const MAX_MESSAGE_TEXT = 40_000

function contentMistake(args: Arguments): StandInReply | undefined {
  const content = Content.safeParse(args)
  if (!content.success) return refused('invalid_arguments')
  const { text, blocks, attachments } = content.data
  if (!text && !blocks?.length && !attachments?.length) return refused('no_text')
  if (text && text.length > MAX_MESSAGE_TEXT) return refused('msg_too_long')
  const mistake = blocks && blockMistake(blocks)
  return mistake ? refused('invalid_blocks', { errors: [mistake] }) : undefined
}

function append(
  deps: SlackDeps,
  channel: SlackChannel,
  fields: Omit<SlackMessage, 'ts' | 'edits'>,
): SlackMessage {
  const { slack } = deps.world
  slack.lastMicros = Math.max(deps.clock.now() * 1000, slack.lastMicros + 1)
  const message: SlackMessage = { ts: tsOf(slack.lastMicros), ...fields, edits: [] }
  channel.messages.push(message)
  deps.changed?.()
  return message
}

/** `1763625600.000100`: seconds and six digits, so that text order is time order. */
function tsOf(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}`
}

function find(channel: SlackChannel, ts: string): SlackMessage | undefined {
  return channel.messages[indexOf(channel, ts)]
}

/** By halving: messages are sorted by `ts`. -1 where there is none. */
function indexOf(channel: SlackChannel, ts: string): number {
  let low = 0
  let high = channel.messages.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const here = channel.messages[middle]?.ts ?? ''
    if (here === ts) return middle
    if (here < ts) low = middle + 1
    else high = middle - 1
  }
  return -1
}

function isTopLevel(message: SlackMessage): boolean {
  return message.thread_ts === undefined || message.thread_ts === message.ts
}

/** One page of messages, as given; the cursor is the `ts` of the last message told. */
function page(messages: SlackMessage[], paging: z.infer<typeof Paging>): StandInReply {
  const after = paging.cursor ? Buffer.from(paging.cursor, 'base64').toString('utf8') : undefined
  const inTime = messages.filter((message) => !message.ephemeralFor && isWithin(message.ts, paging))
  const start = after === undefined ? 0 : inTime.findIndex((message) => message.ts === after) + 1
  const told = inTime.slice(start, start + paging.limit)
  const hasMore = start + paging.limit < inTime.length
  const last = told.at(-1)
  return ok({
    messages: told.map((message) => wire(message, paging.include_all_metadata)),
    has_more: hasMore,
    response_metadata: { next_cursor: hasMore && last ? Buffer.from(last.ts).toString('base64') : '' },
  })
}

function isWithin(ts: string, { oldest, latest, inclusive }: z.infer<typeof Paging>): boolean {
  const at = Number(ts)
  if (oldest && (inclusive ? at < Number(oldest) : at <= Number(oldest))) return false
  return !(latest && (inclusive ? at > Number(latest) : at >= Number(latest)))
}

/** Without `include_all_metadata` only the event's type is told, not its payload. */
function wire(message: SlackMessage, withPayload: boolean) {
  const { ts, thread_ts, text, blocks, attachments, metadata, by, edits } = message
  const lastEdit = edits.at(-1)
  return {
    type: 'message',
    ...(by.kind === 'webhook' && { subtype: 'bot_message' }),
    text,
    ts,
    ...(thread_ts && { thread_ts }),
    ...(by.kind === 'person' && { user: by.id }),
    ...(by.kind === 'bot' && { user: SLACK.botUserId, app_id: SLACK.appId }),
    ...(by.kind !== 'person' && { bot_id: by.id }),
    team: SLACK.teamId,
    ...(blocks && { blocks }),
    ...(attachments && { attachments }),
    ...(metadata && { metadata: withPayload ? metadata : { event_type: metadata.event_type } }),
    ...(lastEdit && !blocks && { edited: { user: SLACK.botUserId, ts: tsOf(lastEdit.at * 1000) } }),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function ok(fields: Record<string, unknown>): StandInReply {
  return { status: 200, body: { ok: true, ...fields } }
}

function refused(error: string, extra: Record<string, unknown> = {}): StandInReply {
  return { status: 200, body: { ok: false, error, ...extra } }
}
