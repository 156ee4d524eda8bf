import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import type { StandInReply, StandInRequest } from './standin.ts'
import type { Person } from './world.ts'

export type ZendeskSecrets = {
  oauthToken: string
  clientId: string
  clientSecret: string
  webhookSecret: string
}

export const ZENDESK: ZendeskSecrets & { subdomain: string } = {
  subdomain: 'lumenhotels',
  oauthToken: 'zendesk-sandbox-token',
  clientId: 'switchboard_sandbox',
  clientSecret: 'zendesk-client-secret-of-the-sandbox',
  webhookSecret: 'zendesk-webhook-secret-of-the-sandbox',
}

/** unconfirmed: the lifetime that Zendesk gives to client-credentials tokens; clients read `expires_in`. */
const TOKEN_TTL_S = 7200

const TokenRequest = z.object({
  grant_type: z.string(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  scope: z.string().optional(),
})

/** `POST /oauth/tokens` with client credentials, as JSON or as a form. */
export function issueToken(
  deps: StandInDeps,
  secrets: ZendeskSecrets,
  request: StandInRequest,
): StandInReply {
  const form = Object.fromEntries(new URLSearchParams(request.rawBody.toString('utf8')))
  const input = TokenRequest.safeParse(request.json ?? form)
  if (!input.success || input.data.grant_type !== 'client_credentials')
    return {
      status: 400,
      body: { error: 'unsupported_grant_type', error_description: 'client_credentials only' },
    }
  if (input.data.client_id !== secrets.clientId || input.data.client_secret !== secrets.clientSecret)
    return {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client authentication failed' },
    }
  const expiresAt = Math.floor(deps.clock.now() / 1000) + TOKEN_TTL_S
  return {
    status: 200,
    body: {
      access_token: `zt-issued-${expiresAt}-${secrets.oauthToken}`,
      token_type: 'bearer',
      scope: input.data.scope ?? 'read write',
      expires_in: TOKEN_TTL_S,
    },
  }
}

/** The agent who calls: the AI's own account, whichever way it shows who it is. */
export function authenticate(
  deps: StandInDeps,
  secrets: ZendeskSecrets,
  header: string | undefined,
): Person | undefined {
  const [scheme = '', credentials = ''] = (header ?? '').split(' ')
  const agent = deps.world.people[deps.world.desk.aiAgentId]
  if (scheme.toLowerCase() === 'bearer')
    return credentials === secrets.oauthToken || isIssued(deps, secrets, credentials) ? agent : undefined
  if (scheme.toLowerCase() !== 'basic') return undefined
  // The legacy way: `{email}/token:{api token}`.
  const [user, token] = Buffer.from(credentials, 'base64').toString('utf8').split('/token:')
  return user === agent?.email && token === secrets.oauthToken ? agent : undefined
}

/** Tokens carry their own end, so that they need not be kept. */
function isIssued(deps: StandInDeps, secrets: ZendeskSecrets, token: string): boolean {
  const expiresAt = /^zt-issued-(\d+)-(.*)$/.exec(token)
  return (
    expiresAt !== null &&
    expiresAt[2] === secrets.oauthToken &&
    Number(expiresAt[1]) * 1000 > deps.clock.now()
  )
}
