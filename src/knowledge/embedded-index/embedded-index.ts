import type { Logger } from 'pino'
import { ConfigError, messageOf } from '../../ops/errors.ts'
import type { KnowledgeIndex } from '../../ports/index.ts'
import { inThread } from '../remote.ts'
import type { IndexOperations, IndexSettings } from './index-thread.ts'

export type EmbeddedIndex = KnowledgeIndex & {
  /** Removes all that an organisation has here. */
  deleteOrg(org: string): Promise<void>
}

/**
 * The index that needs no server: one SQLite file, searched in a thread of its own. The thread starts with
 * `open`; should it die, the next call starts it again over the same file.
 */
export async function createEmbeddedIndex(deps: { file: string; log: Logger }): Promise<EmbeddedIndex> {
  const thread = inThread<IndexOperations>(new URL('./index-thread.ts', import.meta.url))
  let settings: IndexSettings | undefined

  function opened(): IndexSettings {
    if (!settings) throw new Error('the knowledge index is used before open()')
    return settings
  }

  return {
    name: 'embedded',
    async open(embedding) {
      const wanted = { file: deps.file, embedding }
      const startedAt = performance.now()
      const mistake = await thread.call('open', wanted)
      if (mistake) {
        await thread.end()
        throw new ConfigError([mistake])
      }
      settings = wanted
      deps.log.debug(
        { file: deps.file, ms: Math.round(performance.now() - startedAt) },
        'knowledge index opened',
      )
    },
    upsert: async (chunks) => thread.call('upsert', { ...opened(), chunks }),
    deleteDocument: async (org, documentId) =>
      thread.call('deleteDocument', { ...opened(), org, documentId }),
    deleteOrg: async (org) => thread.call('deleteOrg', { ...opened(), org }),
    search: async (query) => thread.call('search', { ...opened(), query }),
    count: async (org) => thread.call('count', { ...opened(), org }),
    async check() {
      try {
        const mistake = await thread.call('open', opened())
        if (mistake) return { ok: false, detail: mistake, hint: 'See the message.' }
        return { ok: true, detail: `${deps.file}, vectors of ${opened().embedding.model}` }
      } catch (error) {
        return {
          ok: false,
          detail: messageOf(error),
          hint: `Is ${deps.file} readable and its disk not full?`,
        }
      }
    },
    close: () => thread.end(),
  }
}
