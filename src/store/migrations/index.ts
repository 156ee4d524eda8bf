import { foundation } from './0001-foundation.ts'
import { workLeases } from './0002-work-leases.ts'
import { flowQueue } from './0003-flow-queue.ts'

/** Where the two databases differ, each has its own words. */
export type Statement = string | { sqlite: string; postgres: string }

/** In the order they run. A migration that was released is never edited. */
export const migrations: readonly { name: string; statements: readonly Statement[] }[] = [
  foundation,
  workLeases,
  flowQueue,
]
