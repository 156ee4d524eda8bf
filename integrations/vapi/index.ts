import { z } from 'zod'
import { defineIntegration, secret } from '../../src/ports/index.ts'
import { parseVapiMessage } from './parse.ts'
import { verifyVapi } from './verify.ts'

/**
 * What Vapi is to the hub: the voice that calls customers (voice.ts, with assistant.ts for what it is told),
 * and the reports of how those calls went (verify.ts, parse.ts, snapshot.ts, ended-reason.ts).
 */
export const vapi = defineIntegration({
  name: 'vapi',
  title: 'Vapi',
  config: z.object({
    VAPI_API_KEY: secret().describe('Vapi → API Keys, the private key'),
    VAPI_PHONE_NUMBER_ID: z
      .string()
      .min(1)
      .describe('Vapi → Phone Numbers, the id (not the number) that calls go out from'),
    VAPI_WEBHOOK_SECRET: secret().describe(
      'A long random string; the same one as in the server credential, where you make one',
    ),
    VAPI_BASE_URL: z.url().default('https://api.vapi.ai').describe('Where the Vapi API is'),
    VAPI_CREDENTIAL_ID: z
      .string()
      .min(1)
      .optional()
      .describe('Id of the server credential (HMAC or Bearer) that signs webhooks; recommended'),
    VAPI_MODEL_PROVIDER: z.string().min(1).default('openai').describe('Whose model speaks'),
    VAPI_MODEL: z.string().min(1).default('gpt-4.1').describe('Which model speaks, in that provider’s name'),
    VAPI_VOICE_PROVIDER: z.string().min(1).default('vapi').describe('Whose voice is heard'),
    VAPI_VOICE_ID: z.string().min(1).default('Elliot').describe('Which voice is heard'),
  }),
  variants: [['VAPI_API_KEY', 'VAPI_PHONE_NUMBER_ID', 'VAPI_WEBHOOK_SECRET']],
  ports: {
    voice: async (config) => (await import('./voice.ts')).createVapiVoice(config),
  },
  webhook: {
    route: 'call_completed',
    verify: (request, config, now) => verifyVapi(request, config.VAPI_WEBHOOK_SECRET, now),
    parse: (request) => parseVapiMessage(request),
  },
})
