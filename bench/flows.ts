import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis } from '../setup/services.ts'
import { type Child, startChild } from './child.ts'
import type { Run } from './flows-machines.ts'
import { percentile, printTable, verdict } from './lib.ts'

const FLOWS = 1_000
const AT_ONCE = 50
const STEPS = 5
const WARM_UP = 3
const ROUNDS = 7
const ALONE = 100

const MACHINES = ['hub', 'bullmq', 'bare'] as const
type Machine = (typeof MACHINES)[number]

const TITLES: Record<Machine, string> = {
  hub: 'the hub',
  bullmq: 'BullMQ, a job per step, Redis everysec',
  bare: 'bare step machine, better-sqlite3',
}

/** Durable steps per second beside a job queue and beside the least that SQLite needs. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-flows-'))
  const children = new Map<Machine, Child>()
  const busy = new Map<Machine, Run[]>(MACHINES.map((which) => [which, []]))
  const alone = new Map<Machine, Run[]>(MACHINES.map((which) => [which, []]))
  try {
    for (const which of MACHINES)
      children.set(
        which,
        await startChild('flows-machines.ts', [which, mkdtempSync(join(folder, which)), findRedis() ?? '']),
      )
    for (let n = -WARM_UP; n < ROUNDS; n += 1) {
      for (const [which, child] of children) {
        const round = await child.ask<Run>(`${FLOWS} ${AT_ONCE}`)
        if (n >= 0) busy.get(which)?.push(round)
      }
    }
    for (let n = -WARM_UP; n < ALONE; n += 1) {
      for (const [which, child] of children) {
        const round = await child.ask<Run>('1 1')
        if (n >= 0) alone.get(which)?.push(round)
      }
    }
  } finally {
    for (const child of children.values()) await child.end()
    rmSync(folder, { recursive: true, force: true })
  }
  report(busy, alone)
}

function report(busy: Map<Machine, Run[]>, alone: Map<Machine, Run[]>) {
  const runs = (of: Map<Machine, Run[]>, which: Machine) => of.get(which) ?? []
  const figures = (which: Machine) => ({
    perSecond: percentile(
      runs(busy, which).map(({ ms }) => (FLOWS * STEPS * 1_000) / ms),
      0.5,
    ),
    p50: percentile(
      runs(busy, which).map(({ stepMs }) => percentile(stepMs, 0.5)),
      0.5,
    ),
    p99: percentile(
      runs(busy, which).map(({ stepMs }) => percentile(stepMs, 0.99)),
      0.5,
    ),
    alone: percentile(
      runs(alone, which).flatMap(({ stepMs }) => stepMs),
      0.5,
    ),
  })
  printTable(
    `${FLOWS} flows of ${STEPS} no-op steps, ${AT_ONCE} at a time (medians of ${ROUNDS} rounds); one flow alone`,
    MACHINES.map((which) => {
      const { perSecond, p50, p99, alone } = figures(which)
      return {
        machine: TITLES[which],
        'steps per second': Math.round(perSecond),
        'step p50 ms': p50,
        'step p99 ms': p99,
        'alone, step p50 ms': alone,
      }
    }),
  )
  const hub = figures('hub')
  verdict(
    `${Math.round(hub.perSecond)} durable steps per second (goal: 30,000, aim 80,000)`,
    hub.perSecond >= 30_000,
  )
  verdict(`p99 of a step ${hub.p99.toFixed(2)} ms (goal: at most 5)`, hub.p99 <= 5)
  verdict(`a flow alone: p50 of a step ${hub.alone.toFixed(3)} ms (goal: at most 0.3)`, hub.alone <= 0.3)
}

if (import.meta.main) await run()
