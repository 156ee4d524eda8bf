import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import type { HubEvent } from '../../src/events/schemas.ts'
import { systemClock } from '../../src/ops/clock.ts'
import type { WebhookDoor } from '../../src/ports/index.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { instantPace } from '../../src/sandbox/world.ts'

/**
 * The sandbox's stand-ins, answering at once, and in place of the hub nothing but one vendor's door: what it
 * makes of the webhooks that really arrive. `refused` are those that it did not take, each with the reason.
 */
export async function sandboxWithDoor<Config>(
  door: WebhookDoor<Config>,
  configOf: (env: Record<string, string>) => Config,
) {
  const events: HubEvent[] = []
  const refused: string[] = []
  let config: Config | undefined
  const hub = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    const { method = '', url = '' } = request
    const arrived = { method, url, headers, query: {}, rawBody: Buffer.concat(chunks) }
    const verdict = config && door.verify(arrived, config, new Date())
    const parsed = config && door.parse(arrived, config)
    if (!verdict?.ok) refused.push(verdict?.reason ?? 'too early')
    else if (parsed?.kind === 'events') events.push(...parsed.events.map(({ event }) => event))
    else if (parsed?.kind === 'malformed') refused.push(parsed.reason)
    response.writeHead(verdict?.ok ? 204 : 401).end()
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  const address = hub.address()
  if (address === null || typeof address === 'string') throw new Error('listening on no port')
  const hubUrl = `http://127.0.0.1:${address.port}`
  const sandbox = await startSandbox({
    clock: systemClock(),
    hubUrl,
    seed: 'empty',
    settings: { pace: instantPace },
  })
  config = configOf(sandbox.env)
  onTestFinished(async () => {
    await sandbox.close()
    hub.closeAllConnections()
    hub.close()
  })
  return { sandbox, config, events, refused, hubUrl }
}
