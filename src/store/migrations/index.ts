import { foundation } from './0001-foundation.ts'
import { workLeases } from './0002-work-leases.ts'

/** In the order they run. A migration that was released is never edited. */
export const migrations: readonly { name: string; statements: readonly string[] }[] = [foundation, workLeases]
