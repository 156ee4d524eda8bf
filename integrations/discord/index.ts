import { z } from 'zod'
import { ConfigError } from '../../src/ops/errors.ts'
import { defineIntegration, secret } from '../../src/ports/index.ts'

/**
 * What Discord is to the hub: the room where escalations and outcomes appear.
 * How it is done: render.ts (View to an embed), chat.ts (bot token), webhook.ts (channel webhook alone).
 */
export const discord = defineIntegration({
  name: 'discord',
  title: 'Discord',
  config: z
    .object({
      DISCORD_BOT_TOKEN: secret().optional().describe('Developer Portal → Bot → Reset Token'),
      DISCORD_APPLICATION_ID: z
        .string()
        .min(1)
        .optional()
        .describe('General Information → Application ID; no effect in this version'),
      DISCORD_PUBLIC_KEY: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
        .optional()
        .describe('General Information → Public Key; no effect in this version, which only posts'),
      DISCORD_API_URL: z
        .url()
        .optional()
        .describe('Base of the API without a version; only to reach it through a proxy'),
      DISCORD_GUILD_ID: z
        .string()
        .min(1)
        .optional()
        .describe('Server → Copy Server ID; no effect in this version'),
      DISCORD_ESCALATIONS_CHANNEL: z
        .string()
        .regex(/^\d+$/, 'must be a channel id: digits only')
        .optional()
        .describe('Channel → Copy Channel ID; escalations and outcomes go there'),
      DISCORD_WEBHOOK_URL: secret()
        .refine((url) => /\/webhooks\/\d+\/[\w-]+/.test(url), 'must look like …/api/webhooks/<id>/<token>')
        .optional()
        .describe('Channel settings → Integrations → Webhooks → Copy Webhook URL; alone it gives alerts'),
    })
    .refine((env) => !env.DISCORD_BOT_TOKEN || env.DISCORD_ESCALATIONS_CHANNEL, {
      path: ['DISCORD_ESCALATIONS_CHANNEL'],
      message: 'goes with the bot token',
    }),
  variants: [['DISCORD_BOT_TOKEN', 'DISCORD_ESCALATIONS_CHANNEL'], ['DISCORD_WEBHOOK_URL']],
  ports: {
    chat: async (config) => {
      const {
        DISCORD_BOT_TOKEN: token,
        DISCORD_ESCALATIONS_CHANNEL: channel,
        DISCORD_WEBHOOK_URL: url,
      } = config
      if (token && channel) {
        const { createDiscordChat } = await import('./chat.ts')
        return createDiscordChat({ token, channel, apiUrl: config.DISCORD_API_URL })
      }
      if (url) {
        const { createDiscordWebhook } = await import('./webhook.ts')
        return createDiscordWebhook({ url })
      }
      throw new ConfigError(['Discord needs a bot token with a channel, or a webhook URL'])
    },
  },
})
