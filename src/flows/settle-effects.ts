import { type Subscriber, subscribeByWork } from '../events/index.ts'
import type { Skills } from '../skills/index.ts'
import type { Store } from '../store/index.ts'
import { lostEffects } from '../store/rows/effects.ts'
import type { WorkKind, WorkQueue } from '../work/index.ts'
import { runFlowWork } from './run-work.ts'

/**
 * What a cancelled flow had begun and nobody heard of since is looked up, and noted as done, not done or in doubt:
 * no step will ask any more. It has the key of the flow's own work, so that a step which is still at it comes first.
 */
export function settleCancelled(deps: { store: Store; queue: WorkQueue; skills: Skills }): {
  subscriber: Subscriber
  work: WorkKind
} {
  const { subscriber, work } = subscribeByWork(deps, {
    name: 'flow_cancelled',
    types: ['flow_cancelled'],
    key: runFlowWork.key,
    retry: { attempts: 20, firstDelayMs: 1_000, factor: 2, maxDelayMs: 600_000 },
    async run({ flowId }, { org }, { log }) {
      for (const effect of await lostEffects(deps.store.read, org, flowId)) {
        const state = await deps.skills.settle(effect, log)
        log.info({ flowId, effect: effect.id, skill: effect.skill, state }, 'looked up for a cancelled flow')
      }
      return undefined
    },
  })
  return { subscriber, work }
}
