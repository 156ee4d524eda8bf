import { z } from 'zod'
import { strandedCalls } from '../store/rows/calls.ts'
import { defineWork, NEXT_ROUND } from '../work/index.ts'
import type { CallerDeps } from './caller.ts'
import { pollCallWork } from './queue.ts'
import { abandonCall } from './settle.ts'

const EVERY_MS = 60_000
const BATCH = 200

/**
 * No call stays under way unseen: one that nothing would carry on is dialled or asked after again, and one of
 * which nobody can tell whether it was placed is given up once a call would surely be over.
 */
export function watchCalls(deps: CallerDeps) {
  return defineWork({
    kind: 'call.watch',
    payload: z.object({}),
    key: () => 'call.watch',
    retry: { attempts: Number.MAX_SAFE_INTEGER, firstDelayMs: 5_000, factor: 2, maxDelayMs: 300_000 },
    async run(_, { org: ofOrg, log }) {
      const now = deps.clock.now()
      for (const call of await strandedCalls(deps.store.read, ofOrg, now - EVERY_MS, BATCH)) {
        const { id: callId, org, case_id: caseId, attempts: attempt } = call
        const unplaced = call.status === 'processing' && call.provider_call_id === null
        if (unplaced && now - (call.dialled_at ?? call.updated_at) < deps.settings.maxPollMs) continue
        log.error({ callId, status: call.status }, 'nothing would have carried this call on')
        await deps.store.write(async (tx) => {
          if (unplaced) {
            const reason = 'Nobody can tell whether it was placed'
            await abandonCall(deps, tx, org, callId, { reason, outcome: 'unknown' })
          } else if (call.status === 'processing') {
            await deps.queue.add(tx, pollCallWork, { callId, attempt }, { org, caseId })
          } else {
            await deps.queueCall(tx, org, { id: callId, caseId, runAt: call.held_until ?? now })
          }
        })
      }
      return { again: now + EVERY_MS, why: NEXT_ROUND }
    },
  })
}
