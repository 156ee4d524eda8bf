import { z } from 'zod'
import { defineIntegration, secret } from '../../src/ports/index.ts'
import { parseResendWebhook } from './parse.ts'
import { verifyResend } from './verify.ts'

/** What Resend is to the hub: mail out (mailer.ts) and mail in (inbound-mail.ts, verify.ts, parse.ts). */
export const resend = defineIntegration({
  name: 'resend',
  title: 'Resend',
  config: z.object({
    RESEND_API_KEY: secret().describe('Resend → API Keys, "Full access": a sending key cannot read replies'),
    RESEND_WEBHOOK_SECRET: secret()
      .regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, 'Must be the whole signing secret, whsec_…')
      .describe('Resend → Webhooks → the webhook, "Signing Secret"'),
    RESEND_BASE_URL: z.url().default('https://api.resend.com').describe('Where the Resend API is'),
  }),
  variants: [['RESEND_API_KEY', 'RESEND_WEBHOOK_SECRET']],
  ports: {
    mailer: async (config) => (await import('./mailer.ts')).createResendMailer(config),
    inboundMail: async (config) => (await import('./inbound-mail.ts')).createResendInboundMail(config),
  },
  webhook: {
    route: 'inbound_email',
    verify: (request, config, now) => verifyResend(request, config.RESEND_WEBHOOK_SECRET, now),
    parse: (request) => parseResendWebhook(request),
  },
})
