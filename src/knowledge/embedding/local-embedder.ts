import type { Logger } from 'pino'
import { messageOf } from '../../ops/errors.ts'
import type { Embedder } from '../../ports/index.ts'
import { inProcess } from '../remote.ts'
import { createHashedWordsEmbedder } from './hashed-words.ts'
import { whyUnavailable } from './minilm-files.ts'
import { DIMENSIONS } from './minilm-graph.ts'
import type { MiniLmOperations } from './minilm-process.ts'

/** So many texts go over in one message; a query then waits for a third of a second at most. */
const BATCH = 32

/**
 * The embedder that needs no network: all-MiniLM-L6-v2 in a process of its own, started by the first text
 * (0.4 s) and ended after `idleMs` without one. A process, not a thread: of a thread's 170 MB only 15 came back.
 * Where it cannot run, hashed words stand in, with a warning; `model` tells which of the two it is.
 */
export async function createLocalEmbedder(deps: { log: Logger; idleMs?: number }): Promise<Embedder> {
  const reason = whyUnavailable()
  if (reason === null) return createMiniLmEmbedder(deps.log, deps.idleMs ?? 120_000)
  deps.log.warn(`knowledge search without an embedding model: ${reason}`)
  return createHashedWordsEmbedder(reason)
}

function createMiniLmEmbedder(log: Logger, idleMs: number): Embedder {
  const model = inProcess<MiniLmOperations>(new URL('./minilm-process.ts', import.meta.url))
  let busy = 0
  let idle: NodeJS.Timeout | undefined

  async function embed(texts: string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    busy += 1
    clearTimeout(idle)
    try {
      for (let from = 0; from < texts.length; from += BATCH)
        vectors.push(...(await model.call('embed', texts.slice(from, from + BATCH))))
      return vectors
    } finally {
      busy -= 1
      // The machine's own time, not the hub's clock: this frees memory and means nothing to a simulated day.
      if (busy === 0) idle = setTimeout(end, idleMs).unref()
    }
  }
  function end(): void {
    model.end().catch((error: unknown) => log.warn({ err: error }, 'the embedding process did not end'))
  }

  return {
    model: 'all-MiniLM-L6-v2-uint8',
    dimensions: DIMENSIONS,
    embed,
    async check() {
      try {
        await embed(['ready'])
        return { ok: true, detail: 'all-MiniLM-L6-v2, in this process' }
      } catch (error) {
        return { ok: false, detail: messageOf(error), hint: 'Run `npm install` again.' }
      }
    },
    async close() {
      clearTimeout(idle)
      await model.end()
    },
  }
}
