import { z } from 'zod'
import { defineIntegration, secret } from '../../src/ports/index.ts'
import { parseZendeskWebhook } from './parse.ts'
import { PUBLIC_TEST_SECRET, verifyZendesk } from './verify.ts'

const id = z.string().regex(/^\d+$/, 'Must be an id: digits only')

const config = z.object({
  ZENDESK_SUBDOMAIN: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/i, 'Only what stands before .zendesk.com, like acme')
    .describe('What stands before .zendesk.com'),
  ZENDESK_OAUTH_TOKEN: secret().optional().describe('An OAuth access token; better: client id and secret'),
  ZENDESK_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Admin Center → Apps and integrations → APIs → OAuth clients, "Identifier"'),
  ZENDESK_CLIENT_SECRET: secret().optional().describe('The same page, "Secret"; the client is confidential'),
  ZENDESK_EMAIL: z.email().optional().describe('With ZENDESK_API_TOKEN: whose token it is'),
  ZENDESK_API_TOKEN: secret()
    .optional()
    .describe('An old API token; Zendesk ends all of them on 2027-04-30, so connect by OAuth'),
  ZENDESK_WEBHOOK_SECRET: secret()
    .refine(
      (value) => value !== PUBLIC_TEST_SECRET,
      'That is the secret of Zendesk’s documentation, known to all',
    )
    .describe('The webhook’s page, "Reveal secret"'),
  ZENDESK_BASE_URL: z
    .url()
    .optional()
    .describe('Where the Zendesk API is, when it is not https://<subdomain>.zendesk.com'),
  ZENDESK_AI_ASSIGNEE: id
    .optional()
    .describe('Agent or group id that stands for AI processing; the tag ai_processing serves too'),
  ZENDESK_HUMAN_GROUP: id.optional().describe('Group id that escalated tickets go to'),
  ZENDESK_ESCALATION_TAG: z
    .string()
    .regex(/^\S+$/, 'A tag has no spaces')
    .default('escalate_vip')
    .describe('Tag that an escalated ticket gets'),
  ZENDESK_ESCALATION_FIELD: id.optional().describe('Custom field id that shows the escalation'),
  ZENDESK_ESCALATION_VALUE: z
    .string()
    .min(1)
    .default('Escalate - VIP')
    .describe('What that field is set to; for a drop-down the option’s tag, not its title'),
  ZENDESK_ESCALATION_STATUS: z
    .enum(['new', 'open', 'pending', 'hold', 'solved'])
    .default('open')
    .describe('Status that an escalated ticket gets'),
})

export type ZendeskConfig = z.output<typeof config>

/** What Zendesk is to the hub. How it is done: desk.ts (reads, writes), client.ts, verify.ts, parse.ts. */
export const zendesk = defineIntegration({
  name: 'zendesk',
  title: 'Zendesk Support',
  config,
  variants: [
    ['ZENDESK_SUBDOMAIN', 'ZENDESK_OAUTH_TOKEN', 'ZENDESK_WEBHOOK_SECRET'],
    ['ZENDESK_SUBDOMAIN', 'ZENDESK_CLIENT_ID', 'ZENDESK_CLIENT_SECRET', 'ZENDESK_WEBHOOK_SECRET'],
    ['ZENDESK_SUBDOMAIN', 'ZENDESK_EMAIL', 'ZENDESK_API_TOKEN', 'ZENDESK_WEBHOOK_SECRET'],
  ],
  ports: {
    desk: async (config, deps) => (await import('./desk.ts')).createZendeskDesk(config, deps),
  },
  webhook: {
    route: 'zendesk',
    verify: (request, config, now) => verifyZendesk(request, config.ZENDESK_WEBHOOK_SECRET, now),
    parse: (request) => parseZendeskWebhook(request),
  },
})
