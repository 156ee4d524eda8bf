import { readEnvironment } from './config/index.ts'
import { ConfigError } from './ops/errors.ts'
import { createShutdown, shutdownOnSignals } from './ops/shutdown.ts'
import { startHub } from './start.ts'

try {
  const running = await startHub({
    env: readEnvironment(process.cwd(), process.env),
    terminal: process.stdout.isTTY,
    announceToken: (token) => {
      process.stdout.write(`\n  API token (shown this once): ${token}\n\n`)
    },
  })
  const { log, url, sandbox } = running
  const shutdown = createShutdown(log)
  shutdown.add('hub', running.close, 20_000)
  shutdownOnSignals(shutdown, log)
  log.info({ url: running.config.server.publicUrl }, 'the hub is ready')
  if (sandbox) {
    const { showMainJob } = await import('./sandbox/show.ts')
    await showMainJob({
      url,
      consoleUrl: running.config.server.publicUrl,
      sandbox,
      knowledge: running.hub.knowledge,
      clock: running.clock,
      nextDueAt: running.hub.nextDueAt,
    })
  }
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
