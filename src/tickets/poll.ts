import { z } from 'zod'
import type { Desk } from '../ports/index.ts'
import { getCursor, saveCursor } from '../store/rows/desk-cursors.ts'
import { getTicket, ticketRefOf } from '../store/rows/tickets.ts'
import { defineWork, NEXT_ROUND, type OrgId } from '../work/index.ts'
import { isKnown } from './changes.ts'
import { applyTicket, deskOf, type SyncDeps } from './sync.ts'

const PAGES_PER_ROUND = 50
/** How far back the first poll looks, for the desk's figures: open tickets lie untouched for long. */
const FIRST_LOOK_MS = 365 * 86_400_000
/** A webhook may be this late before the poll counts its ticket as missed. */
const WEBHOOK_GRACE_MS = 60_000

/**
 * Reads the desk's own change list from a stored cursor, page by page, fills what webhooks missed and counts
 * it. The cursor moves only after a page is applied: after a crash the page comes again, and repeats change nothing.
 */
export function pollDesks(
  deps: SyncDeps & { everyMs: number; onMissed: (desk: string) => void; onRecovered: (desk: string) => void },
) {
  return defineWork({
    kind: 'desk.poll',
    payload: z.object({ desk: z.string() }),
    key: ({ desk }) => `desk.poll:${desk}`,
    retry: { attempts: Number.MAX_SAFE_INTEGER, firstDelayMs: 5_000, factor: 2, maxDelayMs: 300_000 },
    async run({ desk: name }, job) {
      const desk = deskOf(deps.desks, name)
      for (let page = 0; page < PAGES_PER_ROUND && !job.signal.aborted; page++) {
        if (!(await pollPage(desk, job.org))) break
      }
      return { again: deps.clock.now() + deps.everyMs, why: NEXT_ROUND }
    },
  })

  /** @returns whether the desk has more. */
  async function pollPage(desk: Desk, org: OrgId): Promise<boolean> {
    const before = await getCursor(deps.store.read, org, desk.name)
    const since = deps.clock.now() - FIRST_LOOK_MS
    const changes = await desk.listChanges(before?.cursor ? { cursor: before.cursor } : { since })
    let missed = 0
    let recovered = 0
    for (const ticket of changes.tickets) {
      const known = await getTicket(deps.store.read, org, ticketRefOf(desk.name, ticket.id))
      if (known && isKnown(known, ticket)) continue
      const late = before?.cursor && deps.clock.now() - ticket.updatedAt > WEBHOOK_GRACE_MS
      if (late) {
        missed += 1
        deps.onMissed(desk.name)
      }
      const synced = await applyTicket(deps, org, desk, ticket, `poll:${desk.name}`)
      if (late && synced.kind === 'synced') {
        recovered += 1
        deps.onRecovered(desk.name)
      }
    }
    await deps.store.write((tx) =>
      saveCursor(tx, org, desk.name, { cursor: changes.cursor, now: deps.clock.now(), missed, recovered }),
    )
    return changes.more
  }
}
