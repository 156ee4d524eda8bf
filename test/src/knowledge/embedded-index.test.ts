import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createEmbeddedIndex } from '../../../src/knowledge/embedded-index/embedded-index.ts'
import { knowledgeIndexContract } from '../../contracts/knowledge-index.ts'

const log = pino({ level: 'silent' })

knowledgeIndexContract('the embedded index', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'knowledge-'))
  const open = () => createEmbeddedIndex({ file: join(folder, 'index.db'), log })
  return { index: await open(), reopen: open, dispose: () => rm(folder, { recursive: true }) }
})
