import { z } from 'zod'
import { allMessages, openChannel } from './rooms.ts'
import {
  append,
  Content,
  contentMistake,
  Metadata,
  microsOf,
  readable,
  SLACK,
  type Slack,
  type SlackDeps,
  setMetadata,
  textOf,
  wire,
} from './slack-messages.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import type { ChatMessage } from './world.ts'

export { SLACK }

/**
 * Serves Slack's Web API under `/api/` and one incoming webhook under `SLACK.webhookPath`.
 * A refused call is HTTP 200 with `ok: false`, as at Slack (docs.slack.dev/apis/web-api).
 */
export async function startSlackStandIn(deps: SlackDeps): Promise<StandIn & { webhookUrl: string }> {
  const server = deps.world.chat.slack
  openChannel(server, SLACK.escalationsChannel, 'escalations')
  openChannel(server, 'C0GENERAL', 'general')
  const lastMicros = allMessages(server).reduce((last, { id }) => Math.max(last, microsOf(id)), 0)
  const slack: Slack = { ...deps, lastMicros }
  const standIn = await startStandIn((request) => answer(request, slack), { port: deps.port })
  return Object.assign(standIn, { webhookUrl: `${standIn.url}${SLACK.webhookPath}` })
}

function answer(request: StandInRequest, slack: Slack): StandInReply {
  if (request.path === SLACK.webhookPath) return incomingWebhook(request, slack)
  if (request.path.startsWith('/services/')) return { status: 404, body: 'no_service' }
  const method = request.path.match(/^\/api\/([\w.]+)$/)?.[1]
  if (!method) return { status: 404, body: 'not found' }

  const args = readArguments(request)
  const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? args.token
  if (!token) return refused('not_authed')
  if (token !== SLACK.botToken) return refused('invalid_auth')
  const run = methods[method]
  return run ? run(args, slack) : refused('unknown_method')
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

const flag = z.union([z.boolean(), z.string().transform((text) => text === 'true' || text === '1')])
const Paging = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(999).default(100),
  latest: z.string().optional(),
  oldest: z.string().optional(),
  inclusive: flag.default(false),
  include_all_metadata: flag.default(false),
})

const methods: Record<string, (args: Arguments, slack: Slack) => StandInReply> = {
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

  'chat.postMessage': (args, slack) => {
    const channel = channelOf(args, slack, { byName: true })
    if (!channel) return refused('channel_not_found')
    const content = contentOf(args)
    if ('status' in content) return content
    const metadata = Metadata.optional().safeParse(args.metadata)
    if (!metadata.success) return refused('invalid_metadata_format')
    const thread = textOf(args.thread_ts) ?? null
    if (thread && !channel.messages[thread]) return refused('thread_not_found')
    const message = append(slack, channel, content, { thread, metadata: metadata.data })
    return ok({ channel: channel.id, ts: message.id, message: wire(message, true) })
  },

  'chat.update': (args, slack) => {
    const channel = channelOf(args, slack)
    if (!channel) return refused('channel_not_found')
    const message = channel.messages[textOf(args.ts) ?? '']
    if (!message) return refused('message_not_found')
    if (message.via !== 'bot') return refused('cant_update_message')
    const content = contentOf(args)
    if ('status' in content) return content
    const isEmptied = z.strictObject({}).safeParse(args.metadata).success
    const metadata = Metadata.optional().safeParse(args.metadata)
    if (!metadata.success && !isEmptied) return refused('invalid_metadata_format')

    message.edits.push({ at: slack.clock.now(), text: message.text })
    // A text without blocks takes the old blocks away; attachments and metadata stay unless given
    // (docs.slack.dev/reference/methods/chat.update).
    const blocks = content.text === undefined ? message.body.blocks : undefined
    message.body = { ...message.body, blocks, ...content }
    message.text = readable(message.body)
    if (isEmptied) setMetadata(message, undefined)
    else if (metadata.data) setMetadata(message, metadata.data)
    slack.changed()
    return ok({ channel: channel.id, ts: message.id, text: message.body.text, message: wire(message, true) })
  },

  'chat.postEphemeral': (args, slack) => {
    const channel = channelOf(args, slack, { byName: true })
    if (!channel) return refused('channel_not_found')
    const ephemeralFor = textOf(args.user)
    if (!ephemeralFor) return refused('user_not_in_channel')
    const content = contentOf(args)
    if ('status' in content) return content
    return ok({ message_ts: append(slack, channel, content, { ephemeralFor }).id })
  },

  'chat.delete': (args, slack) => {
    const channel = channelOf(args, slack)
    if (!channel) return refused('channel_not_found')
    const message = channel.messages[textOf(args.ts) ?? '']
    if (!message) return refused('message_not_found')
    delete channel.messages[message.id]
    slack.changed()
    return ok({ channel: channel.id, ts: message.id })
  },

  'conversations.history': (args, slack) => {
    const channel = channelOf(args, slack)
    if (!channel) return refused('channel_not_found')
    return page(Object.values(channel.messages).reverse().filter(isTopLevel), args)
  },

  'conversations.replies': (args, slack) => {
    const channel = channelOf(args, slack)
    if (!channel) return refused('channel_not_found')
    const asked = channel.messages[textOf(args.ts) ?? '']
    if (!asked) return refused('thread_not_found')
    const thread = asked.thread ?? asked.id
    const story = Object.values(channel.messages).filter(
      ({ id, thread: of }) => id === thread || of === thread,
    )
    return page(story, args)
  },

  'conversations.info': (args, slack) => {
    const channel = channelOf(args, slack)
    if (!channel) return refused('channel_not_found')
    return ok({ channel: { id: channel.id, name: channel.name, is_channel: true, is_member: true } })
  },

  'users.info': (args) => {
    const id = textOf(args.user)
    if (!id) return refused('user_not_found')
    return ok({ user: { id, team_id: SLACK.teamId, name: id.toLowerCase(), is_bot: id === SLACK.botUserId } })
  },
}

/** Answers are plain text (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
function incomingWebhook(request: StandInRequest, slack: Slack): StandInReply {
  const body = Content.safeParse(request.json)
  if (!body.success) return { status: 400, body: 'invalid_payload' }
  const mistake = contentMistake(body.data)
  if (mistake) return { status: 400, body: mistake.error }
  const channel = openChannel(slack.world.chat.slack, SLACK.escalationsChannel, 'escalations')
  append(slack, channel, body.data, { via: 'webhook' })
  return { status: 200, body: 'ok' }
}

function channelOf(args: Arguments, slack: Slack, options: { byName?: boolean } = {}) {
  const given = textOf(args.channel)
  if (!given) return undefined
  const { channels, channelNames } = slack.world.chat.slack
  const byName = options.byName ? channelNames[given.replace(/^#/, '')] : undefined
  return channels[given] ?? channels[byName ?? '']
}

/** A message's content, or the answer that refuses it. */
function contentOf(args: Arguments): Content | StandInReply {
  const content = Content.safeParse(args)
  if (!content.success) return refused('invalid_arguments')
  const mistake = contentMistake(content.data)
  return mistake ? refused(mistake.error, { errors: mistake.details }) : content.data
}

function isTopLevel(message: ChatMessage): boolean {
  return message.thread === null || message.thread === message.id
}

/** One page of messages in the order given; the cursor is the `ts` of the last one told. */
function page(messages: ChatMessage[], args: Arguments): StandInReply {
  const parsed = Paging.safeParse(args)
  if (!parsed.success) return refused('invalid_arguments')
  const paging = parsed.data
  const after = paging.cursor ? Buffer.from(paging.cursor, 'base64').toString('utf8') : undefined
  const visible = messages.filter((message) => !message.ephemeralFor && isWithin(message.id, paging))
  const start = after === undefined ? 0 : visible.findIndex((message) => message.id === after) + 1
  const told = visible.slice(start, start + paging.limit)
  const hasMore = start + paging.limit < visible.length
  const last = told.at(-1)
  return ok({
    messages: told.map((message) => wire(message, paging.include_all_metadata)),
    has_more: hasMore,
    response_metadata: { next_cursor: hasMore && last ? Buffer.from(last.id).toString('base64') : '' },
  })
}

function isWithin(ts: string, { oldest, latest, inclusive }: z.infer<typeof Paging>): boolean {
  const at = Number(ts)
  if (oldest && (inclusive ? at < Number(oldest) : at <= Number(oldest))) return false
  return !(latest && (inclusive ? at > Number(latest) : at >= Number(latest)))
}

function ok(fields: Record<string, unknown>): StandInReply {
  return { status: 200, body: { ok: true, ...fields } }
}

function refused(error: string, extra: Record<string, unknown> = {}): StandInReply {
  return { status: 200, body: { ok: false, error, ...extra } }
}
