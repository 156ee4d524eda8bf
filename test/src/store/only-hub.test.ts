import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConfigError } from '../../../src/ops/errors.ts'
import { holdAlone } from '../../../src/store/index.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('lets one hub alone run on a data folder, and the next one once that has stopped', () => {
  const file = join(folder, 'hub.lock')
  const release = holdAlone(file)
  expect(() => holdAlone(file)).toThrow(ConfigError)
  expect(() => holdAlone(file)).toThrow(/another hub runs on .*DATA_DIR/)
  release()
  holdAlone(file)()
})
