import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../ops/errors.ts'
import type { Config } from './load.ts'

/**
 * The hub's own secrets: those that are configured, else those in DATA_DIR (`secret_key` and `api_token`,
 * readable by the owner alone), which are made when they are not there yet.
 *
 * @param announce called with an API token that has just been made, to print it: it is shown this once
 */
export function ensureSecrets(
  config: Pick<Config, 'secrets' | 'store'>,
  announce: (apiToken: string) => void,
): { secretKey: string; apiToken: string } {
  const { dataDir } = config.store
  return {
    secretKey: config.secrets.secretKey ?? kept(dataDir, 'secret_key'),
    apiToken: config.secrets.apiToken ?? kept(dataDir, 'api_token', announce),
  }
}

function kept(folder: string, name: string, announce?: (value: string) => void): string {
  const file = join(folder, name)
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const draft = join(folder, `.${name}.${process.pid}`)
    const made = randomBytes(32).toString('base64url')
    writeFileSync(draft, `${made}\n`, { mode: 0o600 })
    const first = linkedAs(file, draft)
    rmSync(draft)
    if (first) announce?.(made)
  }
  const value = readFileSync(file, 'utf8').trim()
  if (value === '') throw new ConfigError([`${file} is empty: delete it and start again`])
  return value
}

/** Whether `draft` became `file`; false when another process, starting at the same time, was first. */
function linkedAs(file: string, draft: string): boolean {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
