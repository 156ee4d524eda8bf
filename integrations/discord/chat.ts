import { createHash } from 'node:crypto'
import { Routes } from 'discord-api-types/v10'
import { z } from 'zod'
import { messageOf, VendorError } from '../../src/ops/errors.ts'
import type { ChatSurface, MessageRef, View } from '../../src/ports/index.ts'
import { ALREADY_HAS_THREAD, createDiscordClient, discordCode, UNKNOWN_CHANNEL } from './client.ts'
import { refText, renderDiscord } from './render.ts'

const PAGE = 100
/** How far back `find` looks: it is asked about a post whose answer was lost, so the message is a recent one. */
const MAX_PAGES = 5
const THREAD_NAME_MAX = 100

const Message = z.object({ id: z.string(), channel_id: z.string() })
const Listed = Message.extend({
  nonce: z.union([z.string(), z.number()]).nullish(),
  embeds: z.array(z.object({ footer: z.object({ text: z.string() }).nullish() })).default([]),
})
const Channel = z.object({ name: z.string().nullish() })

/**
 * Discord through a bot token. A second post under one key within a few minutes answers with the first message
 * (`enforce_nonce`, developers/resources/message); later than that, `find` knows the message by its footer.
 */
export async function createDiscordChat(options: {
  token: string
  channel: string
  apiUrl?: string | undefined
}): Promise<ChatSurface> {
  const { rest, call } = await createDiscordClient({ token: options.token, apiUrl: options.apiUrl })

  async function create(channel: string, view: View, key: string): Promise<MessageRef> {
    const body = { ...renderDiscord(view, refOf(key)), nonce: nonceOf(key), enforce_nonce: true }
    const message = await call('write', Message, () => rest.post(Routes.channelMessages(channel), { body }))
    return { surface: 'discord', channel: message.channel_id, message: message.id }
  }

  /** A thread has the id of the message it hangs on, and is a channel of its own. */
  async function openThread(channel: string, message: string, title: string): Promise<void> {
    try {
      const body = { name: title.trim().slice(0, THREAD_NAME_MAX) || 'Details' }
      await call('write', z.unknown(), () => rest.post(Routes.threads(channel, message), { body }))
    } catch (error) {
      if (discordCode(error) !== ALREADY_HAS_THREAD) throw error
    }
  }

  return {
    name: 'discord',
    defaultChannel: options.channel,
    can: { edit: true, find: true },

    async post(view, { channel, key, thread }) {
      if (!thread) return create(channel, view, key)
      try {
        return await create(thread, view, key)
      } catch (error) {
        if (discordCode(error) !== UNKNOWN_CHANNEL) throw error
        await openThread(channel, thread, view.title)
        return create(thread, view, key)
      }
    },

    /** The edited message no longer ends in its `ref`: whoever can edit it holds its id and need not find it. */
    async update(ref, view) {
      const body = renderDiscord(view)
      await call('write', z.unknown(), () =>
        rest.patch(Routes.channelMessage(ref.channel, ref.message), { body }),
      )
    },

    async find(channel, key, thread) {
      const where = thread ?? channel
      let before: string | undefined
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const query = new URLSearchParams({ limit: String(PAGE), ...(before && { before }) })
        const messages = await call('read', z.array(Listed), () =>
          rest.get(Routes.channelMessages(where), { query }),
        ).catch((error: unknown) => {
          if (thread && discordCode(error) === UNKNOWN_CHANNEL) return []
          throw error
        })
        const found = messages.find((message) => isMarked(message, key))
        if (found) return { surface: 'discord', channel: found.channel_id, message: found.id }
        before = messages.at(-1)?.id
        if (messages.length < PAGE || !before) return undefined
      }
      return undefined
    },

    async check() {
      try {
        const { name } = await call('read', Channel, () => rest.get(Routes.channel(options.channel)))
        return { ok: true, detail: `sees the channel ${name ?? options.channel}` }
      } catch (error) {
        return { ok: false, detail: messageOf(error), hint: error instanceof VendorError ? error.hint : '' }
      }
    },
  }
}

function isMarked(message: z.infer<typeof Listed>, key: string): boolean {
  if (message.nonce === nonceOf(key)) return true
  return message.embeds.some(({ footer }) => footer?.text.endsWith(refText(refOf(key))))
}

const NONCE_MAX = 25

/** The key itself where it fits (discord-api-spec `MessageCreateRequest.nonce`), else a digest of it. */
function nonceOf(key: string): string {
  if (key.length <= NONCE_MAX) return key
  return createHash('sha256').update(key).digest('base64url').slice(0, NONCE_MAX)
}

function refOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12)
}
