import { setImmediate } from 'node:timers/promises'
import { firstIdAt } from '../../ops/ids.ts'
import type { Clock } from '../../ports/index.ts'
import type { Executor, Store } from '../../store/index.ts'
import { flowFigures, type IdWindow, stepFigures } from '../../store/rows/flow-analytics.ts'
import type { OrgId } from '../../work/index.ts'
import { PLANNED, Tally } from './tally.ts'
import { whereFlowsWait } from './waiting.ts'
import { windowOf } from './window.ts'

/** Flows read at once: little enough that whatever else the process does waits a few milliseconds. */
const PAGE = 250
const GROUPS_MAX = 50

/**
 * What became of the flows that were started within a window, and where flows wait now. Costs what the window
 * holds, not the store: ids sort by time. Throws InputError `bad_window`.
 */
export async function flowAnalytics(
  deps: { store: Store; clock: Clock },
  org: OrgId,
  query: { template?: string | undefined; since?: string | undefined; until?: string | undefined },
) {
  const { read } = deps.store
  const { template } = query
  const window = windowOf(query, deps.clock.now())
  const tally = await tallyOf(read, org, {
    after: firstIdAt('flw', window.since),
    before: firstIdAt('flw', window.until + 1),
    ...(template === undefined ? {} : { template: template === PLANNED ? null : template }),
  })
  const failures = tally.failures()
  return {
    window,
    total: { ...tally.all.figures(), parts: tally.parts, undoings: tally.undoings },
    templates: tally.templates(),
    waiting: await whereFlowsWait(read, org, template),
    failing: tally.failing(),
    failures: failures.slice(0, GROUPS_MAX),
    more_failures: Math.max(failures.length - GROUPS_MAX, 0),
  }
}

async function tallyOf(read: Executor, org: OrgId, window: IdWindow): Promise<Tally> {
  const tally = new Tally()
  for (let { after } = window; ; ) {
    const page = await flowFigures(read, org, { ...window, after }, PAGE)
    const runs = new Map(page.filter((flow) => tally.addFlow(flow)).map((flow) => [flow.id, flow]))
    const steps = runs.size > 0 ? await stepFigures(read, [...runs.keys()]) : []
    for (const step of steps) {
      const flow = runs.get(step.flow_id)
      if (flow) tally.addStep(step, flow)
    }
    const last = page.at(-1)
    if (!last || page.length < PAGE) return tally
    after = last.id
    await setImmediate()
  }
}
