import { pino } from 'pino'
import { type ZendeskConfig, zendesk } from '../../../integrations/zendesk/index.ts'
import type { PortDeps } from '../../../src/ports/index.ts'

/** A configuration with an OAuth token, but for what matters to the test; undefined takes a variable away. */
export function zendeskConfig(variables: Record<string, string | undefined> = {}): ZendeskConfig {
  return zendesk.config.parse({
    ZENDESK_SUBDOMAIN: 'acme',
    ZENDESK_OAUTH_TOKEN: 'oauth-token',
    ZENDESK_WEBHOOK_SECRET: 'webhook-secret',
    ...variables,
  })
}

export function zendeskDeps(
  clock: { now(): number } = { now: () => 0 },
  log = pino({ enabled: false }),
): PortDeps {
  return { log, clock: { now: () => clock.now(), at: () => () => {} } }
}
