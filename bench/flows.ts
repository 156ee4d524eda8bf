import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis, installMissing, redis } from '../setup/services.ts'
import { type Child, startChild } from './child.ts'
import type { Run } from './flows-machines.ts'
import { run as runWaiting } from './flows-waiting.ts'
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

/** Durable steps per second beside a job queue and beside the least that SQLite needs; then flows that wait. */
export async function run(): Promise<void> {
  await installMissing([redis])
  const redisServer = findRedis()
  if (redisServer === undefined) console.error('BullMQ is left out: there is no Redis.')
  await compare(
    MACHINES.filter((which) => which !== 'bullmq' || redisServer !== undefined),
    redisServer ?? '',
  )
  await runWaiting()
}

async function compare(machines: readonly Machine[], redisServer: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-flows-'))
  const children = new Map<Machine, Child>()
  try {
    for (const which of machines) {
      const own = mkdtempSync(join(folder, which))
      children.set(which, await startChild('flows-machines.ts', [which, own, redisServer]))
    }
    const busy = await rounds(children, `${FLOWS} ${AT_ONCE}`, ROUNDS)
    const alone = await rounds(children, '1 1', ALONE)
    report(machines, busy, alone)
  } finally {
    for (const child of children.values()) await child.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The machines take turns, so that what disturbs one round disturbs all of them. */
async function rounds(children: Map<Machine, Child>, task: string, n: number): Promise<Map<Machine, Run[]>> {
  const runs = new Map<Machine, Run[]>([...children.keys()].map((which) => [which, []]))
  for (let round = -WARM_UP; round < n; round += 1) {
    for (const [which, child] of children) {
      const run = await child.ask<Run>(task)
      if (round >= 0) runs.get(which)?.push(run)
    }
  }
  return runs
}

function report(machines: readonly Machine[], busy: Map<Machine, Run[]>, alone: Map<Machine, Run[]>) {
  const median = (which: Machine, figure: (run: Run) => number) =>
    percentile((busy.get(which) ?? []).map(figure), 0.5)
  const perSecond = (which: Machine) => median(which, ({ ms }) => (FLOWS * STEPS * 1_000) / ms)
  const p99 = (which: Machine) => median(which, ({ stepMs }) => percentile(stepMs, 0.99))
  const aloneMs = (which: Machine) =>
    percentile(
      (alone.get(which) ?? []).flatMap(({ flowMs }) => flowMs.map((ms) => ms / STEPS)),
      0.5,
    )
  printTable(
    `${FLOWS} flows of ${STEPS} no-op steps, ${AT_ONCE} at a time (medians of ${ROUNDS} rounds), and one flow alone (of ${ALONE})`,
    machines.map((which) => ({
      machine: TITLES[which],
      'steps per second': Math.round(perSecond(which)),
      'CPU µs per step': median(which, ({ cpuMs }) => (cpuMs * 1_000) / (FLOWS * STEPS)),
      'step p50 ms': median(which, ({ stepMs }) => percentile(stepMs, 0.5)),
      'step p99 ms': p99(which),
      'alone, ms per step p50': aloneMs(which),
    })),
  )
  console.log(
    '\nTimed is what runs the flows, for all alike; making them comes before. A step counts once it is on disk (SQLite,' +
      '\nWAL, synchronous=FULL; for BullMQ once Redis has it, which flushes every second). With BullMQ and "bare" the next' +
      '\nstep of a flow runs only then. The hub lets a step that waited for nothing, as these do not, be followed at once,' +
      '\nand writes both together; a step that acts has all before it on disk. "the hub" is its engine with dispatcher,' +
      '\nqueue rows, leases, steps, audit log and events; "bare" keeps a status per flow and a result per step, and' +
      '\nnothing else. The CPU of Redis is not in the figure.',
  )
  const hub = perSecond('hub')
  verdict(`${Math.round(hub)} durable steps per second (goal: 30,000, aim: 80,000)`, hub >= 30_000)
  verdict(`p99 of a step ${p99('hub').toFixed(2)} ms (goal: at most 5)`, p99('hub') <= 5)
  verdict(
    `a flow alone: ${aloneMs('hub').toFixed(2)} ms per step at p50 (goal: at most 0.3)`,
    aloneMs('hub') <= 0.3,
  )
}

if (import.meta.main) await run()
