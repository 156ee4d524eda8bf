import { Routes } from 'discord-api-types/v10'
import { z } from 'zod'
import { ConfigError, messageOf, VendorError } from '../../src/ops/errors.ts'
import type { ChatSurface } from '../../src/ports/index.ts'
import { createDiscordClient } from './client.ts'
import { renderDiscord } from './render.ts'

const Message = z.object({ id: z.string(), channel_id: z.string() })
const Webhook = z.object({ name: z.string().nullish() })

/**
 * Discord through a channel webhook alone. With `wait=true` Discord answers with the message, so it can be edited;
 * there is no listing, so a post whose answer was lost cannot be found. A webhook cannot open threads: what
 * belongs into one stands in the channel.
 */
export async function createDiscordWebhook(options: { url: string }): Promise<ChatSurface> {
  const [, api, id, token] = options.url.match(/^(.+?)(?:\/v\d+)?\/webhooks\/(\d+)\/([\w-]+)/) ?? []
  if (!api || !id || !token) throw new ConfigError(['DISCORD_WEBHOOK_URL must end in /webhooks/<id>/<token>'])
  const { rest, call } = await createDiscordClient({ apiUrl: api })

  return {
    name: 'discord',
    defaultChannel: 'webhook',
    can: { edit: true, find: false },

    async post(view) {
      const query = new URLSearchParams({ wait: 'true' })
      const message = await call('write', Message, () =>
        rest.post(Routes.webhook(id, token), { auth: false, query, body: renderDiscord(view) }),
      )
      return { surface: 'discord', channel: message.channel_id, message: message.id }
    },

    async update(ref, view) {
      await call('write', z.unknown(), () =>
        rest.patch(Routes.webhookMessage(id, token, ref.message), { auth: false, body: renderDiscord(view) }),
      )
    },

    async find() {
      return undefined
    },

    async check() {
      try {
        const { name } = await call('read', Webhook, () =>
          rest.get(Routes.webhook(id, token), { auth: false }),
        )
        return { ok: true, detail: `posts as the webhook ${name ?? id}` }
      } catch (error) {
        return { ok: false, detail: messageOf(error), hint: error instanceof VendorError ? error.hint : '' }
      }
    },
  }
}
