import { setImmediate } from 'node:timers/promises'
import type { Executor } from '../../store/index.ts'
import { type OpenFlow, openFlows } from '../../store/rows/flow-analytics.ts'
import type { OrgId } from '../../work/index.ts'
import { PLANNED } from './tally.ts'

const OPEN = ['awaiting_user', 'waiting', 'running', 'pending'] as const
const PAGE = 1_000
/** What of each status is looked at, oldest first: beyond it the figures say that they are not all. */
const LOOKED_AT_MAX = 5_000

/** Where flows stand now, whenever they began: by template and step, each with the one that began first. */
export async function whereFlowsWait(read: Executor, org: OrgId, template: string | undefined) {
  const groups = new Map<string, Group>()
  let complete = true
  let flows = 0
  for (const status of OPEN) {
    let after = ''
    for (let seen = 0; ; ) {
      const page = await openFlows(read, org, { status, after, limit: PAGE })
      for (const flow of page.filter((one) => counts(one, template))) {
        flows += 1
        add(groups, flow)
      }
      seen += page.length
      after = page.at(-1)?.id ?? after
      if (page.length < PAGE) break
      if (seen >= LOOKED_AT_MAX) {
        complete = false
        break
      }
      await setImmediate()
    }
  }
  return { flows, complete, groups: [...groups.values()].toSorted((a, b) => b.flows - a.flows) }
}

type Group = {
  template: string
  step: string | null
  type: string | null
  status: string
  flows: number
  oldest: { id: string; title: string; waiting_for: string | null; since: number; until: number | null }
}

/** Branches and sub-flows wait with their parent. */
const counts = (flow: OpenFlow, template: string | undefined) =>
  flow.parent_flow_id === null && (template === undefined || (flow.template ?? PLANNED) === template)

function add(groups: Map<string, Group>, flow: OpenFlow) {
  const template = flow.template ?? PLANNED
  const key = JSON.stringify([template, flow.step, flow.status])
  const group = groups.get(key)
  const oldest = {
    id: flow.id,
    title: flow.title,
    waiting_for: flow.waiting_for,
    since: flow.updated_at,
    until: flow.waiting_until,
  }
  if (!group) {
    const { step, step_type: type, status } = flow
    groups.set(key, { template, step, type, status, flows: 1, oldest })
    return
  }
  group.flows += 1
  if (oldest.since < group.oldest.since) group.oldest = oldest
}
