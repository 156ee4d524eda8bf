import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { destination, type Logger } from 'pino'
import { integrations } from '../../integrations/index.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { createHub, type Hub } from '../app.ts'
import { type Config, ensureSecrets, loadConfig } from '../config/index.ts'
import { InputError } from '../ops/errors.ts'
import { createLog } from '../ops/log.ts'
import { migrate, openStore, type Store } from '../store/index.ts'
import type { Cli } from './command.ts'

/** The hub's configuration as it would start with. Throws ConfigError with every mistake. */
export function configOf(cli: Cli): Config {
  return loadConfig(cli.env, integrations)
}

export const databaseFile = (config: Config) => join(config.store.dataDir, 'switchboard.db')

/**
 * Runs `use` on the hub's store, its schema up to date. Where there is no database yet, somebody is in the
 * wrong folder more often than not: it is only made where `create` says so.
 */
export async function withStore<Result>(
  cli: Cli,
  use: (store: Store, config: Config) => Promise<Result>,
  options: { create?: boolean } = {},
): Promise<Result> {
  const config = configOf(cli)
  if (!options.create) requireDatabase(config)
  const store = await openStore({ databaseUrl: config.store.databaseUrl, file: databaseFile(config) })
  try {
    await migrate(store, cli.clock.now())
    return await use(store, config)
  } finally {
    await store.close()
  }
}

/** Runs `use` on a hub that is composed, but neither serves nor works. */
export async function withHub<Result>(
  cli: Cli,
  use: (hub: Hub) => Promise<Result>,
  options: { create?: boolean } = {},
): Promise<Result> {
  const config = configOf(cli)
  if (!options.create) requireDatabase(config)
  const secrets = ensureSecrets(config, (token) => cli.say(`API token (shown this once): ${token}`))
  const log = logOf(config, Object.values(secrets))
  const { clock } = cli
  const hub = await createHub({ config, secrets, integrations, clock, log, version: packageJson.version })
  try {
    return await use(hub)
  } finally {
    await hub.stop()
  }
}

/** Warnings and worse, on standard error: standard output is the command's result. */
export function logOf(config: Config, secrets: string[] = []): Logger {
  return createLog(
    { level: 'warn', format: 'pretty', secrets: [...config.secretValues, ...secrets] },
    destination({ fd: 2, sync: true }),
  )
}

function requireDatabase(config: Config): void {
  if (config.store.databaseUrl !== null || existsSync(databaseFile(config))) return
  throw new InputError(
    'no_database',
    `There is no database in ${config.store.dataDir}: start the hub there once, or set DATA_DIR to where it is.`,
  )
}
