import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { integrations } from '../integrations/index.ts'
import packageJson from '../package.json' with { type: 'json' }
import { createHub, type Hub, type HubOptions } from './app.ts'
import { type Config, type Environment, ensureSecrets, loadConfig } from './config/index.ts'
import { isWebsocket } from './inbound/index.ts'
import { type JumpingClock, shiftedClock } from './ops/clock.ts'
import { ConfigError } from './ops/errors.ts'
import { createLog } from './ops/log.ts'
import type { Clock } from './ports/index.ts'
import type { Sandbox, SandboxOptions } from './sandbox/index.ts'
import { holdAlone } from './store/index.ts'

export type StartOptions = {
  env: Environment
  /** Whether standard output is a terminal. */
  terminal?: boolean
  clock?: JumpingClock
  /** Own stand-ins instead of the ones that `npm start` makes: tests and benchmarks bring theirs. */
  sandbox?: { env: Record<string, string>; controlUrl?: string } | 'none'
  sandboxOptions?: Partial<SandboxOptions>
  announceToken?: (token: string) => void
  onStep?: HubOptions['onStep']
  onEffectMoment?: HubOptions['onEffectMoment']
  onStart?: HubOptions['onStart']
}

export type RunningHub = {
  url: string
  config: Config
  hub: Hub
  clock: JumpingClock
  sandbox: Sandbox | null
  apiToken: string
  log: Logger
  close(): Promise<void>
}

/** With nothing configured, what the sandbox's company is. */
const SANDBOX_COMPANY = {
  COMPANY_NAME: 'Lumen Hotels',
  COMPANY_ABOUT: 'A small company with houses in Lisbon, Porto, Goa and Berlin.',
  EMAIL_FROM: 'Lumen Hotels <stay@lumenhotels.example>',
  EMAIL_REPLY_TO: 'reply@in.lumenhotels.example',
}

/**
 * Reads the environment once and starts a hub: the door opens first (so that its address is known), then the
 * stand-ins where nothing is configured, then the hub itself. Throws ConfigError with every mistake.
 */
export async function startHub(options: StartOptions): Promise<RunningHub> {
  const terminal = options.terminal ?? false
  const first = loadConfig(options.env, integrations, { terminal })
  const wantsSandbox = options.sandbox === undefined && first.sandbox
  const clock = options.clock ?? shiftedClock()

  const server = createServer({ shouldUpgradeCallback: isWebsocket }, (_request, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end('starting')
  })
  // What was opened is closed again when a later part cannot be.
  await using opened = new AsyncDisposableStack()
  if (first.store.databaseUrl === null) opened.defer(holdAlone(join(first.store.dataDir, 'hub.lock')))
  const port = await listen(server, first.server.port, first.server.host)
  opened.defer(() => void server.close())
  const url = `http://127.0.0.1:${port}`
  const sandbox = wantsSandbox ? await openSandbox(first, clock, url, options) : null
  opened.defer(() => sandbox?.close())

  const given = typeof options.sandbox === 'object' ? options.sandbox : null
  const standIns = sandbox ? { env: sandbox.env, controlUrl: sandbox.controlUrl } : given
  const env = { ...(standIns ? SANDBOX_COMPANY : {}), ...standIns?.env, ...options.env }
  const config = loadConfig(
    { PUBLIC_URL: `http://localhost:${port}`, ...env },
    integrations,
    standIns ? { terminal, sandbox: true } : { terminal },
  )
  const secrets = ensureSecrets(config, options.announceToken ?? (() => {}))
  const log = createLog({
    ...config.logging,
    secrets: [...config.secretValues, secrets.secretKey, secrets.apiToken],
  })
  for (const warning of config.warnings) log.warn(warning)

  const hub: Hub = await createHub({
    config,
    secrets,
    integrations,
    clock,
    log,
    version: packageJson.version,
    sandbox: standIns?.controlUrl
      ? { controlUrl: standIns.controlUrl, time: sandbox ? await timeOf(sandbox, clock, () => hub) : null }
      : null,
    ...(options.onStep ? { onStep: options.onStep } : {}),
    ...(options.onEffectMoment ? { onEffectMoment: options.onEffectMoment } : {}),
    ...(options.onStart ? { onStart: options.onStart } : {}),
  })
  opened.defer(() => hub.stop())
  server.removeAllListeners('request')
  server.on('request', hub.http)
  server.on('upgrade', hub.sockets.handleUpgrade)
  await hub.start()
  // Its own stand-ins are there by themselves; asking them would only load every vendor's SDK, some 70 MB.
  if (!sandbox) void reportConnections(hub, log)
  const running = opened.move()
  return {
    url,
    config,
    hub,
    clock,
    sandbox,
    apiToken: secrets.apiToken,
    log,
    async close() {
      hub.live.close()
      hub.sockets.close()
      await closeServer(server)
      await running.disposeAsync()
    },
  }
}

/** Tells the log how each vendor answers, without keeping anybody waiting: a vendor that is down is no reason not to start. */
async function reportConnections(hub: Hub, log: Logger): Promise<void> {
  for (const { name, check } of hub.connections.checks) {
    try {
      const result = await check()
      if (result.ok) log.debug({ integration: name, detail: result.detail }, 'connected')
      else
        log.warn(
          { integration: name, detail: result.detail, hint: result.hint },
          'an integration does not work',
        )
    } catch (error) {
      log.warn({ integration: name, err: error }, 'an integration could not be checked')
    }
  }
}

async function openSandbox(
  config: Config,
  clock: Clock,
  hubUrl: string,
  options: StartOptions,
): Promise<Sandbox> {
  const { startSandbox } = await import('./sandbox/index.ts')
  return startSandbox({
    clock,
    hubUrl,
    file: join(config.store.dataDir, 'sandbox-world.json'),
    ...options.sandboxOptions,
  })
}

/** Simulated time over both worlds; `hub` is asked for once it stands. */
async function timeOf(sandbox: Sandbox, clock: JumpingClock, hub: () => Hub) {
  const { createSimulatedTime } = await import('./sandbox/time.ts')
  return createSimulatedTime({
    clock,
    async nextDueAt() {
      const due = [await hub().nextDueAt(), ...Object.values(sandbox.world.agenda).map(({ at }) => at)]
      const times = due.filter((at) => at !== null)
      return times.length > 0 ? Math.min(...times) : null
    },
    async idle() {
      await sandbox.webhooks.idle()
      await hub().dispatcher.idle()
    },
  })
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, port, host)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function cannotListen(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const why: Record<string, string> = {
    EADDRINUSE: `PORT ${port} is taken by another process: stop that one, or set another`,
    EACCES: `PORT ${port} needs rights that this process does not have: set one above 1023`,
    EADDRNOTAVAIL: `HOST ${host} is no address of this machine: set one that is`,
    ENOTFOUND: `HOST ${host} is not known: set an address of this machine`,
  }
  const mistake = why[error.code ?? '']
  return mistake ? new ConfigError([mistake]) : error
}

/** Lets requests under way finish; connections that only wait are cut. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection becomes idle when its last answer is out, which may be a moment from now.
    const cutIdle = setInterval(() => server.closeIdleConnections(), 20)
    const cutAll = setTimeout(() => server.closeAllConnections(), 2_000)
    server.close(() => {
      clearInterval(cutIdle)
      clearTimeout(cutAll)
      resolve()
    })
  })
}
