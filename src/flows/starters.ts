import type { Subscriber } from '../events/index.ts'
import type { NewEscalation } from '../skills/index.ts'
import type { Tx } from '../store/index.ts'
import type { OrgId, WorkKind } from '../work/index.ts'
import { runSchedules, type ScheduleDeps } from './schedules/index.ts'
import { followEvents } from './triggers/index.ts'

/** What starts flows without anybody asking: the clock, by schedules, and events, by triggers. */
export function createStarters(
  deps: ScheduleDeps & { escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string> },
): { subscriber: Subscriber; work: WorkKind[] } {
  const triggers = followEvents(deps)
  return { subscriber: triggers.subscriber, work: [runSchedules(deps), triggers.work] }
}
