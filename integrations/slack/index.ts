import { z } from 'zod'
import { ConfigError } from '../../src/ops/errors.ts'
import { defineIntegration, secret } from '../../src/ports/index.ts'

/**
 * What Slack is to the hub: the room where escalations and outcomes appear.
 * How it is done: render.ts (View to Block Kit), chat.ts (bot token), webhook.ts (incoming webhook alone).
 */
export const slack = defineIntegration({
  name: 'slack',
  title: 'Slack',
  config: z
    .object({
      SLACK_BOT_TOKEN: secret().optional().describe('OAuth & Permissions → Bot User OAuth Token (xoxb-…)'),
      SLACK_SIGNING_SECRET: secret()
        .optional()
        .describe('Basic Information → App Credentials → Signing Secret'),
      SLACK_APP_TOKEN: secret()
        .optional()
        .describe('Basic Information → App-Level Tokens; no effect in this version, which only posts'),
      SLACK_API_URL: z.url().optional().describe('Base of the Web API; only to reach it through a proxy'),
      SLACK_ESCALATIONS_CHANNEL: z
        .string()
        .min(1)
        .optional()
        .describe('Channel id (C…) or #name that escalations and outcomes go to'),
      SLACK_WEBHOOK_URL: secret()
        .refine((url) => URL.canParse(url), 'must be a URL')
        .optional()
        .describe('Incoming Webhooks → Webhook URL; alone it gives alerts that cannot be edited'),
    })
    .refine((env) => !env.SLACK_BOT_TOKEN || env.SLACK_SIGNING_SECRET, {
      path: ['SLACK_SIGNING_SECRET'],
      message: 'goes with the bot token',
    })
    .refine((env) => !env.SLACK_BOT_TOKEN || env.SLACK_ESCALATIONS_CHANNEL, {
      path: ['SLACK_ESCALATIONS_CHANNEL'],
      message: 'goes with the bot token',
    }),
  variants: [['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_ESCALATIONS_CHANNEL'], ['SLACK_WEBHOOK_URL']],
  ports: {
    chat: async (config, deps) => {
      const { SLACK_BOT_TOKEN: token, SLACK_ESCALATIONS_CHANNEL: channel, SLACK_WEBHOOK_URL: url } = config
      if (token && channel) {
        const { createSlackChat } = await import('./chat.ts')
        return createSlackChat({ token, channel, apiUrl: config.SLACK_API_URL }, deps)
      }
      if (url) {
        const { createSlackWebhook } = await import('./webhook.ts')
        return createSlackWebhook({ url, channel })
      }
      throw new ConfigError(['Slack needs a bot token with a channel, or a webhook URL'])
    },
  },
})
