import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { type OpenStore, storeContract } from './store.ts'
import { workContract } from './work.ts'

const open: OpenStore = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-store-'))
  const store = await openStore({ databaseUrl: null, file: join(folder, 'store.db') })
  return {
    store,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe('SQLite', () => {
  storeContract(open)
  workContract(open)
})
