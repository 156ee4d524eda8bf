import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ensureSecrets, loadConfig } from '../../../src/config/index.ts'

function emptyFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'switchboard-secrets-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return join(made, 'data')
}

it('makes its secrets once, for the owner alone, and says the API token only then', () => {
  const config = loadConfig({ DATA_DIR: emptyFolder() }, [])
  const said: string[] = []
  const first = ensureSecrets(config, (token) => said.push(token))
  const second = ensureSecrets(config, (token) => said.push(token))

  expect(second).toEqual(first)
  expect(said).toEqual([first.apiToken])
  expect(first.secretKey).not.toBe(first.apiToken)
  for (const name of ['secret_key', 'api_token'])
    expect(statSync(join(config.store.dataDir, name)).mode & 0o777).toBe(0o600)
})

it('makes no folder and no file when both are configured', () => {
  const dataDir = emptyFolder()
  const given = { SECRET_KEY: 's'.repeat(32), API_TOKEN: 't'.repeat(32) }
  const config = loadConfig({ DATA_DIR: dataDir, ...given }, [])

  expect(ensureSecrets(config, () => {})).toEqual({ secretKey: given.SECRET_KEY, apiToken: given.API_TOKEN })
  expect(statSync(dataDir, { throwIfNoEntry: false })).toBeUndefined()
})

it('refuses an empty key file instead of signing with nothing', () => {
  const config = loadConfig({ DATA_DIR: emptyFolder() }, [])
  ensureSecrets(config, () => {})
  writeFileSync(join(config.store.dataDir, 'secret_key'), '\n')
  expect(() => ensureSecrets(config, () => {})).toThrow(/secret_key is empty: delete it/)
})
