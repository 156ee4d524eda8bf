import type { ChatChannel, ChatMessage, ChatServer } from './world.ts'

/** The channel with this id; made when the world has none yet. */
export function openChannel(server: ChatServer, id: string, name: string): ChatChannel {
  server.channels[id] ??= { id, name, messages: {} }
  server.channelNames[name] ??= id
  return server.channels[id]
}

/** How often each key was posted, over all channels: what a crash test counts. */
export function postsByKey(server: ChatServer): Map<string, number> {
  const counts = new Map<string, number>()
  for (const channel of Object.values(server.channels))
    for (const { key } of Object.values(channel.messages))
      if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** All messages of a server, in no order that matters over channels. */
export function allMessages(server: ChatServer): ChatMessage[] {
  return Object.values(server.channels).flatMap((channel) => Object.values(channel.messages))
}

/** All words of blocks, attachments, embeds or components in reading order, for a person who looks on. */
export function plainWords(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(plainWords)
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) =>
    typeof value === 'string' ? (WORD_KEYS.has(key) ? [value] : []) : plainWords(value),
  )
}

const WORD_KEYS = new Set([
  'text',
  'title',
  'description',
  'name',
  'value',
  'label',
  'content',
  'pretext',
  'footer',
])
