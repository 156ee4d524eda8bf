import { expect } from 'vitest'
import { isFinal } from '../../src/flows/index.ts'
import { qb } from '../../src/store/index.ts'
import type { CrashingHub } from './crashing-hub.ts'

/** What a hub that went on to its end must leave: flows that are over, effects with their answers, no dead work. */
export async function expectNothingLeft(hub: CrashingHub, counts: { flows: number; escalations: number }) {
  const left = await hub.look(async ({ read }) => ({
    flows: await read.all(qb.selectFrom('flows').select(['status', 'title', 'waiting_for'])),
    escalations: await read.all(qb.selectFrom('escalations').select('reason')),
    failures: await read.all(qb.selectFrom('flow_logs').select('message').where('type', '=', 'step_failed')),
    unanswered: await read.all(
      qb.selectFrom('effects').select(['skill', 'cause', 'state']).where('state', '!=', 'done'),
    ),
    dead: await read.all(qb.selectFrom('work').select(['kind', 'last_error']).where('state', '!=', 'due')),
  }))
  expect(left).toMatchObject({ failures: [], unanswered: [], dead: [] })
  expect(left.escalations).toHaveLength(counts.escalations)
  expect(left.flows).toHaveLength(counts.flows)
  expect(left.flows.filter(({ status, waiting_for }) => !isFinal(status) || waiting_for !== null)).toEqual([])
}
