import { subscribe } from 'node:diagnostics_channel'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ORG } from '../src/app.ts'
import { knowledgeFolder } from '../src/sandbox/index.ts'
import { startHub } from '../src/start.ts'
import { qb } from '../src/store/index.ts'
import { serveParent } from './child.ts'

/** The whole hub in a process of its own; what it spends, on what, is asked over the wire to the bench. */
setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

/** Milliseconds with at least one request to a vendor unanswered, and how many there were. */
const waited = { ms: 0, requests: 0 }
let unanswered = 0
let since = 0
subscribe('undici:request:create', () => {
  waited.requests += 1
  if (unanswered++ === 0) since = performance.now()
})
for (const end of ['undici:request:trailers', 'undici:request:error'])
  subscribe(end, () => {
    if (--unanswered === 0) waited.ms += performance.now() - since
  })

const standIns: Record<string, string> = JSON.parse(process.env.STAND_INS ?? '{}')
const { hub, url, close } = await startHub({ env: process.env, sandbox: { env: standIns } })
await hub.knowledge.ingestFolder(ORG, fileURLToPath(knowledgeFolder))
serveParent({ url }, answer, close)

async function answer(question: string) {
  switch (question) {
    case 'idle':
      return hub.dispatcher.idle()
    case 'memory': {
      if (typeof collectGarbage === 'function') collectGarbage()
      const { rss, heapUsed, external } = process.memoryUsage()
      return { rss, heap: heapUsed + external }
    }
    case 'rss':
      return process.memoryUsage.rss()
    case 'spent':
      return { ...waited, cpu: process.threadCpuUsage() }
    default:
      return hub.store.read.all(
        qb
          .selectFrom('flows')
          .select(['ticket', 'status', 'outcome', 'created_at', 'completed_at', 'waiting_for'])
          .orderBy('id'),
      )
  }
}
