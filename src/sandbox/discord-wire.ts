import { DiscordBody } from './discord-body.ts'
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

/** As a listing shows it: without the nonce, which only the answer to the post is documented to carry. */
export function wireMessage(message: ChatMessage, channel: ChatChannel) {
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

export function botUser() {
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

export function wireChannel(channel: ChatChannel) {
  return { id: channel.id, type: 0, name: channel.name, guild_id: DISCORD.guildId, position: 0 }
}
