import { z } from 'zod'
import { ConfigError } from '../../src/ops/errors.ts'
import type { Clock } from '../../src/ports/index.ts'
import { unreadable } from './failures.ts'
import type { ZendeskConfig } from './index.ts'

/** Who we are to Zendesk. `forget` after a 401: the next request asks for a new token, where one can be had. */
export type Authorizer = {
  kind: 'client_credentials' | 'oauth_token' | 'api_token'
  header(): Promise<string>
  forget(): void
}

/** Asked for anew this long before it ends, so that no request leaves with a token about to die. */
const MARGIN_MS = 60_000

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().nullish() })

/**
 * developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens: client credentials are the way for a
 * server; a token given ready-made serves as long as it lives.
 * @param fetchToken posts to /oauth/tokens and returns the parsed JSON; throws VendorError.
 */
export function createAuthorizer(
  config: ZendeskConfig,
  clock: Clock,
  fetchToken: (body: Record<string, string>) => Promise<unknown>,
): Authorizer {
  const { ZENDESK_CLIENT_ID: clientId, ZENDESK_CLIENT_SECRET: clientSecret } = config
  if (clientId && clientSecret) return clientCredentials(clientId, clientSecret, clock, fetchToken)
  if (config.ZENDESK_OAUTH_TOKEN) return fixed('oauth_token', `Bearer ${config.ZENDESK_OAUTH_TOKEN}`)
  if (config.ZENDESK_EMAIL && config.ZENDESK_API_TOKEN) {
    const pair = Buffer.from(`${config.ZENDESK_EMAIL}/token:${config.ZENDESK_API_TOKEN}`)
    return fixed('api_token', `Basic ${pair.toString('base64')}`)
  }
  throw new ConfigError([
    'Zendesk needs ZENDESK_CLIENT_ID with ZENDESK_CLIENT_SECRET, or ZENDESK_OAUTH_TOKEN',
  ])
}

function fixed(kind: Authorizer['kind'], header: string): Authorizer {
  return { kind, header: async () => header, forget() {} }
}

function clientCredentials(
  clientId: string,
  clientSecret: string,
  clock: Clock,
  fetchToken: (body: Record<string, string>) => Promise<unknown>,
): Authorizer {
  let held: { header: string; until: number } | undefined
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const answer = Token.safeParse(
      await fetchToken({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: 'read tickets:write',
      }),
    )
    if (!answer.success)
      throw unreadable({ method: 'POST', path: '/oauth/tokens', changes: false }, answer.error)
    const { access_token, expires_in } = answer.data
    // Without `expires_in` a token lives until Zendesk says 401.
    const until = expires_in ? clock.now() + expires_in * 1000 - MARGIN_MS : Number.POSITIVE_INFINITY
    held = { header: `Bearer ${access_token}`, until }
    return held.header
  }

  return {
    kind: 'client_credentials',
    async header() {
      if (held && clock.now() < held.until) return held.header
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    forget() {
      held = undefined
    },
  }
}
