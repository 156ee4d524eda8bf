import {
  create,
  type Discord,
  type DiscordDeps,
  edit,
  list,
  ok,
  openThread,
  problem,
  remove,
} from './discord-messages.ts'
import { botUser, DISCORD, wireChannel, wireMessage } from './discord-wire.ts'
import { allMessages, openChannel } from './rooms.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import type { ChatChannel, ChatMessage } from './world.ts'

export { DISCORD }

/** Serves Discord's REST API, version 10, under `/api` and one channel webhook. No gateway. */
export async function startDiscordStandIn(deps: DiscordDeps): Promise<StandIn & { webhookUrl: string }> {
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
