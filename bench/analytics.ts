import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flowAnalytics } from '../src/flows/index.ts'
import { createIds } from '../src/ops/ids.ts'
import { migrate, openStore, type Store } from '../src/store/index.ts'
import { insertStep } from '../src/store/rows/flow-steps.ts'
import { insertFlow, listFlows } from '../src/store/rows/flows.ts'
import { flowRow, ORG } from '../test/contracts/rows.ts'
import { percentile, printTable, timeEach, verdict } from './lib.ts'

const FLOWS = 100_000
const IN_WINDOW = 5_000
const STEPS = 5
const BATCH = 1_000
const ROUNDS = 10
const GOAL_MS = 300

const DAY = 86_400_000
const NOW = Date.parse('2026-06-01T00:00:00Z')

/** Analytics of a week in a store of months: what they cost must follow the week. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'))
  const store = await openStore({ databaseUrl: null, file: join(folder, 'bench.db') })
  try {
    await migrate(store, 0)
    await fill(store)
    const deps = { store, clock: { now: () => NOW, at: () => () => {} } }
    const rounds = Array.from({ length: ROUNDS })
    const rows = []
    for (const [what, query] of Object.entries({
      'all templates, 7 days': {},
      'one template, 7 days': { template: 'a' },
      'all templates, 1 day': { since: '1d' },
    })) {
      const { total } = await flowAnalytics(deps, ORG, query)
      const times = await timeEach(rounds, () => flowAnalytics(deps, ORG, query))
      rows.push({
        what,
        flows: total.runs,
        'p50 ms': percentile(times, 0.5),
        'p99 ms': percentile(times, 0.99),
      })
    }
    const lists = await timeEach(rounds, () => listFlows(store.read, ORG, { limit: 50 }))
    rows.push({
      what: 'the newest 50',
      flows: 50,
      'p50 ms': percentile(lists, 0.5),
      'p99 ms': percentile(lists, 0.99),
    })
    printTable(`Flow analytics, ${FLOWS.toLocaleString('en')} flows of ${STEPS} steps in the store`, rows)
    const week = rows[0]?.['p50 ms'] ?? Number.NaN
    verdict(`a week of ${IN_WINDOW} flows: ${week.toFixed(0)} ms, at most ${GOAL_MS}`, week <= GOAL_MS)
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Half a year of flows, the last week's among them; one in twenty failed, one in fifty waits. */
async function fill(store: Store) {
  let at = 0
  const newId = createIds({ now: () => at })
  const context = JSON.stringify({ params: {}, settings: {}, flow: { id: 'x' }, pad: 'x'.repeat(1_500) })
  const old = FLOWS - IN_WINDOW
  const timeOf = (n: number) =>
    n < old
      ? NOW - 180 * DAY + (n * 170 * DAY) / old
      : NOW - 7 * DAY + 1 + ((n - old) * 6.9 * DAY) / IN_WINDOW
  for (let first = 0; first < FLOWS; first += BATCH) {
    await store.write(async (tx) => {
      for (let n = first; n < first + BATCH; n += 1) {
        at = Math.floor(timeOf(n))
        const id = newId('flw')
        const status = n % 20 === 0 ? 'failed' : n % 50 === 1 ? 'waiting' : 'completed'
        await tx.run(
          insertFlow(
            flowRow({
              id,
              case_id: id,
              template: n % 2 ? 'a' : 'b',
              context,
              status,
              fingerprint: status === 'failed' ? `cause${n % 7}` : null,
              position: status === 'failed' ? 2 : STEPS,
              started_at: at,
              completed_at: status === 'waiting' ? null : at + 1_000 + (n % 997),
              waited_ms: n % 500,
              created_at: at,
              updated_at: at,
            }),
          ),
        )
        for (let position = 0; position < STEPS; position += 1) {
          await tx.run(insertStep(stepRow(newId('stp'), id, position, at, status === 'failed')))
        }
      }
    })
  }
}

function stepRow(id: string, flow: string, position: number, at: number, fails: boolean) {
  const failed = fails && position === 2
  return {
    id,
    org: ORG,
    flow_id: flow,
    position,
    parent_step_id: null,
    type: 'tool_call',
    name: `step_${position}`,
    skill: 'note',
    title: `Step ${position}`,
    description: null,
    input_params: '{}',
    param_mappings: '{}',
    settings: '{"on_error":{},"on_timeout":null}',
    on_success_goto: null,
    on_fail_goto: null,
    status: failed ? 'failed' : fails && position > 2 ? 'pending' : 'completed',
    runs: 1,
    attempts: 1,
    input: '{}',
    result: JSON.stringify({ ok: true, pad: 'y'.repeat(200) }),
    error: failed ? 'no' : null,
    error_code: failed ? 'vendor_rejected' : null,
    user_response: null,
    prompt: null,
    repairs: null,
    wait_until: null,
    waited_ms: position * 10,
    started_at: at + position * 100,
    completed_at: at + position * 100 + 90,
    created_at: at,
    updated_at: at,
  }
}
